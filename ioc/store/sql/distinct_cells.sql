-- One row per unit, cell (its first day), measure and value that occurred.
select distinct unit_code, cell_start(day) as day, measure, value
from distinct_values
