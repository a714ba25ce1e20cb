-- One row per score indicator, unit and period: points of an index as a reading.
with

times as (
    select unit_code, period, max(as_of) as as_of, min(fresh_until) as fresh_until, bool_or(has_source_flag) as has_source_flag
    from all_values
    where series = 'portal'
    group by all
),

parts as (
    select index_id, 'total' as score_part, unit_code, period, points::decimal(24, 4) as numerator, null::decimal(24, 4) as denominator
    from scores_raw
    where kind = 'total'
    union all
    select index_id, 'own', unit_code, period, numerator, denominator
    from scores_own
)

select
    asked.indicator,
    'portal' as series,
    parts.unit_code,
    parts.period,
    parts.numerator,
    parts.denominator,
    parts.score_part = 'own' as is_ratio,
    1.0 as scale,
    1 as series_rank,
    times.as_of,
    times.fresh_until,
    false as is_estimate,
    coalesce(times.has_source_flag, false) as has_source_flag,
    value_of(parts.numerator, parts.denominator, parts.score_part = 'own', asked.zero_policy, 1.0) as value
from catalog_indicators as asked
inner join parts on parts.index_id = asked.score_index and parts.score_part = asked.score_part
left join times on times.unit_code = parts.unit_code and times.period = parts.period
