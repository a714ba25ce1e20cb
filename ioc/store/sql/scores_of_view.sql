-- one row per index, unit, period and node in one view of the boundaries
select *
from scores
where index_id = $index_id and boundary = $boundary
