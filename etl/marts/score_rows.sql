-- One row per boundary view, index, unit, period and node, with rank among the units of its level and parent and the previous period's points.
with

nodes as (
    select index_id, node, boundary, row_number() over (order by index_id, node, boundary) as node_no
    from (select distinct index_id, node from scoring_nodes)
    cross join (values ('current'), ('reported'), ('former')) as boundaries (boundary)
),

-- up to which day of its period every source of the points reaches; score_no names node, unit and period in one number
reaching as (
    select
        in_one(nodes.node_no, units.unit_no, periods.period_no) as score_no,
        in_one(nodes.node_no, units.peers_no, periods.period_no) as peers_no,
        periods.period_no,
        periods.is_shown,
        periods.end_date,
        units.level,
        units.parent_code,
        raw.*,
        ranges.points_low,
        ranges.points_high,
        coalesce(times.is_of_dossiers, false) as is_of_dossiers,
        times.other_as_of,
        times.other_fresh_until,
        times.has_source_flag,
        least(periods.end_date, times.covered_until) as until
    from scores_raw as raw
    inner join nodes on nodes.index_id = raw.index_id and nodes.node = raw.node and nodes.boundary = raw.boundary
    inner join figure_units as units on units.unit_code = raw.unit_code
    inner join figure_periods as periods on periods.period = raw.period
    left join score_times as times
        on times.index_id = raw.index_id and times.boundary = raw.boundary and times.unit_code = raw.unit_code and times.period = raw.period
    left join scores_ranges as ranges
        on ranges.index_id = raw.index_id and ranges.boundary = raw.boundary and ranges.unit_code = raw.unit_code
        and ranges.period = raw.period and ranges.node = raw.node
),

comparable as (
    select score_no, points
    from reaching
    where until = end_date
    union all
    -- of periods that are not made anew
    select in_one(nodes.node_no, units.unit_no, periods.period_no), kept.points
    from mart.score_rows as kept
    inner join nodes on nodes.index_id = kept.index_id and nodes.node = kept.node and nodes.boundary = kept.boundary
    inner join figure_units as units on units.unit_code = kept.unit_code
    inner join figure_periods as periods on periods.period = kept.period
    where kept.is_whole and periods.period_no in (select previous_no from figure_links)
),

placed as (
    select
        *,
        rank() over in_order as rank_place,
        count(points) over (in_order rows between unbounded preceding and unbounded following) as rank_of
    from reaching
    where is_shown
    window in_order as (partition by peers_no order by points desc nulls last)
)

select
    placed.index_id,
    placed.unit_code,
    placed.level,
    placed.parent_code,
    placed.period,
    placed.node,
    placed.kind,
    placed.points,
    placed.max_points,
    placed.basis,
    placed.published_points,
    placed.scorable_points,
    placed.numerator,
    placed.denominator,
    case when placed.points is not null then placed.rank_place end::integer as "rank",
    case when placed.points is not null then placed.rank_of end::integer as rank_of,
    previous.points as previous_points,
    list_filter(
        [
            case when placed.is_estimate then 'estimate' end,
            case when placed.has_source_flag and placed.node = 'total' then 'source_flag' end,
            case when placed.published_points <> placed.points then 'unreconciled' end
        ],
        lambda flag: flag is not null
    ) as flags,
    placed.boundary,
    placed.points_low,
    placed.points_high,
    placed.is_of_dossiers,
    placed.other_as_of as as_of,
    placed.other_fresh_until as fresh_until,
    case when previous.points is not null then links.previous_part end as compared_previous,
    coalesce(placed.until = placed.end_date, false) as is_whole
from placed
left join figure_links as links on links.period_no = placed.period_no and links.until = placed.until
left join comparable as previous on previous.score_no = placed.score_no - placed.period_no + links.previous_no
