-- One row per unit at each level, period and unit whose register of staff says how many people it has: the last one of or before the
-- day of judgement; where there is none yet, the first one, as an estimate. Reads staff_facts, periods, rollup.
with

nearest as (
    select
        staff_facts.*,
        periods.period,
        staff_facts.register_as_of > periods.judged_on as is_estimate
    from staff_facts
    cross join periods
    qualify row_number() over (
        partition by staff_facts.unit_code, periods.period
        order by staff_facts.register_as_of > periods.judged_on, abs(staff_facts.register_as_of - periods.judged_on)
    ) = 1
)

select
    rollup.ancestor_code as unit_code,
    nearest.period,
    nearest.unit_code as own_unit_code,
    nearest.source_id,
    nearest.load_id,
    nearest.row_no,
    nearest.register_as_of as day,
    nearest.is_estimate,
    nearest.leaders_required,
    nearest.staff_required
from nearest
inner join rollup on rollup.unit_code = nearest.unit_code
inner join periods on periods.period = nearest.period and periods.judged_on between rollup.first_day and rollup.last_day
