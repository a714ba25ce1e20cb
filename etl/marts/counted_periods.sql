-- One row per period that has begun by $as_of, and per part that those which are not over are compared with: when it is judged.
with

period_frame as (
    select period, start_date, end_date from temp.period_frame
    union all
    select period, start_date, end_date from period_parts where until = $as_of::date
),

judged as (
{judged_periods}
)

select
    *,
    -- made of whole stretches from the 1st or the 15th, as the periods of both calendars are
    start_date = cell_start(start_date) and end_date + 1 = cell_start(end_date + 1) as is_in_cells
from judged
