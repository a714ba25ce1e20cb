-- One row per unit and period, a column per stock: its level at the period's judged day (opening stocks: the day before the period).
with

moments as (
    select units.unit_code, periods.period, periods.judged_on as closing_day, periods.start_date - 1 as opening_day
    from (select distinct unit_code from stock_levels) as units
    cross join periods
)

select moments.unit_code, moments.period{columns}
from moments
asof left join stock_levels as closing
    on closing.unit_code = moments.unit_code and moments.closing_day >= closing.day
asof left join stock_levels as opening
    on opening.unit_code = moments.unit_code and moments.opening_day >= opening.day
