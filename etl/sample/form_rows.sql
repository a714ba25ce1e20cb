-- One row per unit of the month in question: the thirteen columns of form II.06a, and the unit's code.
select
    row_number() over (order by unit.unit_no) as position,
    unit.name,
    unit.electronic_id,
    form_month.carried + form_month.received as received_total,
    form_month.online,
    form_month.received - form_month.online as direct_postal,
    form_month.carried,
    form_month.done,
    form_month.early,
    form_month.on_time,
    form_month.late,
    form_month.open_total,
    form_month.open_total - form_month.overdue as open_in_time,
    form_month.overdue
from form_month
inner join unit using (unit_no)
where strftime(form_month.month, '%Y-%m') = getvariable('stated_month')
order by position
