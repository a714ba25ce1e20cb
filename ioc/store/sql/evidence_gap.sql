-- One row per row that makes two figures differ; `counted` adds up to how far they are apart. Reads what `terms` says.
with

terms as (
    select null::decimal(24, 4) as counted where false
    union all by name
{found}
),

total as (select case when sum(counted) < 0 then -1 else 1 end as sign from terms)

select terms.* replace (terms.counted * total.sign as counted)
from terms
cross join total
