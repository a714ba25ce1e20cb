-- One row per unit and period with a column per event measure, rolled up; reads event_days (by day or cell), periods, rollup, alone.
with

own as (
    select rollup.ancestor_code as unit_code, events.* exclude (unit_code)
    from {event_days} as events
    inner join rollup on rollup.unit_code = events.unit_code
),

in_units as (
    select unit_code, day, {event_columns} from own semi join alone using (unit_code)
    union all
    select unit_code, day, {event_sums} from own anti join alone using (unit_code) group by all
)

select in_units.unit_code, periods.period, {event_sums}
from in_units
inner join {periods} as periods on in_units.day between periods.start_date and periods.judged_on
group by all
