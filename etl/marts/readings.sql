-- One row per boundary view, indicator, unit, period and series: numerator, denominator, value, target, status, rank, changes.
with

expected as (
    select indicator, series, scale, series_rank, count(*) filter (where part = 'n') as numerators, count(*) filter (where part = 'd') as denominators
    from indicator_parts
    group by all
),

summed as (
    select
        indicator_parts.indicator,
        indicator_parts.series,
        values_of.boundary,
        values_of.unit_code,
        values_of.period,
        sum(values_of.value) filter (where indicator_parts.part = 'n') as numerator,
        sum(values_of.value) filter (where indicator_parts.part = 'd') as denominator,
        -- the two ends of what slices of divided units are in
        sum(coalesce(values_of.least_value, values_of.value)) filter (where indicator_parts.part = 'n') as least_numerator,
        sum(coalesce(values_of.least_value, values_of.value)) filter (where indicator_parts.part = 'd') as least_denominator,
        sum(coalesce(values_of.most_value, values_of.value)) filter (where indicator_parts.part = 'n') as most_numerator,
        sum(coalesce(values_of.most_value, values_of.value)) filter (where indicator_parts.part = 'd') as most_denominator,
        bool_or(values_of.is_estimate) and bool_and(not values_of.is_estimate or values_of.most_value is not null) as has_range,
        count(*) filter (where indicator_parts.part = 'n') as numerators,
        count(*) filter (where indicator_parts.part = 'd') as denominators,
        count(*) filter (where values_of.value is null and indicator_parts.part = 'n') as missing_numerators,
        count(*) filter (where values_of.value is null and indicator_parts.part = 'd') as missing_denominators,
        max(values_of.as_of) as as_of,
        min(values_of.fresh_until) as fresh_until,
        bool_or(values_of.is_estimate) as is_estimate,
        bool_or(values_of.has_source_flag) as has_source_flag,
        case
            when bool_or(values_of.bound = 'about') then 'about'
            when bool_or(values_of.bound = 'at_least') then 'at_least'
            when bool_or(values_of.bound = 'exact') then 'exact'
        end as bound
    from indicator_parts
    inner join all_values as values_of
        on values_of.series = indicator_parts.series and values_of.measure = indicator_parts.measure
    group by all
),

whole as (
    select
        summed.indicator,
        summed.series,
        summed.boundary,
        summed.unit_code,
        summed.period,
        summed.least_numerator,
        summed.least_denominator,
        summed.most_numerator,
        summed.most_denominator,
        summed.has_range,
        case when summed.missing_numerators = 0 then summed.numerator end::decimal(24, 4) as numerator,
        case when expected.denominators > 0 and summed.missing_denominators = 0 then summed.denominator end::decimal(24, 4) as denominator,
        expected.denominators > 0 as is_ratio,
        expected.scale,
        expected.series_rank,
        summed.as_of,
        summed.fresh_until,
        summed.is_estimate,
        summed.has_source_flag,
        summed.bound
    from summed
    inner join expected
        on expected.indicator = summed.indicator and expected.series = summed.series
        and expected.numerators = summed.numerators and expected.denominators = summed.denominators
),

valued as (
    select
        whole.* exclude (least_numerator, most_numerator, least_denominator, most_denominator, has_range),
        indicators.direction,
        indicators.measure_unit,
        indicators.target,
        indicators.at_risk_within,
        value_of(whole.numerator, whole.denominator, whole.is_ratio, indicators.zero_policy, whole.scale) as value,
        case when whole.has_range then range_of(
            whole.least_numerator, whole.most_numerator, whole.least_denominator, whole.most_denominator,
            whole.is_ratio and indicators.measure_unit = 'percent', whole.is_ratio, whole.scale
        ) end as value_range
    from whole
    inner join catalog_indicators as indicators on indicators.indicator = whole.indicator
    union all by name
    select score_values.*, indicators.direction, indicators.measure_unit, indicators.target, indicators.at_risk_within
    from score_values
    inner join catalog_indicators as indicators on indicators.indicator = score_values.indicator
),

-- how far apart the series of a figure are; where a series is not kept apart, a unit's report is its current figure
spreads as (
    select boundary, indicator, period, unit_code, max(value) - min(value) as spread
    from (
        select boundary, indicator, period, unit_code, value from valued
        union all
        select 'reported', valued.indicator, valued.period, valued.unit_code, valued.value
        from valued
        semi join mart.boundary_units using (unit_code)
        anti join apart_series using (series)
        where valued.boundary = 'current'
    )
    group by all
    having count(value) > 1
),

-- what leads, leads for all units alike; former units of each level have series of their own
leads as (
    select
        valued.indicator, valued.period, case when valued.boundary = 'former' then units.level else '' end as former_level,
        min(valued.series_rank) as leading_rank
    from valued
    inner join mart.units as units on units.unit_code = valued.unit_code
    group by all
),

placed as (
    select
        valued.*,
        units.level,
        units.parent_code,
        period_frame.end_date,
        leads.leading_rank,
        spreads.spread > disagreement_allowed(valued.measure_unit, valued.value) as is_disputed
    from valued
    inner join mart.units as units on units.unit_code = valued.unit_code
    inner join period_frame on period_frame.period = valued.period
    inner join leads
        on leads.indicator = valued.indicator and leads.period = valued.period
        and leads.former_level = case when valued.boundary = 'former' then units.level else '' end
    left join spreads
        on spreads.boundary = valued.boundary and spreads.indicator = valued.indicator and spreads.period = valued.period
        and spreads.unit_code = valued.unit_code
),

ranked as (
    select
        *,
        case when value is not null and direction <> 'none' then rank() over (
            partition by boundary, indicator, period, series, level, parent_code, value is null
            order by place_of(value, direction)
        ) end::integer as rank_place,
        case when value is not null and direction <> 'none' then count(value) over (
            partition by boundary, indicator, period, series, level, parent_code
        ) end::integer as rank_of
    from placed
)

select
    ranked.indicator,
    ranked.unit_code,
    ranked.level,
    ranked.parent_code,
    ranked.period,
    ranked.series,
    ranked.series_rank = ranked.leading_rank as is_leading,
    ranked.numerator,
    ranked.denominator,
    ranked.value,
    ranked.target,
    status_of(ranked.value, ranked.target, ranked.at_risk_within, ranked.direction) as status,
    list_filter(
        [
            case when ranked.is_estimate then 'estimate' end,
            case when ranked.measure_unit = 'percent' and ranked.denominator between 1 and 29 then 'small_n' end,
            case when ranked.is_disputed then 'unreconciled' end,
            case when ranked.has_source_flag then 'source_flag' end
        ],
        lambda flag: flag is not null
    ) as flags,
    ranked.rank_place as "rank",
    ranked.rank_of,
    previous.value as previous_value,
    last_year.value as last_year_value,
    ranked.as_of,
    -- a period that was over when the data were taken does not go stale
    case when ranked.end_date + interval 1 day - interval 1 second > ranked.as_of then ranked.fresh_until end as fresh_until,
    ranked.bound,
    ranked.boundary,
    case when ranked.value is not null then ranked.value_range.least end as range_low,
    case when ranked.value is not null then ranked.value_range.most end as range_high
from ranked
left join period_links on period_links.period = ranked.period
left join valued as previous
    on previous.boundary = ranked.boundary and previous.indicator = ranked.indicator and previous.series = ranked.series
    and previous.unit_code = ranked.unit_code and previous.period = period_links.previous_period
left join valued as last_year
    on last_year.boundary = ranked.boundary and last_year.indicator = ranked.indicator and last_year.series = ranked.series
    and last_year.unit_code = ranked.unit_code and last_year.period = period_links.last_year_period
