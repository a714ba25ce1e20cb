-- One row per unit, period and petition measure, judged at the period's end or at the newest data, whichever is earlier.
with

petitions_facts as (
{petitions_facts}
),

petitions_counted as (
{counted_petitions}
),

counted as (
    select
        unit_code,
        period,
        count(petitions_received) as petitions_received,
        count(petitions_judged) as petitions_judged,
        count(petitions_on_time) as petitions_on_time,
        count(petitions_content) as petitions_content,
        count(petitions_classified) as petitions_classified,
        count(petitions_tthc) as petitions_tthc,
        count(petitions_staff) as petitions_staff,
        count(petitions_overdue) as petitions_overdue
    from petitions_counted
    group by all
),

-- a unit that petitions are kept for had none in a period without any, as long as it was there
registered as (
    select rollup.ancestor_code as unit_code, periods.period
    from (select distinct unit_code from petitions_facts) as named
    inner join rollup on rollup.unit_code = named.unit_code
    inner join periods
        on periods.end_date >= (select min(received_at)::date from petitions_facts)
        and periods.end_date >= rollup.first_day and periods.start_date <= rollup.last_day
    union
    select unit_code, period from counted
),

filled as (
    select
        registered.unit_code,
        registered.period,
        coalesce(counted.petitions_received, 0) as petitions_received,
        coalesce(counted.petitions_judged, 0) as petitions_judged,
        coalesce(counted.petitions_on_time, 0) as petitions_on_time,
        coalesce(counted.petitions_content, 0) as petitions_content,
        coalesce(counted.petitions_classified, 0) as petitions_classified,
        coalesce(counted.petitions_tthc, 0) as petitions_tthc,
        coalesce(counted.petitions_staff, 0) as petitions_staff,
        coalesce(counted.petitions_overdue, 0) as petitions_overdue
    from registered
    left join counted using (unit_code, period)
)

select unit_code, period, measure, value::decimal(24, 4) as value, false as is_estimate
from filled
unpivot (
    value for measure in (
        petitions_received, petitions_judged, petitions_on_time, petitions_content, petitions_classified, petitions_tthc,
        petitions_staff, petitions_overdue
    )
)
