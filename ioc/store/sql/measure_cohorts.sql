-- One row per unit, period and cohort measure: rows of the period that still count at its end or at as_of.
with

in_units as (
    select rollup.ancestor_code as unit_code, cohorts.day, cohorts.measure, cohorts.judged_until, sum(cohorts.value) as value
    from {cohort_days} as cohorts
    inner join rollup on rollup.unit_code = cohorts.unit_code
    group by all
)

select in_units.unit_code, periods.period, in_units.measure, sum(in_units.value)::bigint as value
from in_units
inner join {periods} as periods
    on in_units.day between periods.start_date and periods.judged_on
    and in_units.judged_until >= periods.judged_at
group by all
