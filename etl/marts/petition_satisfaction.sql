-- One row per unit, period, field and class of petitions: Decision 766, 5.3, judged as petition_values.sql judges them.
with

petitions as (select * from facts.petitions),

dated as (
    select
        petitions.unit_code,
        petitions.field,
        petitions.class,
        petitions.received_at::date as received_on,
        coalesce(
            petitions.due_at,
            add_working_days(petitions.received_at::date, coalesce(source_rules.deadline_working_days, 15))::timestamp
        ) as due_at,
        case when petitions.state not in ('received', 'in_progress') then petitions.handled_at end as handled_at,
        coalesce(not petitions.satisfied, false) as is_disliked,
        petitions.reopened > 0 as is_repeated
    from petitions
    left join source_rules using (source_id)
    where petitions.state in ('received', 'in_progress') or petitions.handled_at is not null
),

judged as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        dated.field as field_name,
        dated.class,
        is_before(dated.due_at, least(dated.handled_at, periods.judged_at)) as is_late,
        dated.is_disliked,
        dated.is_repeated
    from dated
    inner join rollup on rollup.unit_code = dated.unit_code
    inner join periods on dated.received_on between periods.start_date and periods.judged_on
)

select
    unit_code,
    period,
    'petitions' as kind,
    field_name,
    class,
    count(*) as cases,
    count(*) filter (where not (is_late or is_disliked or is_repeated)) as content,
    0::bigint as supplements,
    count(*) filter (where is_late) as overdue,
    count(*) filter (where is_disliked and not is_late) as disliked,
    count(*) filter (where is_repeated and not is_disliked and not is_late) as repeated
from judged
group by all
