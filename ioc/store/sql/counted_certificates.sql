-- One row per unit at each level, period and certificate valid on the day of judgement (the period's end or the register's day,
-- whichever is earlier); per measure a column of what the certificate adds, null where it is not counted.
-- Reads certificates_facts, periods, rollup.
with

first_registers as (select unit_code, min(register_as_of) as first_as_of from certificates_facts group by all),

judged as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        facts.*,
        periods.judged_on < first_registers.first_as_of as is_estimate,
        facts.holder_type = 'ca_nhan' as is_person,
        facts.holder_type = 'ca_nhan' and facts.position_group = 'leader' as is_leader,
        facts.valid_to - periods.judged_on <= 30 as expires_soon,
        facts.last_used_at::date between periods.start_date and periods.end_date as is_used,
        -- only the last use is known, so earlier periods cannot tell
        periods.end_date >= facts.register_as_of as tells_use
    from (select * rename (unit_code as own_unit_code) from certificates_facts) as facts
    inner join first_registers on first_registers.unit_code = facts.own_unit_code
    inner join rollup on rollup.unit_code = facts.own_unit_code
    inner join periods
        -- a unit's register says nothing of days on which the unit was not there
        on periods.judged_on between rollup.first_day and rollup.last_day
        and facts.valid_from <= periods.judged_on
        and facts.valid_to >= periods.judged_on
        and (facts.revoked_at is null or facts.revoked_at > periods.judged_on)
    where facts.stated_status is null or facts.stated_status not in ('revoked', 'suspended')
)

select
    unit_code,
    period,
    own_unit_code,
    source_id,
    load_id,
    row_no,
    serial_end as item,
    valid_to as day,
    concat_ws(
        '; ', 'holder_type=' || holder_type, 'position_group=' || position_group,
        'valid_from=' || valid_from, 'last_used_at=' || last_used_at
    ) as statement,
    is_estimate,
    tells_use,
    1 as certificates_valid,
    case when is_used and bool_or(tells_use) over (partition by unit_code, period) then 1 end as certificates_active,
    case when expires_soon then 1 end as certificates_expiring_30,
    -- a holder counts once, with the first certificate
    case when is_leader then (row_number() over (partition by unit_code, period, holder_no, is_leader order by version_id) = 1)::integer end
        as holders_leader,
    case when is_person then (row_number() over (partition by unit_code, period, holder_no, is_person order by version_id) = 1)::integer end
        as holders_all
from judged
