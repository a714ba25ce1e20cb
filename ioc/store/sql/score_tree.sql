-- one row per node of an index, with one unit's points in one period where there are any
with visible as (
    select *
    from scores
    where (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

asked as (
    select *
    from visible
    where index_id = $index_id and unit_code = $unit and period = $period
),

nodes as (
    select *
    from index_nodes
    where index_id = $index_id
),

final as (
    select
        nodes.node, nodes.kind, nodes.parent_node, nodes.position, nodes.name_vi, nodes.name_en,
        coalesce(asked.max_points, nodes.max_points) as max_points,
        nodes.rule_vi, nodes.rule_en, nodes.is_inherited, nodes.indicator, nodes.evidence, nodes.legal_source,
        asked.points, asked.basis, asked.published_points, asked.scorable_points,
        asked.numerator, asked.denominator, asked."rank", asked.rank_of, asked.previous_points,
        coalesce(asked.flags, []) as flags, asked.as_of, asked.fresh_until
    from nodes
    left join asked on nodes.node = asked.node
    order by nodes.position
)

select * from final
