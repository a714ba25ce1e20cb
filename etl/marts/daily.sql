-- One row per unit and day: a column for each event measure and for each stock; null where a stock has no level yet.
with

own as (
    select rollup.ancestor_code as unit_code, event_days.* exclude (unit_code)
    from event_days
    inner join rollup on rollup.unit_code = event_days.unit_code
    where event_days.day >= $since
),

events as (
    select unit_code, day, {event_columns} from own semi join alone using (unit_code)
    union all
    select unit_code, day, {event_sums} from own anti join alone using (unit_code) group by all
),

days as (select unnest(generate_series($since::date, $as_of::date, interval 1 day))::date as day),

stock_days as (
    select units.unit_code, days.day
    from (select distinct unit_code from stock_levels) as units
    cross join days
),

stocks as (
    select stock_days.unit_code, stock_days.day, {stock_columns}
    from stock_days
    asof inner join stock_levels
        on stock_days.unit_code = stock_levels.unit_code and stock_days.day >= stock_levels.day
)

select *
from events
full outer join stocks using (unit_code, day)
order by unit_code, day
