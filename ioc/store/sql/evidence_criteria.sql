-- One row per part that the points of an index are the sum of, of one unit and period: criteria, and whole groups where the
-- published points of the group stand in for its criteria.
with

scores_of_view as (
{found_scores}
),

known as (
    select scores.*, nodes.parent_node, nodes.position, nodes.name_vi, nodes.name_en, nodes.rule_vi, nodes.rule_en, nodes.is_inherited, nodes.indicator
    from scores_of_view as scores
    inner join index_nodes as nodes on nodes.index_id = scores.index_id and nodes.node = scores.node
    where scores.unit_code = $unit and scores.period = $period and scores.points is not null
),

whole_groups as (
    select *
    from known
    where kind = 'group' and basis = 'published' and published_points is not null
),

criteria as (
    select *
    from known
    where
        kind = 'criterion'
        and ($with_inherited or not is_inherited)
        and parent_node not in (select node from whole_groups)
),

-- of a whole group only what is inherited can be taken out again
taken_out as (
    select * replace (-points as points)
    from known
    where kind = 'criterion' and is_inherited and not $with_inherited and parent_node in (select node from whole_groups)
),

final as (
    select * from whole_groups
    union all
    select * from criteria
    union all
    select * from taken_out
)

select node, name_vi, name_en, rule_vi, rule_en, points, indicator from final order by position
