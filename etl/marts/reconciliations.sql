-- One row per figure that two sides give: computed beside published points, the leading series beside each other one.
with

points as (
    select
        index_id || ' · ' || node as subject, unit_code, period,
        'computed' as left_series, points::double as left_value, 'published' as right_series, published_points::double as right_value,
        null::decimal(24, 4) as left_denominator, null::decimal(24, 4) as right_denominator,
        0.005 as tolerance
    from mart.scores
    semi join period_frame using (period)
    where boundary = 'current' and kind in ('group', 'total') and basis = 'computed' and points is not null and published_points is not null
),

pairs as (
    select
        chosen.course_no, other.course_no as other_no, chosen.indicator, chosen.series, other.series as other_series, chosen.measure_unit
    from figure_courses as chosen
    inner join figure_courses as other
        on other.indicator = chosen.indicator and other.boundary = chosen.boundary and other.series <> chosen.series
    where chosen.boundary = 'current'
),

rates as (
    select
        pairs.indicator as subject, units.unit_code, periods.period,
        pairs.series as left_series, chosen.value as left_value, pairs.other_series as right_series, other.value as right_value,
        chosen.denominator as left_denominator, other.denominator as right_denominator,
        disagreement_allowed(pairs.measure_unit, chosen.value) as tolerance
    from mart.reading_rows as chosen
    inner join pairs on pairs.course_no = chosen.course_no
    inner join mart.reading_rows as other
        on other.course_no = pairs.other_no and other.unit_no = chosen.unit_no and other.period_no = chosen.period_no
    inner join figure_units as units on units.unit_no = chosen.unit_no
    inner join figure_periods as periods on periods.period_no = chosen.period_no
    semi join period_frame on period_frame.period = periods.period
    where chosen.is_leading and chosen.value is not null and other.value is not null
)

select
    subject, unit_code, period, left_series, left_value, right_series, right_value,
    left_value - right_value as difference,
    abs(left_value - right_value) <= tolerance as agrees,
    left_denominator, right_denominator
from (select * from points union all select * from rates)
