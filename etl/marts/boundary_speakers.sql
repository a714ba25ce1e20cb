-- One row per former unit, group of series that are counted together, and series in which a source has figures of it.
with

reported_series as (
    select 'reported' as series
    union
    select parts.series
    from indicator_parts as parts
    inner join catalog_measures as measures on measures.measure = parts.measure and measures.fact = 'reported'
),

named as (
    select 'dossiers' as series_group, 'dossiers' as series, unit_code from months.event_days
    union
    select 'dossiers', 'dossiers', unit_code from months.stock_days
    union
    select 'stated', 'form_06a', unit_code from facts.dossier_stats
    union
    select 'stated', 'documents', unit_code from facts.document_stats
    union
    select 'reported', reported_series.series, reported.unit_code
    from (select distinct unit_code from facts.reported_values) as reported
    cross join reported_series
    union
    select 'certificates', 'certificates', unit_code from facts.certificates
    union
    select 'certificates', 'certificates', unit_code from facts.staffs
    union
    select 'petitions', 'petitions', unit_code from facts.petitions
    union
    select 'plan', 'plan', unit_code from facts.tasks
    union
    select 'edxml', 'edxml', from_unit_code from facts.messages
    union
    select 'edxml', 'edxml', unnest(to_unit_codes) from facts.messages
)

select named.series_group, named.series, named.unit_code
from named
semi join former_units using (unit_code)
