-- One row per former unit and group of series in which a source has figures of it.
with

named as (
    select 'dossiers' as series_group, unit_code from months.event_days
    union
    select 'dossiers', unit_code from months.stock_deltas
    union
    select 'stated', unit_code from facts.dossier_stats
    union
    select 'stated', unit_code from facts.document_stats
    union
    select 'reported', unit_code from facts.reported_values
    union
    select 'certificates', unit_code from facts.certificates
    union
    select 'certificates', unit_code from facts.staffs
    union
    select 'petitions', unit_code from facts.petitions
    union
    select 'plan', unit_code from facts.tasks
    union
    select 'edxml', from_unit_code from facts.messages
    union
    select 'edxml', unnest(to_unit_codes) from facts.messages
)

select named.series_group, named.unit_code
from named
semi join former_units using (unit_code)
