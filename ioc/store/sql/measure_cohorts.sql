-- One row per unit, period and cohort measure: rows of the period that still count at its end or at as_of.
select
    rollup.ancestor_code as unit_code,
    periods.period,
    cohort_days.measure,
    sum(cohort_days.value)::bigint as value
from cohort_days
inner join rollup on rollup.unit_code = cohort_days.unit_code
inner join periods
    on cohort_days.day between periods.start_date and periods.judged_on
    and cohort_days.judged_until >= periods.judged_at
group by all
