-- one row per load, the newest first; only for whoever sees all units, for a file may hold any of them
select
    load_id, run_id, source_id, kind, origin, sha256, size_bytes, fetched_at, as_of,
    rows_in, loaded, unchanged, superseded, quarantined, state, error_class, message, warnings, duration_s
from loads
where
    cast($detail as varchar[]) is null
    and (cast($source_id as varchar) is null or source_id = $source_id)
order by fetched_at desc, load_id desc
limit $limit
