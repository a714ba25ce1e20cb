-- one row per property of the snapshot
select key, value
from info
order by key
