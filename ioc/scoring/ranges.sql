-- One row per boundary view, unit, period and node of the index $index_id the points of which are made of slices of divided units: between
-- which two ends the points lie, however those units' cases were spread. Points never fall with the rate, so that a criterion's ends are the
-- points of its least and its most rate; what criteria add up to lies between the sums. Nothing where nobody knows the ends.
with
nodes as (select * from scoring_nodes where index_id = $index_id),
measures as (select * from scoring_measures where index_id = $index_id),
scored as (
    select raw.boundary, raw.unit_code, raw.period, raw.node, raw.kind, raw.points, raw.is_estimate, nodes.parent_node
    from scores_raw as raw
    inner join nodes on nodes.node = raw.node
    where raw.index_id = $index_id
),
estimated as (select * from scored where is_estimate),

ends as (
    select
        asked.boundary, asked.unit_code, asked.period, asked.node,
        sum(coalesce(found.least_value, found.value)) filter (where measures.side = 'numerator') as least_numerator,
        sum(coalesce(found.most_value, found.value)) filter (where measures.side = 'numerator') as most_numerator,
        sum(coalesce(found.least_value, found.value)) filter (where measures.side = 'denominator') as least_denominator,
        sum(coalesce(found.most_value, found.value)) filter (where measures.side = 'denominator') as most_denominator
    from estimated as asked
    inner join measures on measures.node = asked.node
    inner join measure_values as found
        on found.boundary = asked.boundary and found.unit_code = asked.unit_code and found.period = asked.period
        and found.series = measures.series and found.measure = measures.measure
    where asked.kind = 'criterion' and ($is_apart or not found.is_shared)
    group by all
    having bool_and(not found.is_estimate or found.most_value is not null)
),
-- a share at one end has only the cases outside its numerator, at the other only those within; a plain number has no cases outside
rates as (
    select
        ends.*, nodes.* exclude (node),
        case when nodes.whole is null then most_denominator - most_numerator + least_numerator else nodes.whole end as outside,
        case when nodes.whole is null then least_denominator + most_numerator - least_numerator else nodes.whole end as inside,
        nodes.whole is null and least_denominator = 0 as may_be_of_nothing
    from ends
    inner join nodes on nodes.node = ends.node
    where
        nodes.whole is not null
        or (least_numerator <= least_denominator and most_numerator - least_numerator <= most_denominator - least_denominator)
),
pointed as (
    select
        boundary, unit_code, period, node, may_be_of_nothing,
        -- with no case on one side the rate is known, whatever there is of the other
        case
            when outside > 0 then points_by_rule(least_numerator, outside, max_points, cap, rounding, zero, steps)
            else points_by_rule(1, 1, max_points, cap, rounding, zero, steps)
        end as least_points,
        case
            when inside > 0 then points_by_rule(most_numerator, inside, max_points, cap, rounding, zero, steps)
            else points_by_rule(0, 1, max_points, cap, rounding, zero, steps)
        end as most_points,
        points_by_rule(0, 0, max_points, cap, rounding, zero, steps) as points_of_nothing
    from rates
),
-- where there may have been nothing to judge and that has no points, nobody knows
criterion_ranges as (
    select
        boundary, unit_code, period, node,
        case when may_be_of_nothing then least(least_points, points_of_nothing) else least_points end as points_low,
        case when may_be_of_nothing then greatest(most_points, points_of_nothing) else most_points end as points_high
    from pointed
    where not may_be_of_nothing or points_of_nothing is not null
),

group_ranges as (
    select
        groups.boundary, groups.unit_code, groups.period, groups.node,
        sum(case when parts.is_estimate then ranges.points_low else coalesce(parts.points, 0) end) as points_low,
        sum(case when parts.is_estimate then ranges.points_high else coalesce(parts.points, 0) end) as points_high
    from estimated as groups
    inner join scored as parts
        on parts.boundary = groups.boundary and parts.unit_code = groups.unit_code and parts.period = groups.period
        and parts.parent_node = groups.node
    left join criterion_ranges as ranges
        on ranges.boundary = parts.boundary and ranges.unit_code = parts.unit_code and ranges.period = parts.period
        and ranges.node = parts.node
    where groups.kind = 'group'
    group by all
    having bool_and(not parts.is_estimate or ranges.points_low is not null)
),
branch_ranges as (
    select
        branches.boundary, branches.unit_code, branches.period, branches.node,
        sum(case when parts.is_estimate then ranges.points_low else parts.points end) as points_low,
        sum(case when parts.is_estimate then ranges.points_high else parts.points end) as points_high
    from estimated as branches
    inner join scored as parts
        on parts.boundary = branches.boundary and parts.unit_code = branches.unit_code and parts.period = branches.period
        and (branches.kind = 'total' or parts.parent_node = branches.node)
    left join group_ranges as ranges
        on ranges.boundary = parts.boundary and ranges.unit_code = parts.unit_code and ranges.period = parts.period
        and ranges.node = parts.node
    where branches.kind in ('pillar', 'total') and parts.kind = 'group'
    group by all
    having bool_and(not parts.is_estimate or ranges.points_low is not null)
),
final as (
    select * from criterion_ranges
    union all
    select * from group_ranges
    union all
    select * from branch_ranges
)
select
    $index_id as index_id, boundary, unit_code, period, node,
    points_low::decimal(9, 2) as points_low, points_high::decimal(9, 2) as points_high
from final
