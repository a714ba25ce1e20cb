-- one row per boundary view, unit and period of the index $index_id: the points that are not inherited, of those that can be had
with
scores as (select * from scores_raw where index_id = $index_id),
inherited_nodes as (select node, max_points from scoring_nodes where index_id = $index_id and is_inherited),

totals as (select boundary, unit_code, period, points, max_points, is_estimate from scores where kind = 'total'),
inherited as (
    select boundary, unit_code, period, sum(coalesce(scores.points, 0)) as points, sum(scores.max_points) as max_points,
        bool_and(scores.basis is not null) as is_known
    from scores inner join inherited_nodes using (node)
    group by all
),
final as (
    select
        $index_id as index_id, boundary, unit_code, period, totals.is_estimate,
        (totals.points - coalesce(inherited.points, 0))::decimal(24, 4) as numerator,
        (totals.max_points - coalesce(inherited.max_points, 0))::decimal(24, 4) as denominator
    from totals left join inherited using (boundary, unit_code, period)
    where totals.points is not null and coalesce(inherited.is_known, true)
)
select * from final
