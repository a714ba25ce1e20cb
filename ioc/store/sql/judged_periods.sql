-- One row per period that has begun by a moment: it is judged at its end or at that moment, whichever is earlier. Reads period_frame.
select
    *,
    least(end_date, $as_of::date) as judged_on,
    least(end_date + interval 1 day - interval 1 microsecond, $as_of::timestamp) as judged_at
from period_frame
where start_date <= $as_of::date
