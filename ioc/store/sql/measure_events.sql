-- One row per unit, period and event measure, rolled up; reads event_days (days or months), periods, rollup.
with

own as (
    select rollup.ancestor_code as unit_code, event_days.* exclude (unit_code)
    from {event_days} as event_days
    inner join rollup on rollup.unit_code = event_days.unit_code
),

in_units as (select unit_code, day, {sums} from own group by all),

in_periods as (
    select in_units.unit_code, periods.period, {sums}
    from in_units
    inner join periods on in_units.day between periods.start_date and periods.judged_on
    group by all
)

select unit_code, period, measure, value from (unpivot in_periods on {columns} into name measure value value)
