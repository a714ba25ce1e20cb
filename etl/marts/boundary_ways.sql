-- One row per unit of one time and unit of the other that its figures count for: whole where all of its territory lies there, else by slices.
-- Reads steps (from_leaf, to_leaf, basis, since, upto), source_leaves and target_leaves (unit_code, leaf).
with

reached as (
    select distinct source_leaves.unit_code, steps.to_leaf as leaf
    from source_leaves
    inner join steps on steps.from_leaf = source_leaves.leaf
),

reach as (select unit_code, count(*) as leaves from reached group by all),

met as (
    select reached.unit_code as reported_code, target_leaves.unit_code, count(*) as leaves
    from reached
    inner join target_leaves on target_leaves.leaf = reached.leaf
    group by all
),

judged as (
    select met.reported_code, met.unit_code, met.leaves = reach.leaves as is_whole
    from met
    inner join reach on reach.unit_code = met.reported_code
),

-- only what happened in one leaf can be taken apart: of a district's own figures nobody knows where they belong
sliced as (
    select
        judged.reported_code,
        judged.unit_code,
        any_value(steps.basis) as basis,
        list({'since': steps.since, 'upto': steps.upto} order by steps.since) as slices,
        sum(steps.upto - steps.since)::decimal(13, 12) as share
    from judged
    inner join steps on steps.from_leaf = judged.reported_code
    inner join target_leaves on target_leaves.unit_code = judged.unit_code and target_leaves.leaf = steps.to_leaf
    where not judged.is_whole
    group by all
)

select unit_code, reported_code, 1::decimal(13, 12) as share, 'whole' as basis, false as is_estimate, [{'since': 0::decimal(13, 12), 'upto': 1::decimal(13, 12)}] as slices
from judged
where is_whole
union all
select unit_code, reported_code, share, basis, true, slices
from sliced
