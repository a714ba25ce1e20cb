-- One row per unit with a feed, period: how many procedures of its level are for persons. No register, no row.
with

procedures as (
    select authority_level, coalesce(valid_from, date '1900-01-01') as valid_from, coalesce(valid_to, date '9999-12-31') as valid_to
    from facts.procedures
    where subject in ('person', 'both')
),

counted as (
    select units.level, periods.period, count(*) as value
    from procedures
    inner join (select distinct level from mart.units) as units
        on units.level <> 'commune' or procedures.authority_level is null or procedures.authority_level = 'commune'
    inner join periods on periods.judged_on between procedures.valid_from and procedures.valid_to
    group by all
)

select distinct measure_values.unit_code, counted.period, 'procedures_for_persons' as measure, counted.value::decimal(24, 4) as value
from measure_values
inner join mart.units as units on units.unit_code = measure_values.unit_code
inner join counted on counted.level = units.level and counted.period = measure_values.period
where measure_values.series = 'dossiers'
