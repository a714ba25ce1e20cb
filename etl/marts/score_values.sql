-- One row per boundary view, score indicator, unit and period: points of an index as a reading.
with

lead_series as (select index_id, series from scoring_nodes where kind = 'total'),

parts as (
    select
        raw.index_id, 'total' as score_part, raw.boundary, raw.unit_code, raw.period,
        raw.points::decimal(24, 4) as numerator, null::decimal(24, 4) as denominator, raw.is_estimate,
        ranges.points_low::double as range_low, ranges.points_high::double as range_high
    from scores_raw as raw
    left join scores_ranges as ranges using (index_id, boundary, unit_code, period, node)
    where raw.kind = 'total'
    union all by name
    select index_id, 'own' as score_part, boundary, unit_code, period, numerator, denominator, is_estimate
    from scores_own
)

select
    asked.indicator,
    parts.boundary,
    lead_series.series,
    parts.unit_code,
    parts.period,
    parts.numerator,
    parts.denominator,
    parts.score_part = 'own' as is_ratio,
    false as is_counted,
    1.0 as scale,
    1 as series_rank,
    coalesce(times.is_of_dossiers, false) as is_of_dossiers,
    times.other_as_of,
    times.other_fresh_until,
    times.as_of,
    times.covered_until,
    parts.is_estimate,
    parts.range_low,
    parts.range_high,
    coalesce(times.has_source_flag, false) as has_source_flag,
    value_of(parts.numerator, parts.denominator, parts.score_part = 'own', asked.zero_policy, 1.0) as value
from catalog_indicators as asked
inner join parts on parts.index_id = asked.score_index and parts.score_part = asked.score_part
inner join lead_series on lead_series.index_id = parts.index_id
left join score_times as times
    on times.index_id = parts.index_id and times.boundary = parts.boundary and times.unit_code = parts.unit_code and times.period = parts.period
