-- One row per unit with a feed, period and measure: counts of the procedures of its level that were in force. No register, no row.
-- Reads mart.breakdown for what was received.
with

procedures as (
    select
        procedure_base, authority_level, service_level, eligible_full, subject,
        coalesce(valid_from, date '1900-01-01') as valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from facts.procedures
),

in_force as (
    select units.level, periods.period, procedures.*
    from procedures
    inner join (select distinct level from mart.units) as units
        on units.level not in ('commune', 'former_commune') or procedures.authority_level is null or procedures.authority_level = 'commune'
    inner join periods on periods.judged_on between procedures.valid_from and procedures.valid_to
),

counted as (
    select
        level,
        period,
        count(*) as procedures,
        count(*) filter (where subject in ('person', 'both')) as procedures_for_persons,
        -- where nobody says which are eligible, nothing is known of their coverage
        case when count(eligible_full) > 0 then count(*) filter (where eligible_full) end as procedures_eligible_full,
        case when count(eligible_full) > 0 then count(*) filter (where eligible_full and service_level = 'full') end as procedures_full_online
    from in_force
    group by all
),

feeds as (select distinct unit_code, period from measure_values where series = 'dossiers'),

used as (
    select breakdown.unit_code, breakdown.period, count(distinct breakdown.procedure_base) as procedures_used
    from mart.breakdown
    inner join mart.units as units on units.unit_code = breakdown.unit_code
    inner join in_force
        on in_force.level = units.level and in_force.period = breakdown.period
        and in_force.procedure_base = breakdown.procedure_base
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
    inner join mart.units as units on units.unit_code = feeds.unit_code
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
