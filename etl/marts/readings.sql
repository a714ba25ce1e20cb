-- One row per boundary view, indicator, unit, period and series: numerator, denominator, value, target, status, rank, changes. Reads figures.
with

-- only what reaches to the end of its own period, or of its part, is a like one
comparable as (
    select boundary, indicator, series, unit_code, period, value
    from figures
    where until = end_date
),

-- what leads, leads for all units alike; former units of each level have series of their own
leads as (
    select
        figures.indicator, figures.period, case when figures.boundary = 'former' then units.level else '' end as former_level,
        min(figures.series_rank) as leading_rank
    from figures
    inner join mart.units as units on units.unit_code = figures.unit_code
    where figures.is_shown
    group by all
),

-- by how much the series of one figure differ; where a series is not kept apart, a unit's report is its current figure
differences as (
    select boundary, indicator, period, unit_code, max(value) - min(value) as difference
    from (
        select boundary, indicator, period, unit_code, value from figures where is_shown
        union all
        select 'reported', figures.indicator, figures.period, figures.unit_code, figures.value
        from figures
        semi join mart.boundary_units using (unit_code)
        anti join apart_series using (series)
        where figures.boundary = 'current' and figures.is_shown
    )
    group by all
    having difference > 0
),

placed as materialized (
    select
        figures.*,
        row_number() over () as row_no,
        indicators.direction,
        indicators.measure_unit,
        indicators.target,
        indicators.at_risk_within,
        indicators.hysteresis,
        units.level,
        units.parent_code,
        leads.leading_rank,
        differences.difference > disagreement_allowed(indicators.measure_unit, figures.value) as is_disputed
    from figures
    inner join catalog_indicators as indicators on indicators.indicator = figures.indicator
    inner join mart.units as units on units.unit_code = figures.unit_code
    inner join leads
        on leads.indicator = figures.indicator and leads.period = figures.period
        and leads.former_level = case when figures.boundary = 'former' then units.level else '' end
    left join differences
        on differences.boundary = figures.boundary and differences.indicator = figures.indicator
        and differences.period = figures.period and differences.unit_code = figures.unit_code
    where figures.is_shown
),

rankable as (
    select
        row_no, boundary, indicator, period, series, level, parent_code, value, direction, numerator, denominator,
        measure_unit = 'percent' and is_counted as is_rate
    from placed
),

ranks as ({ranks}),

-- the state of an indicator with hysteresis depends on the period just before: a missing one leaves nothing to hold on to
switched as (
    select
        placed.*,
        coalesce(lag(placed.period) over in_course <> whole_links.previous_period, true) as is_first,
        switch_of(placed.value, placed.target, 0, placed.hysteresis, placed.direction) as met_switch,
        switch_of(placed.value, placed.target, placed.at_risk_within, placed.hysteresis, placed.direction) as near_switch
    from placed
    inner join period_links as whole_links on whole_links.period = placed.period and whole_links.until = placed.end_date
    where placed.hysteresis > 0 and placed.target is not null and placed.value is not null
    window in_course as (
        partition by placed.boundary, placed.indicator, placed.series, placed.unit_code, placed.kind, placed.calendar order by placed.end_date
    )
),

held as (
    select
        row_no,
        status_by(
            value, target, direction,
            last_value(case when is_first then coalesce(met_switch, false) else met_switch end ignore nulls) over in_course,
            last_value(case when is_first then coalesce(near_switch, false) else near_switch end ignore nulls) over in_course
        ) as status
    from switched
    window in_course as (partition by boundary, indicator, series, unit_code, kind, calendar order by end_date)
)

select
    placed.indicator,
    placed.unit_code,
    placed.level,
    placed.parent_code,
    placed.period,
    placed.series,
    placed.series_rank = placed.leading_rank as is_leading,
    placed.numerator,
    placed.denominator,
    placed.value,
    placed.target,
    coalesce(held.status, status_of(placed.value, placed.target, placed.at_risk_within, placed.direction)) as status,
    list_filter(
        [
            case when placed.is_estimate then 'estimate' end,
            case when is_small(placed.measure_unit, placed.denominator) then 'small_n' end,
            case when placed.is_disputed then 'unreconciled' end,
            case when placed.has_source_flag then 'source_flag' end
        ],
        lambda flag: flag is not null
    ) as flags,
    ranks.rank_place as "rank",
    ranks.rank_of,
    previous.value as previous_value,
    last_year.value as last_year_value,
    placed.as_of,
    -- a period that was over when the data were taken does not go stale
    case when placed.end_date + interval 1 day - interval 1 second > placed.as_of then placed.fresh_until end as fresh_until,
    placed.bound,
    ranks.rank_best,
    ranks.rank_worst,
    case when previous.value is not null then links.previous_part end as compared_previous,
    case when last_year.value is not null then links.last_year_part end as compared_last_year,
    placed.boundary,
    case when placed.value is not null then placed.value_range.least end as range_low,
    case when placed.value is not null then placed.value_range.most end as range_high
from placed
left join ranks on ranks.row_no = placed.row_no
left join held on held.row_no = placed.row_no
left join period_links as links on links.period = placed.period and links.until = placed.until
left join comparable as previous
    on previous.boundary = placed.boundary and previous.indicator = placed.indicator and previous.series = placed.series
    and previous.unit_code = placed.unit_code and previous.period = links.previous_period
left join comparable as last_year
    on last_year.boundary = placed.boundary and last_year.indicator = placed.indicator and last_year.series = placed.series
    and last_year.unit_code = placed.unit_code and last_year.period = links.last_year_period
