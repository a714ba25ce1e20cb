-- One row per boundary view, indicator, unit, period and series, parts of periods that are there for comparison included: its numbers and its value,
-- and `until`, the day of its period up to which it reaches.
with

expected as (
    select
        indicator, series, scale, series_rank, bool_and(is_counted) as is_counted,
        count(*) filter (where part = 'n') as numerators, count(*) filter (where part = 'd') as denominators
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
        min(values_of.covered_until) as covered_until,
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
        expected.is_counted,
        expected.scale,
        expected.series_rank,
        summed.as_of,
        summed.covered_until,
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
        value_of(whole.numerator, whole.denominator, whole.is_ratio, indicators.zero_policy, whole.scale) as value,
        case when whole.has_range then range_of(
            whole.least_numerator, whole.most_numerator, whole.least_denominator, whole.most_denominator,
            whole.is_ratio and indicators.measure_unit = 'percent', whole.is_ratio, whole.scale
        ) end as value_range
    from whole
    inner join catalog_indicators as indicators on indicators.indicator = whole.indicator
    union all by name
    select * from score_values
),

-- shown periods, and the parts of others that are there for comparison
known_periods as (
    select period, end_date, kind, calendar, true as is_shown from period_frame
    union all
    select distinct period, end_date, null, null, false from period_parts
)

select
    valued.*,
    known_periods.kind,
    known_periods.calendar,
    known_periods.end_date,
    known_periods.is_shown,
    least(known_periods.end_date, coalesce(valued.covered_until, valued.as_of::date)) as until
from valued
inner join known_periods on known_periods.period = valued.period
