-- One row per index, unit, period and node, with rank among the units of its level and parent and the previous period's points.
with

-- the series that feed an index
fed as (select distinct index_id, series from scoring_nodes),

times as (
    select
        fed.index_id, found.unit_code, found.period, max(found.as_of) as as_of, min(found.fresh_until) as fresh_until,
        min(coalesce(found.covered_until, found.as_of::date)) as covered_until,
        bool_or(found.has_source_flag) as has_source_flag
    from scored_values as found
    inner join fed using (series)
    group by all
),

known_periods as (
    select period, end_date from period_frame
    union all
    select distinct period, end_date from period_parts
),

-- up to which day of its period every source of the points reaches
reaching as (
    select
        raw.*, known_periods.end_date, times.as_of, times.fresh_until, times.has_source_flag,
        least(known_periods.end_date, times.covered_until) as until
    from scores_raw as raw
    inner join known_periods on known_periods.period = raw.period
    left join times on times.index_id = raw.index_id and times.unit_code = raw.unit_code and times.period = raw.period
),

comparable as (
    select index_id, unit_code, node, period, points
    from reaching
    where until = end_date
),

placed as (
    select reaching.*, units.level, units.parent_code
    from reaching
    inner join mart.units as units on units.unit_code = reaching.unit_code
    semi join period_frame on period_frame.period = reaching.period
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
    case when placed.points is not null then rank() over (peers order by placed.points desc nulls last) end::integer as "rank",
    case when placed.points is not null then count(placed.points) over peers end::integer as rank_of,
    previous.points as previous_points,
    list_filter(
        [
            case when placed.has_source_flag and placed.node = 'total' then 'source_flag' end,
            case when placed.published_points <> placed.points then 'unreconciled' end
        ],
        lambda flag: flag is not null
    ) as flags,
    placed.as_of,
    case when placed.end_date >= placed.as_of::date then placed.fresh_until end as fresh_until,
    case when previous.points is not null then links.previous_part end as compared_previous
from placed
left join period_links as links on links.period = placed.period and links.until = placed.until
left join comparable as previous
    on previous.index_id = placed.index_id and previous.unit_code = placed.unit_code
    and previous.node = placed.node and previous.period = links.previous_period
window peers as (partition by placed.index_id, placed.period, placed.node, placed.level, placed.parent_code)
