-- One row per unit and cell (its first day): the columns of event_days, added up.
select unit_code, cell_start(day) as day, {event_sums}
from event_days
group by all
