-- One row per unit, period and field of dossiers: Decision 766, 5.4, as far as dossiers tell; complaints are counted as petitions.
-- Reads mart.breakdown. More than one request for a supplement is late by rule, and a reason of its own.
with

breakdown as (select * from mart.breakdown)

select
    unit_code,
    period,
    'dossiers' as kind,
    field_name,
    null::varchar as class,
    sum(judged)::bigint as cases,
    sum(on_time)::bigint as content,
    sum(supplemented_more)::bigint as supplements,
    sum(judged - on_time - supplemented_more)::bigint as overdue,
    0::bigint as disliked,
    0::bigint as repeated
from breakdown
group by all
having sum(judged) > 0
