-- One row per indicator, unit, period and series: numerator, denominator, value, target, status, rank, changes.
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
        values_of.unit_code,
        values_of.period,
        sum(values_of.value) filter (where indicator_parts.part = 'n') as numerator,
        sum(values_of.value) filter (where indicator_parts.part = 'd') as denominator,
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
        summed.unit_code,
        summed.period,
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
        whole.*,
        indicators.direction,
        indicators.measure_unit,
        indicators.target,
        indicators.at_risk_within,
        value_of(whole.numerator, whole.denominator, whole.is_ratio, indicators.zero_policy, whole.scale) as value
    from whole
    inner join catalog_indicators as indicators on indicators.indicator = whole.indicator
    union all by name
    select score_values.*, indicators.direction, indicators.measure_unit, indicators.target, indicators.at_risk_within
    from score_values
    inner join catalog_indicators as indicators on indicators.indicator = score_values.indicator
),

-- of all units together the first series that says anything
first_series as (
    select indicator, period, min(series_rank) as leading_rank
    from valued
    where unit_code in (select unit_code from mart.units) and period in (select period from period_frame)
    group by all
),

placed as (
    select
        valued.*,
        first_series.leading_rank,
        units.level,
        units.parent_code,
        period_frame.end_date,
        row_number() over (partition by valued.indicator, valued.period, valued.unit_code order by valued.series_rank) as series_place,
        max(valued.value) over same_figure - min(valued.value) over same_figure
        > disagreement_allowed(valued.measure_unit, valued.value) as is_disputed
    from valued
    inner join mart.units as units on units.unit_code = valued.unit_code
    inner join period_frame on period_frame.period = valued.period
    inner join first_series on first_series.indicator = valued.indicator and first_series.period = valued.period
    window same_figure as (partition by valued.indicator, valued.period, valued.unit_code)
),

ranked as (
    select
        *,
        -- those without a value are last, in nobody's way
        case when value is not null and direction <> 'none' then rank() over (
            partition by indicator, period, series, level, parent_code order by place_of(value, direction) nulls last
        ) end::integer as rank_place,
        case when value is not null and direction <> 'none' then count(value) over (
            partition by indicator, period, series, level, parent_code
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
    ranked.bound
from ranked
left join period_links on period_links.period = ranked.period
left join valued as previous
    on previous.indicator = ranked.indicator and previous.series = ranked.series
    and previous.unit_code = ranked.unit_code and previous.period = period_links.previous_period
left join valued as last_year
    on last_year.indicator = ranked.indicator and last_year.series = ranked.series
    and last_year.unit_code = ranked.unit_code and last_year.period = period_links.last_year_period
