-- One row per unit, period and petition measure, judged at the period's end or at the newest data, whichever is earlier.
-- A petition that its state calls ended but that has no time of its end cannot be judged and is left out of the rates of time.
with

petitions as (select * from facts.petitions),

dated as (
    select
        petitions.unit_code,
        petitions.class,
        petitions.received_at::date as received_on,
        -- the rule's deadline is a day, and a day lasts until its end
        coalesce(
            petitions.due_at,
            add_working_days(petitions.received_at::date, coalesce(source_rules.deadline_working_days, 15))::timestamp
        ) as due_at,
        case when petitions.state not in ('received', 'in_progress') then petitions.handled_at end as handled_at,
        petitions.state not in ('received', 'in_progress') and petitions.handled_at is null as is_unknown,
        petitions.satisfied is distinct from false and petitions.reopened = 0 as is_content
    from petitions
    left join source_rules using (source_id)
),

received as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        count(*) as petitions_received,
        count(*) filter (where not dated.is_unknown) as petitions_judged,
        count(*) filter (where not dated.is_unknown and not is_before(dated.due_at, least(dated.handled_at, periods.judged_at)))
            as petitions_on_time,
        count(*) filter (
            where not dated.is_unknown and not is_before(dated.due_at, least(dated.handled_at, periods.judged_at)) and dated.is_content
        ) as petitions_content,
        count(dated.class) as petitions_classified,
        count(*) filter (where dated.class = 'tthc') as petitions_tthc,
        count(*) filter (where dated.class = 'staff') as petitions_staff
    from dated
    inner join rollup on rollup.unit_code = dated.unit_code
    inner join periods on dated.received_on between periods.start_date and periods.judged_on
    group by all
),

overdue as (
    select rollup.ancestor_code as unit_code, periods.period, count(*) as petitions_overdue
    from dated
    inner join rollup on rollup.unit_code = dated.unit_code
    inner join periods
        on dated.received_on <= periods.judged_on
        and is_before(dated.due_at, periods.judged_at)
        and (dated.handled_at is null or dated.handled_at > periods.judged_at)
    where not dated.is_unknown
    group by all
),

-- a unit that petitions are kept for had none in a period without any, as long as it was there
registered as (
    select rollup.ancestor_code as unit_code, periods.period
    from (select distinct unit_code from dated) as named
    inner join rollup on rollup.unit_code = named.unit_code
    inner join periods
        on periods.end_date >= (select min(received_on) from dated)
        and periods.end_date >= rollup.first_day and periods.start_date <= rollup.last_day
    union
    select unit_code, period from received
    union
    select unit_code, period from overdue
),

filled as (
    select
        registered.unit_code,
        registered.period,
        coalesce(received.petitions_received, 0) as petitions_received,
        coalesce(received.petitions_judged, 0) as petitions_judged,
        coalesce(received.petitions_on_time, 0) as petitions_on_time,
        coalesce(received.petitions_content, 0) as petitions_content,
        coalesce(received.petitions_classified, 0) as petitions_classified,
        coalesce(received.petitions_tthc, 0) as petitions_tthc,
        coalesce(received.petitions_staff, 0) as petitions_staff,
        coalesce(overdue.petitions_overdue, 0) as petitions_overdue
    from registered
    left join received using (unit_code, period)
    left join overdue using (unit_code, period)
)

select unit_code, period, measure, value::decimal(24, 4) as value, false as is_estimate
from filled
unpivot (
    value for measure in (
        petitions_received, petitions_judged, petitions_on_time, petitions_content, petitions_classified, petitions_tthc,
        petitions_staff, petitions_overdue
    )
)
