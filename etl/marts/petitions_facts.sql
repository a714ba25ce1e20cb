-- One row per current petition, with the last moment at which it is in time, by its own deadline or its source's rule.
with

petitions as (
    select
        petitions.*,
        coalesce(
            petitions.due_at,
            add_working_days(petitions.received_at::date, coalesce(source_rules.deadline_working_days, 15))::timestamp
        ) as due_or_rule_at,
        petitions.state in ('received', 'in_progress') as is_open
    from facts.petitions as petitions
    left join source_rules using (source_id)
)

select
    version_id,
    load_id,
    row_no,
    source_id,
    petition_code,
    unit_code,
    field as field_name,
    class,
    state,
    satisfied,
    reopened,
    received_at,
    due_at,
    -- a deadline at 00:00 is a day, and a day lasts until its end
    case
        when due_or_rule_at = date_trunc('day', due_or_rule_at) then due_or_rule_at + interval 1 day - interval 1 microsecond
        else due_or_rule_at
    end as due_until,
    case when not is_open then handled_at end as handled_at,
    not is_open and handled_at is null as is_unknown
from petitions
