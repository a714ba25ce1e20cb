-- One row per unit and day of change, a column per stock: the level at that day's end, a running sum; null before its first change.
with

in_units as (
    select rollup.ancestor_code as unit_code, stock_days.day{sums}
    from stock_days
    inner join rollup on rollup.unit_code = stock_days.unit_code
    group by all
)

select unit_code, day{levels}
from in_units
window in_order as (partition by unit_code order by day rows unbounded preceding)
