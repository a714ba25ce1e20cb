-- one row per refused field of a row, the newest load first; only for whoever sees all units
select load_id, source_id, origin, row_no, field, reason, value
from quarantine
where
    cast($detail as varchar[]) is null
    and (cast($source_id as varchar) is null or source_id = $source_id)
    and (cast($load_id as bigint) is null or load_id = $load_id)
order by load_id desc, row_no, field
limit $limit
