-- One row per figure that two sides give: computed beside published points, the leading series beside each other one.
with

points as (
    select
        index_id || ' · ' || node as subject, unit_code, period,
        'computed' as left_series, points::double as left_value, 'published' as right_series, published_points::double as right_value,
        null::decimal(24, 4) as left_denominator, null::decimal(24, 4) as right_denominator,
        0.005 as tolerance
    from mart.scores
    where kind in ('group', 'total') and basis = 'computed' and points is not null and published_points is not null
),

rates as (
    select
        chosen.indicator as subject, chosen.unit_code, chosen.period,
        chosen.series as left_series, chosen.value as left_value, other.series as right_series, other.value as right_value,
        chosen.denominator as left_denominator, other.denominator as right_denominator,
        disagreement_allowed(indicators.measure_unit, chosen.value) as tolerance
    from mart.readings as chosen
    inner join mart.readings as other
        on other.indicator = chosen.indicator and other.unit_code = chosen.unit_code
        and other.period = chosen.period and other.series <> chosen.series
    inner join catalog_indicators as indicators on indicators.indicator = chosen.indicator
    where chosen.boundary = 'current' and other.boundary = 'current' and chosen.is_leading and chosen.value is not null and other.value is not null
)

select
    subject, unit_code, period, left_series, left_value, right_series, right_value,
    left_value - right_value as difference,
    abs(left_value - right_value) <= tolerance as agrees,
    left_denominator, right_denominator
from (select * from points union all select * from rates)
