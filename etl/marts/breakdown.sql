-- One row per unit, period, field and procedure with dossiers received.
with

received as (
    select
        unit_code,
        date_trunc('month', received_on)::date as day,
        procedure_base,
        case when ended_at is null then due_until end as open_until,
        count(*) as received,
        count(*) filter (where channel = 2) as online,
        count(*) filter (where channel = 1) as counter,
        count(*) filter (where channel = 3) as postal,
        count(*) filter (where is_judged and supplement_count <= 1 and ended_at <= due_until) as ended_on_time,
        count(*) filter (where is_judged and supplement_count <= 1 and ended_at is null) as still_open,
        count(*) filter (where is_judged) as judged
    from dossier_facts
    where is_received and received_on <= $as_of::date
    group by all
),

-- names drift; the most frequent one stands for the procedure
names as (
    select procedure_base, mode(procedure_name) as procedure_name, mode(field_name) as field_name
    from dossier_facts
    group by all
),

summed as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        received.procedure_base,
        sum(received.received)::bigint as received,
        sum(received.online)::bigint as online,
        sum(received.counter)::bigint as counter,
        sum(received.postal)::bigint as postal,
        sum(
            received.ended_on_time + case when received.open_until >= periods.judged_at then received.still_open else 0 end
        )::bigint as on_time,
        sum(received.judged)::bigint as judged
    from received
    inner join rollup on rollup.unit_code = received.unit_code
    inner join periods on received.day between periods.start_date and periods.judged_on
    group by all
)

select
    summed.unit_code, summed.period, names.field_name, summed.procedure_base, names.procedure_name,
    summed.received, summed.online, summed.counter, summed.postal, summed.on_time, summed.judged
from summed
inner join names on names.procedure_base = summed.procedure_base
