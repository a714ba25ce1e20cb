-- One row per unit, period and distinct measure: different values, recomputed from the sets at every level.
select
    rollup.ancestor_code as unit_code,
    periods.period,
    distinct_values.measure,
    count(distinct distinct_values.value) as value
from distinct_values
inner join rollup on rollup.unit_code = distinct_values.unit_code
inner join periods on distinct_values.day between periods.start_date and periods.judged_on
group by all
