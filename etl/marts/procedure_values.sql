-- One row per unit with a feed, period and measure: counts of the procedures of its level that were in force. No register, no row.
-- Reads mart.units, and mart.breakdown for what was received.
with

procedures_facts as (
{procedures_facts}
),

units as (select * from mart.units),

breakdown as (select * from mart.breakdown),

procedures_counted as (
{counted_procedures}
),

counted as (
    select
        level,
        period,
        count(procedures) as procedures,
        count(procedures_for_persons) as procedures_for_persons,
        -- where nobody says which are eligible, nothing is known of their coverage
        case when bool_or(tells_eligible) then count(procedures_eligible_full) end as procedures_eligible_full,
        case when bool_or(tells_eligible) then count(procedures_full_online) end as procedures_full_online
    from procedures_counted
    group by all
),

feeds as (select distinct unit_code, period from measure_values where series = 'dossiers'),

used as (
    select unit_code, period, count(*) as procedures_used
    from (
{used_procedures}
    )
    group by all
),

wide as (
    select
        feeds.unit_code,
        feeds.period,
        counted.procedures::bigint as procedures,
        counted.procedures_for_persons::bigint as procedures_for_persons,
        counted.procedures_eligible_full::bigint as procedures_eligible_full,
        counted.procedures_full_online::bigint as procedures_full_online,
        (counted.procedures - coalesce(used.procedures_used, 0))::bigint as procedures_idle
    from feeds
    inner join units on units.unit_code = feeds.unit_code
    inner join counted on counted.level = units.level and counted.period = feeds.period
    left join used on used.unit_code = feeds.unit_code and used.period = feeds.period
),

final as (
    select unit_code, period, measure, value::decimal(24, 4) as value
    from (
        unpivot wide
        on procedures, procedures_for_persons, procedures_eligible_full, procedures_full_online, procedures_idle
        into name measure value value
    )
    -- none for persons was no row before there were other counts of procedures
    where measure <> 'procedures_for_persons' or value > 0
)

select * from final
