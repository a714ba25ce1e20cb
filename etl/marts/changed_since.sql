-- One row: the first day of which any figure can be another one than before, by what moved; null where nothing did.
with

-- a case that was still open counts until its time; where only that time moved, nothing differs that was judged before
cohorts as (
    select case when sum(value) <> 0 then day else greatest(day, min(judged_until)::date) end as day
    from moved_cohort_days
    where judged_until is not null
    group by unit_code, measure, day
),

-- the breakdown itself is summed when it is asked for; figures only ask which procedures there were
procedures as (
    select cell as day
    from moved_received_cells
    group by unit_code, cell, procedure_base
    having sum(received) <> 0 or sum(online) <> 0 or sum(fee_bearing) <> 0 or sum(paid_online) <> 0
),

days as (
    select day from moved_event_days
    union all
    select day from moved_stock_days
    union all
    select day from moved_distinct_values
    union all
    select day from moved_received_days
    union all
    select day from cohorts
    union all
    select day from procedures
)

select min(day) as day
from days
