-- One row per boundary view, indicator and series: its number, how it is made, and what its indicator says.
with

courses as (
    select
        indicator, series, scale, series_rank, bool_and(is_counted) as is_counted,
        count(*) filter (where part = 'n') as numerators, count(*) filter (where part = 'd') as denominators
    from indicator_parts
    group by all
    union all
    select distinct indicator, series, 1.0, 1, false, null, null
    from score_values
)

select
    (row_number() over (order by courses.indicator, courses.series, boundaries.place) - 1)::smallint as course_no,
    dense_rank() over (order by courses.indicator)::smallint as indicator_no,
    boundaries.boundary,
    courses.*,
    -- as old as the dossiers are, whenever they are asked for
    courses.series in ('dossiers', 'quality') as is_of_dossiers,
    indicators.direction,
    indicators.measure_unit,
    indicators.target,
    indicators.at_risk_within,
    indicators.hysteresis,
    indicators.zero_policy
from courses
inner join catalog_indicators as indicators on indicators.indicator = courses.indicator
cross join (values ('current', 1), ('reported', 2), ('former', 3)) as boundaries (boundary, place)
