-- One row per unit, period and reported measure: the newest statement, as it was written down and never added up.
-- A figure with its denominator feeds the measures of numerator and denominator; one without feeds the ratio where the
-- catalogue has one, else the numerator. Reads reported_facts, catalog_measures, loads, source_promises.
with

newest as (
    select *
    from reported_facts
    -- several sources may speak of the same figure
    qualify row_number() over (partition by unit_code, period, metric order by load_id desc, version_id desc) = 1
),

measures as (
    select measure, metric, part, max(part = 'ratio') over (partition by metric) as has_ratio
    from catalog_measures
    where fact = 'reported'
),

statements as (
    select loads.load_id, loads.fetched_at, loads.fetched_at + to_seconds(source_promises.fresh_within_s) as fresh_until
    from loads
    left join source_promises using (source_id)
)

select
    newest.unit_code,
    newest.period_start as start_date,
    newest.period_end as end_date,
    newest.period,
    measures.measure,
    case measures.part when 'denominator' then newest.of_value else newest.value end::decimal(24, 4) as value,
    newest.source_id,
    newest.load_id,
    newest.row_no,
    newest.metric as item,
    newest.period_end as day,
    newest.source_document as statement,
    newest.bound,
    least(newest.period_end + interval 1 day - interval 1 second, statements.fetched_at) as as_of,
    -- what was said of a period that was over does not go stale
    case when newest.period_end >= statements.fetched_at::date then statements.fresh_until end as fresh_until
from newest
inner join measures
    on measures.metric = newest.metric
    and case
        when newest.of_value is not null then measures.part in ('numerator', 'denominator')
        when measures.has_ratio then measures.part = 'ratio'
        else measures.part = 'numerator'
    end
left join statements using (load_id)
