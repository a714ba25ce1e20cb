-- One row per month of reception: months.dossiers, moved on by moved_versions; 0001-01-01 stands for "not received".
with

moved as (
    select
        coalesce(date_trunc('month', received_at)::date, date '0001-01-01') as month,
        bit_xor(md5_number(version_id::varchar)) as content,
        sum(step)::bigint as versions
    from moved_versions
    group by month
)

select
    coalesce(kept.month, moved.month) as month,
    xor(coalesce(kept.content, 0::uhugeint), coalesce(moved.content, 0::uhugeint)) as content,
    coalesce(kept.versions, 0) + coalesce(moved.versions, 0) as versions,
    kept.rows,
    kept.written,
    kept.patched
from months.dossiers as kept
full outer join moved on moved.month = kept.month
