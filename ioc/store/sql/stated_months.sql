-- One row per series, unit, month of either calendar and measure, as stated; `month_number` counts the months of a calendar. Reads stated_spans.
select
    *,
    case when day(start_date) = 1 then 'gregorian' else 'vpcp' end as calendar,
    -- a month bears the name of its last day
    12 * year(end_date) + month(end_date) as month_number
from stated_spans
where
    (day(start_date) = 1 and end_date = last_day(start_date))
    or (day(start_date) = 15 and end_date = (start_date + interval 1 month)::date - 1)
