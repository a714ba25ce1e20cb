-- one row per unit and node of one index and period as in scores, without the criteria that a unit only inherits: they are gone,
-- and their points are taken from groups and totals, which are ranked anew. Unknown inherited points leave nothing known.
with
scores_of_view as (
{found_scores}
),

asked as (select * from scores_of_view where period = $period),

inherited as (
    select asked.*, nodes.parent_node
    from asked
    inner join index_nodes as nodes on nodes.index_id = asked.index_id and nodes.node = asked.node
    where nodes.is_inherited
),

parts as (
    select unit_code, parent_node as node, points, max_points, previous_points, basis from inherited
    union all
    select unit_code, 'total', points, max_points, previous_points, basis from inherited
),

taken as (
    select
        unit_code, node,
        case when bool_and(basis is not null) then sum(coalesce(points, 0)) end as points,
        case when count(previous_points) = count(*) then sum(previous_points) end as previous_points,
        sum(max_points) as max_points,
        sum(case when basis is not null then max_points else 0 end) as scorable_points
    from parts
    group by all
),

lessened as (
    select
        asked.* replace (
            case when taken.node is null then asked.points else asked.points - taken.points end::decimal(9, 2) as points,
            (asked.max_points - coalesce(taken.max_points, 0))::decimal(9, 2) as max_points,
            (asked.scorable_points - coalesce(taken.scorable_points, 0))::decimal(9, 2) as scorable_points,
            case when taken.node is null then asked.previous_points else asked.previous_points - taken.previous_points end::decimal(9, 2)
                as previous_points,
            -- nobody publishes points without their inherited part
            case when taken.node is null then asked.published_points end as published_points,
            -- what is inherited bears no slice: it is taken from both ends
            asked.points_low - case when taken.node is null then 0 else taken.points end as points_low,
            asked.points_high - case when taken.node is null then 0 else taken.points end as points_high
        )
    from asked
    left join taken on taken.unit_code = asked.unit_code and taken.node = asked.node
    anti join inherited on inherited.unit_code = asked.unit_code and inherited.node = asked.node
)

select
    * replace (
        case when points is not null then rank() over (peers order by points desc nulls last) end::integer as "rank",
        case when points is not null then count(points) over peers end::integer as rank_of
    )
from lessened
window peers as (partition by node, level, parent_code)
