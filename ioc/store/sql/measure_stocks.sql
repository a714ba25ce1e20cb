-- One row per unit, period and stock measure: its level at the period's judged day (opening stocks: the day before the period).
with

moments as (
    select
        series.unit_code,
        series.measure,
        periods.period,
        case when series.measure in (select measure from opening_stocks) then periods.start_date - 1 else periods.judged_on end as day
    from (select distinct unit_code, measure from stock_levels) as series
    cross join periods
)

select moments.unit_code, moments.period, moments.measure, stock_levels.level as value
from moments
asof inner join stock_levels
    on moments.unit_code = stock_levels.unit_code
    and moments.measure = stock_levels.measure
    and moments.day >= stock_levels.day
