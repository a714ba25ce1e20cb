-- One row per former unit of the month in question: the thirteen columns of form II.06a, and the code that it bore then.
select
    row_number() over (order by old_code) as position,
    name,
    old_code,
    carried + received as received_total,
    online,
    received - online as direct_postal,
    carried,
    done,
    early,
    done - early - late as on_time,
    late,
    open_total,
    open_total - overdue as open_in_time,
    overdue
from history_month
where strftime(month, '%Y-%m') = getvariable('stated_month')
order by position
