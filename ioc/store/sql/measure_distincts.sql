-- One row per unit, period and distinct measure: different values, recomputed from the sets at every level.
with

in_units as (
    select distinct rollup.ancestor_code as unit_code, found.day, found.measure, found.value
    from {distinct_values} as found
    inner join rollup on rollup.unit_code = found.unit_code
)

select in_units.unit_code, periods.period, in_units.measure, count(distinct in_units.value) as value
from in_units
inner join {periods} as periods on in_units.day between periods.start_date and periods.judged_on
group by all
