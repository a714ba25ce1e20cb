-- One row per last day of the months that a unit has stated, with the last one that anybody has stated in its series and calendar.
-- Reads stated_months.
with

spoken as (select series, calendar, unit_code, max(end_date) as until from stated_months group by all),

series_spoken as (select series, calendar, max(until) as newest from spoken group by all)

select spoken.until, min(series_spoken.newest) as newest
from spoken
inner join series_spoken using (series, calendar)
group by spoken.until
order by spoken.until
