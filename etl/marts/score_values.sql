-- One row per boundary view, score indicator, unit and period: points of an index as a reading; of former units as they reported.
with

lead_series as (select index_id, series from scoring_nodes where kind = 'total'),

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
    case when parts.unit_code like '%@%' then 'reported' else 'current' end as boundary,
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
    false as is_estimate,
    coalesce(times.has_source_flag, false) as has_source_flag,
    value_of(parts.numerator, parts.denominator, parts.score_part = 'own', asked.zero_policy, 1.0) as value
from catalog_indicators as asked
inner join parts on parts.index_id = asked.score_index and parts.score_part = asked.score_part
inner join lead_series on lead_series.index_id = parts.index_id
left join score_times as times on times.index_id = parts.index_id and times.unit_code = parts.unit_code and times.period = parts.period
