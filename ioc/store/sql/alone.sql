-- One row per unit that counts for itself alone, as most do: its rows need not be added up. Reads rollup, event_days.
select rollup.ancestor_code as unit_code
from rollup
semi join event_days on event_days.unit_code = rollup.unit_code
group by all
having count(*) = 1
