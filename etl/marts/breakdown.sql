-- One row per boundary view, unit, period, field and procedure with dossiers received: summed when it is asked for. Reads breakdown_cells and what is named like it.
with

summed as (
    select
        units.ancestor_code as unit_code,
        units.boundary,
        periods.period,
        cells.procedure_base,
        sum(cells.received)::bigint as received,
        sum(cells.online)::bigint as online,
        sum(cells.counter)::bigint as counter,
        sum(cells.postal)::bigint as postal,
        sum(cells.ended_on_time + case when cells.open_until >= periods.judged_at then cells.still_open else 0 end)::bigint as on_time,
        sum(cells.judged)::bigint as judged,
        sum(cells.online_766)::bigint as online_766,
        sum(
            cells.online_ended_on_time + case when cells.open_until >= periods.judged_at then cells.online_still_open else 0 end
        )::bigint as online_on_time,
        sum(cells.online_judged)::bigint as online_judged,
        sum(
            cells.postal_ended_on_time + case when cells.open_until >= periods.judged_at then cells.postal_still_open else 0 end
        )::bigint as postal_on_time,
        sum(cells.postal_judged)::bigint as postal_judged,
        sum(cells.supplemented_more)::bigint as supplemented_more,
        sum(cells.fee_bearing)::bigint as fee_bearing,
        sum(cells.paid_online)::bigint as paid_online
    from breakdown_cells as cells
    inner join breakdown_units as units on units.unit_code = cells.unit_code
    inner join breakdown_periods as periods on cells.cell between periods.start_date and periods.judged_on
    group by all
)

select
    summed.unit_code, summed.period, procedures.field_name, summed.procedure_base, procedures.procedure_name,
    summed.received, summed.online, summed.counter, summed.postal, summed.on_time, summed.judged,
    summed.online_766, summed.online_on_time, summed.online_judged,
    -- what came neither online nor by post came to the counter
    summed.on_time - summed.online_on_time - summed.postal_on_time as counter_on_time,
    summed.judged - summed.online_judged - summed.postal_judged as counter_judged,
    summed.postal_on_time, summed.postal_judged, summed.supplemented_more, summed.fee_bearing, summed.paid_online, summed.boundary
from summed
inner join breakdown_procedures as procedures on procedures.procedure_base = summed.procedure_base
