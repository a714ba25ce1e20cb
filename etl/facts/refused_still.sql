-- One row per row that an earlier file had refused, and that this load has again unchanged and refuses too: it waits once, as the newest.
-- Reads landed (rows of the earlier file), staged. Of rows that say the same each stands for one.
with

earlier as (
    select row_no, {columns}, row_number() over (partition by {columns} order by row_no) as nth
    from landed
    where row_no in ({rows})
),

still as (
    select {columns}, row_number() over (partition by {columns} order by row_no) as nth
    from read_parquet({landing})
    where row_no in (select row_no from staged where len(problems) > 0)
)

select earlier.row_no
from earlier
inner join still on still.nth = earlier.nth and {all_same}
