-- One row per unit with a feed, period and measure: counts of the procedures of its level that were in force. No register, no row.
-- Reads mart.units, and mart.breakdown_cells for what was received.
with

procedures_facts as (
{procedures_facts}
),

units as (select * from mart.units),

-- as in the breakdown, but of the register's procedures alone, and no more than whether any was received
breakdown as (
    select units.ancestor_code as unit_code, periods.period, cells.procedure_base, max(cells.online) as online,
        max(cells.fee_bearing) as fee_bearing, max(cells.paid_online) as paid_online
    from mart.breakdown_cells as cells
    semi join procedures_facts on procedures_facts.procedure_base = cells.procedure_base
    inner join mart.breakdown_units as units on units.unit_code = cells.unit_code
        and units.boundary = case when units.ancestor_code like '%@%' then 'reported' else 'current' end
    inner join (select * from mart.breakdown_periods semi join period_frame using (period)) as periods
        on cells.cell between periods.start_date and periods.judged_on
    group by all
),

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
        case when bool_or(tells_eligible) then count(procedures_full_online) end as procedures_full_online,
        case when bool_or(tells_level) then count(procedures_level_known) end as procedures_level_known,
        case when bool_or(tells_level) then count(procedures_online) end as procedures_online,
        case when bool_or(tells_fee) then count(procedures_with_fee) end as procedures_with_fee
    from procedures_counted
    group by all
),

feeds as (select unit_code, period from measures_wide),

used as (
    select
        unit_code,
        period,
        count(*) as procedures_used,
        count(procedures_online_used) as procedures_online_used,
        count(procedures_fee_used) as procedures_fee_used,
        count(procedures_paid_online) as procedures_paid_online
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
        -- what was received in a mere part of a period is not broken down
        case when shown.period is not null then counted.procedures - coalesce(used.procedures_used, 0) end::bigint as procedures_idle,
        counted.procedures_level_known::bigint as procedures_level_known,
        counted.procedures_online::bigint as procedures_online,
        case when shown.period is not null and counted.procedures_online is not null then coalesce(used.procedures_online_used, 0) end::bigint
            as procedures_online_used,
        counted.procedures_with_fee::bigint as procedures_with_fee,
        case when shown.period is not null and counted.procedures_with_fee is not null then coalesce(used.procedures_fee_used, 0) end::bigint
            as procedures_fee_used,
        case when shown.period is not null and counted.procedures_with_fee is not null then coalesce(used.procedures_paid_online, 0) end::bigint
            as procedures_paid_online
    from feeds
    inner join units on units.unit_code = feeds.unit_code
    inner join counted on counted.level = units.level and counted.period = feeds.period
    left join used on used.unit_code = feeds.unit_code and used.period = feeds.period
    left join period_frame as shown on shown.period = feeds.period
),

final as (
    select unit_code, period, 'dossiers' as series, measure, value::decimal(24, 4) as value
    from (
        unpivot wide
        on
            procedures, procedures_for_persons, procedures_eligible_full, procedures_full_online, procedures_idle,
            procedures_level_known, procedures_online, procedures_online_used,
            procedures_with_fee, procedures_fee_used, procedures_paid_online
        into name measure value value
    )
    -- none for persons was no row before there were other counts of procedures
    where measure <> 'procedures_for_persons' or value > 0
)

select * from final
