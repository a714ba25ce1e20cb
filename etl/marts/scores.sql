-- One row per index, unit, period and node, with rank among the units of its level and parent and the previous period's points.
with

-- the series that feed an index
fed as (select distinct index_id, series from scoring_nodes),

times as (
    select
        fed.index_id, found.unit_code, found.period, max(found.as_of) as as_of, min(found.fresh_until) as fresh_until,
        bool_or(found.has_source_flag) as has_source_flag
    from scored_values as found
    inner join fed using (series)
    group by all
),

placed as (
    select
        raw.*, units.level, units.parent_code, period_frame.end_date,
        times.as_of, times.fresh_until, times.has_source_flag
    from scores_raw as raw
    inner join mart.units as units on units.unit_code = raw.unit_code
    inner join period_frame on period_frame.period = raw.period
    left join times on times.index_id = raw.index_id and times.unit_code = raw.unit_code and times.period = raw.period
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
    case when placed.points is not null then rank() over (
        partition by placed.index_id, placed.period, placed.node, placed.level, placed.parent_code, placed.points is null
        order by placed.points desc
    ) end::integer as "rank",
    case when placed.points is not null then count(placed.points) over (
        partition by placed.index_id, placed.period, placed.node, placed.level, placed.parent_code
    ) end::integer as rank_of,
    previous.points as previous_points,
    list_filter(
        [
            case when placed.has_source_flag and placed.node = 'total' then 'source_flag' end,
            case when placed.published_points <> placed.points then 'unreconciled' end
        ],
        lambda flag: flag is not null
    ) as flags,
    placed.as_of,
    case when placed.end_date >= placed.as_of::date then placed.fresh_until end as fresh_until
from placed
left join period_links on period_links.period = placed.period
left join scores_raw as previous
    on previous.index_id = placed.index_id and previous.unit_code = placed.unit_code
    and previous.node = placed.node and previous.period = period_links.previous_period
