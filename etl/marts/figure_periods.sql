-- One row per shown period, and per part of others that is there for comparison: its number, and that of its kind.
with

known as (
    select period, end_date, kind, calendar, true as is_shown from period_frame
    union all
    select distinct period, end_date, null, null, false from period_parts
)

select
    (row_number() over (order by period) - 1)::smallint as period_no,
    dense_rank() over (order by kind, calendar)::tinyint as kind_no,
    *
from known
