-- One row per unit, period, field and procedure with dossiers received.
with

received as (
    select * exclude (not_before)
    from months.received_months
    where not_before is null or not_before <= $as_of::date
),

procedure_names as (
    select procedure_base, procedure_name as name, null as field, sum(dossiers) as dossiers
    from months.procedure_names where procedure_name is not null group by all having sum(dossiers) > 0
    union all
    select procedure_base, null, field_name, sum(dossiers)
    from months.procedure_names where field_name is not null group by all having sum(dossiers) > 0
),

procedures as (select distinct procedure_base from months.procedure_names),

-- names drift; the most frequent one stands for the procedure, of several the first in order
frequent as (
    select
        procedure_base,
        arg_min(name, (-dossiers, name)) filter (where name is not null) as procedure_name,
        arg_min(field, (-dossiers, field)) filter (where field is not null) as field_name
    from procedure_names
    group by all
),

names as (
    select procedures.procedure_base, frequent.procedure_name, frequent.field_name
    from procedures
    left join frequent using (procedure_base)
),

-- added up once before they are said of many periods
in_units as (
    select
        rollup.ancestor_code as unit_code,
        received.month,
        received.procedure_base,
        received.open_until,
        sum(received.received)::bigint as received,
        sum(received.online)::bigint as online,
        sum(received.counter)::bigint as counter,
        sum(received.postal)::bigint as postal,
        sum(received.ended_on_time)::bigint as ended_on_time,
        sum(received.still_open)::bigint as still_open,
        sum(received.judged)::bigint as judged
    from received
    inner join rollup on rollup.unit_code = received.unit_code
    group by all
),

summed as (
    select
        received.unit_code,
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
    from in_units as received
    inner join periods on received.month between periods.start_date and periods.judged_on
    group by all
    having sum(received.received) > 0
)

select
    summed.unit_code, summed.period, names.field_name, summed.procedure_base, names.procedure_name,
    summed.received, summed.online, summed.counter, summed.postal, summed.on_time, summed.judged
from summed
inner join names on names.procedure_base = summed.procedure_base
