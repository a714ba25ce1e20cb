-- One row per unit, cell (its first day), procedure and time until which open dossiers are in time; rows not received by $as_of keep their day.
select
    unit_code,
    cell_start(received_on) as cell,
    procedure_base,
    case when ended_at is null then due_until end as open_until,
    case when received_on > $as_of::date then received_on end as not_before,
    count(*) as received,
    count(*) filter (where channel = 2) as online,
    count(*) filter (where channel = 1) as counter,
    count(*) filter (where channel = 3) as postal,
    count(*) filter (where is_judged and supplement_count <= 1 and ended_at <= due_until) as ended_on_time,
    count(*) filter (where is_judged and supplement_count <= 1 and ended_at is null) as still_open,
    count(*) filter (where is_judged) as judged,
    count(*) filter (where channel = 2 and (returns_document is not true or has_result_file)) as online_766,
    count(*) filter (where channel = 2 and is_judged and supplement_count <= 1 and ended_at <= due_until) as online_ended_on_time,
    count(*) filter (where channel = 2 and is_judged and supplement_count <= 1 and ended_at is null) as online_still_open,
    count(*) filter (where channel = 2 and is_judged) as online_judged,
    count(*) filter (where channel = 3 and is_judged and supplement_count <= 1 and ended_at <= due_until) as postal_ended_on_time,
    count(*) filter (where channel = 3 and is_judged and supplement_count <= 1 and ended_at is null) as postal_still_open,
    count(*) filter (where channel = 3 and is_judged) as postal_judged,
    count(*) filter (where supplement_count > 1) as supplemented_more,
    count(*) filter (where has_fee) as fee_bearing,
    count(*) filter (where has_fee and paid_online in (1, 2)) as paid_online
from dossier_facts
where is_received and received_on is not null
group by all
