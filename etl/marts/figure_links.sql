-- One row per period and day up to which it is known: what it is compared with, in numbers.
select
    periods.period_no,
    links.until,
    links.until = periods.end_date as is_whole,
    previous.period_no as previous_no,
    last_year.period_no as last_year_no,
    links.previous_part,
    links.last_year_part
from period_links as links
inner join figure_periods as periods on periods.period = links.period
left join figure_periods as previous on previous.period = links.previous_period
left join figure_periods as last_year on last_year.period = links.last_year_period
