-- One row per unit, cell (its first day), procedure and time until which open dossiers are in time: what was received by $as_of.
select
    unit_code,
    cell,
    procedure_base,
    open_until,
    sum(received)::bigint as received,
    sum(online)::bigint as online,
    sum(counter)::bigint as counter,
    sum(postal)::bigint as postal,
    sum(ended_on_time)::bigint as ended_on_time,
    sum(still_open)::bigint as still_open,
    sum(judged)::bigint as judged,
    sum(online_766)::bigint as online_766,
    sum(online_ended_on_time)::bigint as online_ended_on_time,
    sum(online_still_open)::bigint as online_still_open,
    sum(online_judged)::bigint as online_judged,
    sum(postal_ended_on_time)::bigint as postal_ended_on_time,
    sum(postal_still_open)::bigint as postal_still_open,
    sum(postal_judged)::bigint as postal_judged,
    sum(supplemented_more)::bigint as supplemented_more,
    sum(fee_bearing)::bigint as fee_bearing,
    sum(paid_online)::bigint as paid_online
from asked_cells
where not_before is null or not_before <= $as_of::date
group by all
having sum(received) > 0
order by cell, unit_code, procedure_base
