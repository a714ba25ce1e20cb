-- one row per node of an index, with one unit's points in one period and view of the boundaries where there are any
with scores_of_view as (
{found_scores}
),

nodes as (
    select *
    from index_nodes
    where index_id = $index_id
),

asked as (
    select
        node, max_points, points, basis, published_points, scorable_points, numerator, denominator,
        "rank", rank_of, previous_points, flags, as_of, fresh_until, compared_previous,
        boundary, points_low, points_high
    from scores_of_view
    where
        unit_code = $unit
        and period = $period
        and (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

final as (
    select
        nodes.node, nodes.kind, nodes.parent_node, nodes.position, nodes.name_vi, nodes.name_en,
        coalesce(asked.max_points, nodes.max_points) as max_points,
        nodes.rule_vi, nodes.rule_en, nodes.is_inherited, nodes.indicator, nodes.evidence, nodes.legal_source,
        asked.points, asked.basis, asked.published_points, asked.scorable_points,
        asked.numerator, asked.denominator, asked."rank", asked.rank_of, asked.previous_points,
        coalesce(asked.flags, []) as flags, asked.as_of, asked.fresh_until, asked.compared_previous, nodes.whole,
        cast($boundary as varchar) as boundary, asked.points_low, asked.points_high
    from nodes
    left join asked on nodes.node = asked.node
    order by nodes.position
)

select * from final
