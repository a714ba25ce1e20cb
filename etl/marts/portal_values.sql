-- One row per unit, period and portal measure, with the time at which the portal last said so.
with

metrics as (
    select portals.unit_code, portals.period, portals.load_id, unnest(portals.metrics) as metric
    from facts.portals as portals
),

statements as (
    -- the newest load of the same request confirms the figure, even where nothing had changed
    select loads.load_id, max(newest.as_of) as as_of, max(newest.as_of + to_seconds(source_promises.fresh_within_s)) as fresh_until
    from loads
    inner join loads as newest
        on newest.source_id = loads.source_id and newest.origin = loads.origin and newest.state = 'loaded'
    inner join source_promises on source_promises.source_id = loads.source_id
    group by loads.load_id
),

published as (
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
        metrics.metric.quality_status as quality_status,
        statements.as_of,
        statements.fresh_until
    from metrics
    inner join catalog_measures on catalog_measures.fact = 'portal' and catalog_measures.metric = metrics.metric.code
    left join statements on statements.load_id = metrics.load_id
)

select *
from published
-- one request may name a unit twice (root and row); the figures are the same
qualify row_number() over (partition by unit_code, period, measure order by as_of desc, value is null) = 1
