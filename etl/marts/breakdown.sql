-- One row per unit, period, field and procedure with dossiers received.
with

received as (
    select * exclude (not_before)
    from months.received_cells
    where not_before is null or not_before <= $as_of::date
),

shown_periods as (select * from periods semi join period_frame using (period)),

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
        sum(received.judged)::bigint as judged,
        sum(received.online_766)::bigint as online_766,
        sum(
            received.online_ended_on_time
            + case when received.open_until >= periods.judged_at then received.online_still_open else 0 end
        )::bigint as online_on_time,
        sum(received.online_judged)::bigint as online_judged,
        sum(
            received.postal_ended_on_time
            + case when received.open_until >= periods.judged_at then received.postal_still_open else 0 end
        )::bigint as postal_on_time,
        sum(received.postal_judged)::bigint as postal_judged,
        sum(received.supplemented_more)::bigint as supplemented_more,
        sum(received.fee_bearing)::bigint as fee_bearing,
        sum(received.paid_online)::bigint as paid_online
    from received
    inner join rollup on rollup.unit_code = received.unit_code
    inner join shown_periods as periods on received.cell between periods.start_date and periods.judged_on
    group by all
    having sum(received.received) > 0
)

select
    summed.unit_code, summed.period, names.field_name, summed.procedure_base, names.procedure_name,
    summed.received, summed.online, summed.counter, summed.postal, summed.on_time, summed.judged,
    summed.online_766, summed.online_on_time, summed.online_judged,
    -- what came neither online nor by post came to the counter
    summed.on_time - summed.online_on_time - summed.postal_on_time as counter_on_time,
    summed.judged - summed.online_judged - summed.postal_judged as counter_judged,
    summed.postal_on_time, summed.postal_judged, summed.supplemented_more, summed.fee_bearing, summed.paid_online
from summed
inner join names on names.procedure_base = summed.procedure_base
