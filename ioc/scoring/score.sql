-- one row per boundary view, unit, period and node of the index $index_id
with
nodes as (select * from scoring_nodes where index_id = $index_id),
measures as (select * from scoring_measures where index_id = $index_id),
-- where no series of the index is kept apart, a unit's current points are those of what it reported
readings as (
    select boundary, unit_code, period, series, measure, value::decimal(24, 4) as value, is_estimate
    from measure_values
    where
        series in (select series from nodes) and period in (select period from scored_periods) and value is not null
        and ($is_apart or not is_shared)
),
-- one number for the three keys of a place: it is joined and grouped by many times
places as materialized (
    select
        row_number() over () as place_no, found.boundary, found.unit_code, found.period,
        found.unit_code in (select unit_code from units where level in ('province', 'former_province')) as is_province
    from (select distinct boundary, unit_code, period from readings) as found
),
placed as (
    select places.place_no, readings.series, readings.measure, readings.value, readings.is_estimate
    from readings
    inner join places
        on places.unit_code = readings.unit_code and places.period = readings.period and places.boundary = readings.boundary
),

-- a side of a criterion is known only where each of its measures is
sides as (
    select place_no, node, side, sum(value)::decimal(24, 4) as value, bool_or(is_estimate) as is_estimate
    from measures inner join placed using (series, measure)
    group by all
    having count(*) = any_value(measures.measure_count)
),
criterion_parts as (
    select
        places.place_no, places.is_province, nodes.*,
        numerators.value as numerator,
        case when nodes.whole is not null then if(numerators.value is not null, nodes.whole, null) else denominators.value end as denominator,
        coalesce(numerators.is_estimate, false) or coalesce(denominators.is_estimate, false) as is_estimate,
        published.value as published_points
    from places
    cross join nodes
    left join sides as numerators
        on numerators.place_no = places.place_no and numerators.node = nodes.node and numerators.side = 'numerator'
    left join sides as denominators
        on denominators.place_no = places.place_no and denominators.node = nodes.node and denominators.side = 'denominator'
    left join placed as published
        on published.place_no = places.place_no and published.measure = nodes.published and published.series = nodes.series
),
-- denominator 0 is known, and is not the same as a part that was never published
criteria as (
    select
        place_no, node, kind, parent_node, max_points, published_points, numerator, denominator,
        case
            when numerator is null or denominator is null then if(published_points is not null, 'published', null)
            when denominator = 0 and zero = 'full' then 'by_rule'
            when is_inherited and not is_province then 'inherited'
            else 'computed'
        end as basis,
        case
            when numerator is null or denominator is null then published_points
            else points_by_rule(numerator, denominator, max_points, cap, rounding, zero, steps)
        end as points,
        is_estimate and numerator is not null and denominator is not null as is_estimate
    from criterion_parts
    where kind = 'criterion'
),
group_sums as (
    select
        place_no, parent_node,
        sum(coalesce(points, 0)) as points,
        bool_and(coalesce(basis <> 'published', false)) as is_computed,
        bool_and(basis is not null) as is_known,
        sum(if(basis is not null, max_points, 0)) as known_max_points,
        bool_or(is_estimate) as is_estimate
    from criteria
    group by all
),
groups as (
    select
        parts.place_no, parts.node, parts.kind, parts.parent_node, parts.max_points, parts.published_points,
        case
            when sums.is_computed then 'computed'
            when parts.published_points is not null or sums.is_known then 'published'
        end as basis,
        case
            when sums.is_computed then sums.points
            when parts.published_points is not null then parts.published_points
            when sums.is_known then sums.points
        end as points,
        if(basis is not null, parts.max_points, sums.known_max_points) as scorable_points,
        sums.is_estimate and (sums.is_computed or (parts.published_points is null and sums.is_known)) as is_estimate
    from criterion_parts as parts
    inner join group_sums as sums on sums.place_no = parts.place_no and sums.parent_node = parts.node
    where parts.kind = 'group'
),
-- a pillar is made of its groups, the total of all groups
branch_parts as (
    select place_no, 'total' as node, points, basis, scorable_points, is_estimate from groups
    union all
    select place_no, parent_node as node, points, basis, scorable_points, is_estimate from groups where parent_node <> 'total'
),
branch_sums as (
    select
        place_no, node,
        sum(points) as points,
        bool_and(coalesce(basis = 'computed', false)) as is_computed,
        bool_and(basis is not null) as is_known,
        sum(scorable_points) as scorable_points,
        bool_or(is_estimate) as is_estimate
    from branch_parts
    group by all
),
branches as (
    select
        parts.place_no, parts.node, parts.kind, parts.max_points, parts.published_points,
        case when sums.is_computed then 'computed' when sums.is_known then 'published' end as basis,
        if(sums.is_known, sums.points, null) as points,
        sums.scorable_points,
        sums.is_estimate and sums.is_known as is_estimate
    from criterion_parts as parts
    inner join branch_sums as sums on sums.place_no = parts.place_no and sums.node = parts.node
    where parts.kind in ('pillar', 'total')
),
final as (
    select place_no, node, kind, points, max_points, basis, published_points, is_estimate,
        if(basis is not null, max_points, 0) as scorable_points, numerator, denominator
    from criteria
    union all by name
    select place_no, node, kind, points, max_points, basis, published_points, is_estimate, scorable_points from groups
    union all by name
    select place_no, node, kind, points, max_points, basis, published_points, is_estimate, scorable_points from branches
)
select
    $index_id as index_id, places.boundary, places.unit_code, places.period, final.node, final.kind,
    final.points::decimal(9, 2) as points, final.max_points, final.basis, final.published_points::decimal(9, 2) as published_points,
    final.scorable_points::decimal(9, 2) as scorable_points, final.numerator, final.denominator, final.is_estimate
from final
inner join places on places.place_no = final.place_no
