-- one row per unit, period and node of the index $index_id
with
nodes as (select * from scoring_nodes where index_id = $index_id),
measures as (select * from scoring_measures where index_id = $index_id),
readings as (
    select unit_code, period, series, measure, value::decimal(24, 4) as value
    from measure_values
    where series in (select series from nodes) and period in (select period from scored_periods) and value is not null
),
places as (select distinct unit_code, period from readings),
provinces as (select unit_code from units where level = 'province'),

-- a side of a criterion is known only where each of its measures is
sides as (
    select unit_code, period, node, side, sum(value)::decimal(24, 4) as value
    from measures inner join readings using (series, measure)
    group by all
    having count(*) = any_value(measures.measure_count)
),
criterion_parts as (
    select
        places.unit_code, places.period, nodes.*,
        numerators.value as numerator,
        case when nodes.whole is not null then if(numerators.value is not null, nodes.whole, null) else denominators.value end as denominator,
        published.value as published_points,
        provinces.unit_code is not null as is_province
    from places
    cross join nodes
    left join sides as numerators
        on numerators.unit_code = places.unit_code and numerators.period = places.period
        and numerators.node = nodes.node and numerators.side = 'numerator'
    left join sides as denominators
        on denominators.unit_code = places.unit_code and denominators.period = places.period
        and denominators.node = nodes.node and denominators.side = 'denominator'
    left join readings as published
        on published.unit_code = places.unit_code and published.period = places.period
        and published.measure = nodes.published and published.series = nodes.series
    left join provinces on provinces.unit_code = places.unit_code
),
-- denominator 0 is known, and is not the same as a part that was never published
criteria as (
    select
        unit_code, period, node, kind, parent_node, max_points, published_points, numerator, denominator,
        case
            when numerator is null or denominator is null then if(published_points is not null, 'published', null)
            when denominator = 0 and zero = 'full' then 'by_rule'
            when is_inherited and not is_province then 'inherited'
            else 'computed'
        end as basis,
        case
            when numerator is null or denominator is null then published_points
            else points_by_rule(numerator, denominator, max_points, cap, rounding, zero, steps)
        end as points
    from criterion_parts
    where kind = 'criterion'
),
group_sums as (
    select
        unit_code, period, parent_node,
        sum(coalesce(points, 0)) as points,
        bool_and(coalesce(basis <> 'published', false)) as is_computed,
        bool_and(basis is not null) as is_known,
        sum(if(basis is not null, max_points, 0)) as known_max_points
    from criteria
    group by all
),
groups as (
    select
        parts.unit_code, parts.period, parts.node, parts.kind, parts.parent_node, parts.max_points, parts.published_points,
        case
            when sums.is_computed then 'computed'
            when parts.published_points is not null or sums.is_known then 'published'
        end as basis,
        case
            when sums.is_computed then sums.points
            when parts.published_points is not null then parts.published_points
            when sums.is_known then sums.points
        end as points,
        if(basis is not null, parts.max_points, sums.known_max_points) as scorable_points
    from criterion_parts as parts
    inner join group_sums as sums
        on sums.unit_code = parts.unit_code and sums.period = parts.period and sums.parent_node = parts.node
    where parts.kind = 'group'
),
-- a pillar is made of its groups, the total of all groups
branch_parts as (
    select unit_code, period, 'total' as node, points, basis, scorable_points from groups
    union all
    select unit_code, period, parent_node as node, points, basis, scorable_points from groups where parent_node <> 'total'
),
branch_sums as (
    select
        unit_code, period, node,
        sum(points) as points,
        bool_and(coalesce(basis = 'computed', false)) as is_computed,
        bool_and(basis is not null) as is_known,
        sum(scorable_points) as scorable_points
    from branch_parts
    group by all
),
branches as (
    select
        parts.unit_code, parts.period, parts.node, parts.kind, parts.max_points, parts.published_points,
        case when sums.is_computed then 'computed' when sums.is_known then 'published' end as basis,
        if(sums.is_known, sums.points, null) as points,
        sums.scorable_points
    from criterion_parts as parts
    inner join branch_sums as sums
        on sums.unit_code = parts.unit_code and sums.period = parts.period and sums.node = parts.node
    where parts.kind in ('pillar', 'total')
),
final as (
    select unit_code, period, node, kind, points, max_points, basis, published_points,
        if(basis is not null, max_points, 0) as scorable_points, numerator, denominator
    from criteria
    union all by name
    select unit_code, period, node, kind, points, max_points, basis, published_points, scorable_points from groups
    union all by name
    select unit_code, period, node, kind, points, max_points, basis, published_points, scorable_points from branches
)
select
    $index_id as index_id, unit_code, period, node, kind,
    points::decimal(9, 2) as points, max_points, basis, published_points::decimal(9, 2) as published_points,
    scorable_points::decimal(9, 2) as scorable_points, numerator, denominator
from final
