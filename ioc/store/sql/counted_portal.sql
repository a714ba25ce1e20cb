-- One row per unit, period and portal measure: the portal's answer, with the time at which it last said so; its figure may be null.
-- Reads portal_facts, catalog_measures, and statements' relations.
with

statements as (
{statements}
),

metrics as (
    select * exclude (metrics), unnest(metrics) as metric
    from portal_facts
)

select
    metrics.unit_code,
    metrics.period,
    catalog_measures.measure,
    case catalog_measures.part
        when 'numerator' then metrics.metric.numerator
        when 'denominator' then metrics.metric.denominator
        when 'ratio' then metrics.metric.ratio
        when 'points' then metrics.metric.points
    end::decimal(24, 4) as value,
    metrics.source_id,
    metrics.load_id,
    metrics.row_no,
    metrics.metric.code as item,
    statements.as_of::date as day,
    concat_ws(
        '; ', 'endpoint=' || metrics.endpoint, 'part=' || catalog_measures.part, 'quality_status=' || metrics.metric.quality_status
    ) as statement,
    metrics.metric.quality_status as quality_status,
    statements.as_of,
    statements.fresh_until
from metrics
inner join catalog_measures on catalog_measures.fact = 'portal' and catalog_measures.metric = metrics.metric.code
left join statements on statements.load_id = metrics.load_id
-- one request may name a unit twice (root and row); the figures are the same
qualify row_number() over (
    partition by metrics.unit_code, metrics.period, catalog_measures.measure
    order by statements.as_of desc, value is null, metrics.load_id desc, metrics.row_no
) = 1
