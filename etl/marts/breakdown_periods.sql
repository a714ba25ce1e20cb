-- One row per period of the mart that has begun by $as_of: when it is judged.
with

period_frame as (select period, start_date, end_date from mart.periods),

judged as (
{judged_periods}
)

select period, start_date, judged_on, judged_at
from judged
order by all
