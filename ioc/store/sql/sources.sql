-- one row per source, as of the build
select
    source_id, kind, last_load_at, as_of, fresh_within_s, fresh_until,
    rows_in, loaded, unchanged, superseded, quarantined, failed_loads, waiting
from sources
order by source_id
