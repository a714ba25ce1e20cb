-- One row per figure that two sides give: computed beside published points, own dossiers beside the portal's figures.
with

points as (
    select
        index_id || ' · ' || node as subject, unit_code, period,
        'computed' as left_series, points::double as left_value, 'published' as right_series, published_points::double as right_value,
        0.005 as tolerance
    from mart.scores
    where kind in ('group', 'total') and basis = 'computed' and points is not null and published_points is not null
),

rates as (
    select
        own.indicator as subject, own.unit_code, own.period,
        own.series as left_series, own.value as left_value, portal.series as right_series, portal.value as right_value,
        0.01 as tolerance
    from mart.readings as own
    inner join mart.readings as portal
        on portal.indicator = own.indicator and portal.unit_code = own.unit_code
        and portal.period = own.period and portal.series = 'portal'
    where own.series = 'dossiers' and own.value is not null and portal.value is not null
)

select
    subject, unit_code, period, left_series, left_value, right_series, right_value,
    left_value - right_value as difference,
    abs(left_value - right_value) <= tolerance as agrees
from (select * from points union all select * from rates)
