-- One row per unit and day: a column for each event measure and for each stock; null where a stock has no level yet.
with

own as (
    select rollup.ancestor_code as unit_code, event_days.* exclude (unit_code)
    from event_days
    inner join rollup on rollup.unit_code = event_days.unit_code
    where event_days.day >= $since
),

events as (select unit_code, day, {event_sums} from own group by all),

days as (select unnest(generate_series($since::date, $as_of::date, interval 1 day))::date as day),

stock_days as (
    select series.unit_code, days.day, series.measure
    from (select distinct unit_code, measure from stock_levels) as series
    cross join days
    where series.measure not in (select measure from opening_stocks)
),

levels as (
    select stock_days.unit_code, stock_days.day, stock_days.measure, stock_levels.level
    from stock_days
    asof inner join stock_levels
        on stock_days.unit_code = stock_levels.unit_code
        and stock_days.measure = stock_levels.measure
        and stock_days.day >= stock_levels.day
),

stocks as (select unit_code, day, {stock_columns} from levels group by all)

select *
from events
full outer join stocks using (unit_code, day)
order by unit_code, day
