-- one row per value that somebody gave a refused row, the newest first; only for whoever sees all units
select source_id, origin, row_no, field, old_value, new_value, reason, corrected_at, corrected_by, is_accepted
from corrections
where
    cast($detail as varchar[]) is null
    and (cast($source_id as varchar) is null or source_id = $source_id)
order by corrected_at desc, by_load_id desc, row_no, field
limit $limit
