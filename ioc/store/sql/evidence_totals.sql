-- One row: how many rows a part has, and what they add up to; null where one of them tells no number.
-- Of a divided unit the slice of its sum counts, as in the build: slices of single rows would be rounded too often.
with

sums as (
    select
        slices,
        count(*) as rows,
        count(counted) as told,
        case when slices is null then sum(counted) else part_of(sum(whole_counted), slices) end as counted
    from ({counted})
    group by measure, own_unit_code, slices
)

select coalesce(sum(rows), 0)::bigint as rows, case when sum(told) = sum(rows) then sum(counted) end as counted
from sums
