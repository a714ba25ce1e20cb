-- One row: the buckets of the load just merged; every row of the file is in exactly one.
with

told as (
    select
        count(*) as rows_in,
        count(*) filter (where len(problems) = 0) as good,
        count(*) filter (where len(problems) > 0) as quarantined,
        max(event_at) filter (where len(problems) = 0) as newest_event_at
    from staged
),

kept as (select count(*) as accepted from accepted),

same as (select count(*) as unchanged from known where is_same)

select
    rows_in,
    accepted - unchanged as loaded,
    unchanged,
    good - accepted as superseded,
    quarantined,
    newest_event_at
from told
cross join kept
cross join same
