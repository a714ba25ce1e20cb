-- One row: the first day that forms, documents and petitions tell of former units.
with

spoken_of as (
    select min(period_start) as first_day from facts.dossier_stats semi join former_units using (unit_code)
    union all
    select min(period_start) from facts.document_stats semi join former_units using (unit_code)
    union all
    select min(received_at)::date from facts.petitions semi join former_units using (unit_code)
)

select min(first_day) as first_day from spoken_of
