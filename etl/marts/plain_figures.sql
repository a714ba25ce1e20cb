-- One row per indicator, present unit and period: as in figures, but straight from measures_wide, which is counted on today's boundaries.
with

ages as (
{dossier_ages}
),

wide as materialized (
    select measures_wide.*, units.unit_no, periods.period_no
    from measures_wide
    inner join figure_units as units on units.unit_code = measures_wide.unit_code
    inner join figure_periods as periods on periods.period = measures_wide.period
    where measures_wide.unit_code not like '%@%'
),

valued as (
{plain_selects}
)

select
    in_one(valued.course_no, valued.unit_no, valued.period_no) as figure_no,
    valued.*,
    true as is_of_dossiers,
    ages.as_of,
    false as is_estimate,
    false as has_source_flag,
    least(periods.end_date, ages.as_of::date) as until,
    until = periods.end_date as is_whole,
    periods.is_shown
from valued
inner join figure_periods as periods on periods.period_no = valued.period_no
cross join ages
