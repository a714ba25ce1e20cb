-- One row per unit with a feed and period, a column per measure: no dossier is a zero, no feed is no row, and nothing is filled for days on
-- which the unit was not there; what was counted all the same stays. Reads counted_events, counted_stocks, counted_others, event_days, rollup, periods.
with

feeds as (
    select rollup.ancestor_code as unit_code, rollup.first_day, rollup.last_day
    from (select distinct unit_code from event_days) as fed
    inner join rollup using (unit_code)
),

others as (select unit_code, period, {other_columns} from counted_others group by all),

filled as (
    select feeds.unit_code, periods.period
    from feeds
    inner join periods
        on periods.end_date >= greatest(feeds.first_day, (select min(day) from event_days))
        and periods.start_date <= feeds.last_day
    union
    select unit_code, period from counted_events where {event_some}
    union
    select unit_code, period from counted_stocks where {stock_some}
    union
    select unit_code, period from counted_others where value <> 0
)

select filled.unit_code, filled.period, {columns}
from filled
left join counted_events as events on events.unit_code = filled.unit_code and events.period = filled.period
left join counted_stocks as stocks on stocks.unit_code = filled.unit_code and stocks.period = filled.period
left join others on others.unit_code = filled.unit_code and others.period = filled.period
