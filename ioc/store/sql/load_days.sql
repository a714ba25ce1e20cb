-- one row per source and day with loads since $since; only for whoever sees all units, for a file may hold any of them
select
    source_id, fetched_at::date as day,
    count(*) filter (where state <> 'failed') as done, count(*) filter (where state = 'failed') as failed
from loads
where cast($detail as varchar[]) is null and fetched_at >= $since
group by source_id, day
order by source_id, day
