-- One row per unit, stock and day of change: the level at that day's end, a running sum.
with

in_units as (
    select rollup.ancestor_code as unit_code, stock_deltas.measure, stock_deltas.day, sum(stock_deltas.delta) as delta
    from stock_deltas
    inner join rollup on rollup.unit_code = stock_deltas.unit_code
    group by all
)

select unit_code, measure, day, sum(delta) over (partition by unit_code, measure order by day)::bigint as level
from in_units
