-- One row per unit at each level, period and petition received in the period, or overdue at its judgement (the period's end or the newest
-- data, whichever is earlier); per measure a column of what the petition adds, null where it is not counted.
-- A petition that its state calls ended but that has no time of its end cannot be judged and is left out of the rates of time.
-- Reads petitions_facts, periods, rollup.
with

judged as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        facts.*,
        facts.received_at::date >= periods.start_date as is_received,
        not facts.is_unknown and facts.due_until >= least(facts.handled_at, periods.judged_at) as is_on_time,
        not coalesce(facts.satisfied, true) as is_disliked,
        facts.reopened > 0 as is_repeated,
        not facts.is_unknown
        and facts.due_until < periods.judged_at
        and (facts.handled_at is null or facts.handled_at > periods.judged_at) as is_overdue
    from (select * rename (unit_code as own_unit_code) from petitions_facts) as facts
    inner join rollup on rollup.unit_code = facts.own_unit_code
    inner join periods on facts.received_at::date <= periods.judged_on
)

select
    unit_code,
    period,
    own_unit_code,
    source_id,
    load_id,
    row_no,
    petition_code as item,
    field_name,
    class,
    is_disliked,
    is_repeated,
    received_at::date as day,
    received_at,
    due_at,
    due_until,
    handled_at as ended_at,
    concat_ws('; ', 'state=' || state, 'class=' || class, 'satisfied=' || satisfied, 'reopened=' || reopened) as statement,
    case when is_received then 1 end as petitions_received,
    case when is_received and not is_unknown then 1 end as petitions_judged,
    case when is_received and is_on_time then 1 end as petitions_on_time,
    case when is_received and is_on_time and not (is_disliked or is_repeated) then 1 end as petitions_content,
    case when is_received and class is not null then 1 end as petitions_classified,
    case when is_received and class = 'tthc' then 1 end as petitions_tthc,
    case when is_received and class = 'staff' then 1 end as petitions_staff,
    case when is_overdue then 1 end as petitions_overdue
from judged
where is_received or is_overdue
