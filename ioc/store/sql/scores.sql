-- one row per unit and node of one index and period, in one view of the boundaries; counts only where the scope reaches into detail; reads
-- the scores of that view, or those without what is inherited
with asked as (
    select
        index_id, unit_code, level, parent_code, period, node, kind, points, max_points, basis,
        published_points, scorable_points, numerator, denominator, "rank", rank_of, previous_points, flags, as_of, fresh_until,
        compared_previous, boundary, points_low, points_high,
        cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code) as in_detail
    from (
{found_scores}
) as found
    where
        index_id = $index_id
        and period = $period
        and (
            cast($compare as varchar[]) is null
            or list_contains(cast($compare as varchar[]), unit_code)
            or in_detail
        )
        and (cast($kind as varchar) is null or kind = $kind)
        and (cast($nodes as varchar[]) is null or list_contains(cast($nodes as varchar[]), node))
        and (cast($units as varchar[]) is null or list_contains(cast($units as varchar[]), unit_code))
        and (cast($level as varchar) is null or level = $level)
        and (cast($parent as varchar) is null or parent_code = $parent)
),

final as (
    select
        asked.index_id, asked.unit_code, units.name as unit_name, units.short_name, asked.level, asked.parent_code,
        asked.period, asked.node, asked.kind, asked.points, asked.max_points, asked.basis,
        asked.published_points, asked.scorable_points,
        case when asked.in_detail then asked.numerator end as numerator,
        case when asked.in_detail then asked.denominator end as denominator,
        asked."rank", asked.rank_of, asked.previous_points, asked.flags, asked.as_of, asked.fresh_until,
        asked.compared_previous, asked.boundary, asked.points_low, asked.points_high
    from asked
    inner join units on asked.unit_code = units.unit_code
    order by asked."rank" nulls last, units.sort_key, asked.node
)

select * from final
