-- One row per indicator, unit and day: rates whose measures are all events, and counts that are stocks.
with

own as (
    select rollup.ancestor_code as unit_code, event_days.* exclude (unit_code)
    from event_days
    inner join rollup on rollup.unit_code = event_days.unit_code
),

in_units as (select unit_code, day, {sums} from own where day >= $since group by all),

events as (
    select unit_code, day, measure, value from (unpivot in_units on {columns} into name measure value value)
),

days as (select unnest(generate_series($since::date, $as_of::date, interval 1 day))::date as day),

stock_days as (
    select series.unit_code, days.day, series.measure
    from (select distinct unit_code, measure from stock_levels) as series
    cross join days
    where series.measure not in (select measure from opening_stocks)
),

stocks as (
    select stock_days.unit_code, stock_days.day, stock_days.measure, stock_levels.level as value
    from stock_days
    asof inner join stock_levels
        on stock_days.unit_code = stock_levels.unit_code
        and stock_days.measure = stock_levels.measure
        and stock_days.day >= stock_levels.day
),

daily_values as (select * from events union all select * from stocks),

dailies as (
    select indicator, list(measure) filter (where part = 'n') as numerators
    from indicator_parts
    where series = 'dossiers'
    group by all
    having bool_and(measure in (select measure from event_names))
        or bool_and(measure in (select distinct measure from stock_levels) and measure not in (select measure from opening_stocks))
)

select
    indicator_parts.indicator,
    daily_values.unit_code,
    daily_values.day,
    sum(daily_values.value) filter (where indicator_parts.part = 'n')::decimal(24, 4) as numerator,
    sum(daily_values.value) filter (where indicator_parts.part = 'd')::decimal(24, 4) as denominator
from indicator_parts
inner join dailies on dailies.indicator = indicator_parts.indicator
inner join daily_values on daily_values.measure = indicator_parts.measure
where indicator_parts.series = 'dossiers'
group by all
having numerator > 0 or denominator > 0
