-- One row: the first and the last day that forms, documents, messages and petitions speak of.
with

spoken_of as (
    select min(period_start) as first_day, max(period_end) as last_day from facts.dossier_stats
    union all
    select min(period_start), max(period_end) from facts.document_stats
    union all
    select min(received_at)::date, max(received_at)::date from facts.petitions
    union all
    select min(sent_at)::date, max(sent_at)::date from facts.messages
)

select min(first_day) as first_day, max(last_day) as last_day from spoken_of
