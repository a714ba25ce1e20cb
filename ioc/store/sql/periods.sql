-- one row per period for which readings were built, the newest first
select period, kind, start_date, end_date, calendar
from periods
where (cast($kind as varchar) is null or kind = $kind) and (cast($calendar as varchar) is null or calendar = $calendar)
order by end_date desc, start_date desc, period desc
