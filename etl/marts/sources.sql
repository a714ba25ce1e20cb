-- One row per source of config.yaml: when it last gave something, how old its data are, where its rows went, how many refused ones wait.
with

-- one row per source that has some
waiting_rows as (
    select source_id, count(*) as waiting
    from quarantine_desk
    where resolved_by is null
    group by source_id
)

select
    promises.source_id,
    promises.kind,
    max(loads.fetched_at) filter (where loads.state = 'loaded') as last_load_at,
    max(loads.as_of) as as_of,
    promises.fresh_within_s,
    max(loads.as_of) + to_seconds(promises.fresh_within_s) as fresh_until,
    coalesce(sum(loads.rows_in), 0)::bigint as rows_in,
    coalesce(sum(loads.loaded), 0)::bigint as loaded,
    coalesce(sum(loads.unchanged), 0)::bigint as unchanged,
    coalesce(sum(loads.superseded), 0)::bigint as superseded,
    coalesce(sum(loads.quarantined), 0)::bigint as quarantined,
    count(*) filter (where loads.state = 'failed') as failed_loads,
    coalesce(any_value(waiting_rows.waiting), 0)::bigint as waiting
from source_promises as promises
left join loads on loads.source_id = promises.source_id
left join waiting_rows on waiting_rows.source_id = promises.source_id
where promises.enabled or loads.load_id is not null
group by promises.source_id, promises.kind, promises.fresh_within_s
