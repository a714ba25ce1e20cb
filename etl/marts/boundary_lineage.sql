-- One row per former unit of the mart and present unit that took of its territory: communes, and provinces.
with

communes as (
    select
        passage.old_code, passage.new_code, case when passage.is_whole then 'whole' else 'part' end as extent,
        passage.is_main, (passage.upto - passage.since)::decimal(13, 12) as share, passage.basis
    from passage
),

-- former districts and provinces went where their communes went
went as (
    select distinct above.ancestor_code as old_code, passage.old_code as leaf, passage.new_code
    from passage
    inner join boundary_tree as above on above.unit_code = passage.old_code and above.ancestor_code <> passage.old_code
),

upward as (
    select
        went.old_code, targets.ancestor_code as new_code, count(distinct went.leaf) as leaves,
        count(distinct went.new_code) as communes
    from went
    inner join boundary_tree as targets on targets.unit_code = went.new_code
    inner join mart.units as units on units.unit_code = targets.ancestor_code and units.level in ('commune', 'province')
    group by all
),

reached as (select old_code, count(distinct new_code) as communes from went group by all),

above as (
    select
        upward.old_code,
        upward.new_code,
        -- whole where none of its communes went anywhere else
        case when upward.communes = reached.communes then 'whole' else 'part' end as extent,
        upward.leaves = max(upward.leaves) over (partition by upward.old_code, units.level) as is_main,
        case when upward.communes = reached.communes then 1 end::decimal(13, 12) as share,
        case when upward.communes = reached.communes then 'whole' end as basis
    from upward
    inner join reached using (old_code)
    inner join mart.units as units on units.unit_code = upward.new_code
),

-- and a commune's province took what the commune took
provinces as (
    select
        communes.old_code, units.parent_code as new_code,
        case when sum(communes.share) = 1 then 'whole' else 'part' end as extent,
        bool_or(communes.is_main) as is_main, sum(communes.share)::decimal(13, 12) as share,
        case when sum(communes.share) = 1 then 'whole' else any_value(communes.basis) end as basis
    from communes
    inner join mart.units as units on units.unit_code = communes.new_code
    where units.parent_code is not null
    group by all
),

final as (
    select * from communes
    union all
    select * from provinces
    union all
    select * from above
)

select final.*
from final
semi join mart.units as units on units.unit_code = final.old_code
