-- One row per part, measure and row that the measure counted; `counted` is what the row adds. Reads members, loads.
with

found as (
    select
        null::integer as place, null::varchar as measure, null::decimal(24, 4) as counted, null::varchar as own_unit_code,
        null::varchar as source_id, null::bigint as load_id, null::bigint as row_no, null::varchar as dossier_code,
        null::varchar as procedure_base, null::timestamp as received_at, null::timestamp as due_at, null::timestamp as due_until,
        null::timestamp as ended_at, null::integer as status_code, null::integer as channel, null::varchar as item, null::date as day,
        null::varchar as statement, null::boolean as leads
    where false
    union all by name
{found}
)

select
    found.place,
    found.measure,
    (found.counted * members.share)::decimal(24, 4) as counted,
    found.counted as whole_counted,
    members.slices,
    found.dossier_code,
    found.own_unit_code,
    members.name as unit_name,
    members.sort_key,
    found.procedure_base,
    found.received_at,
    found.due_at,
    found.due_until,
    found.ended_at,
    found.status_code,
    found.channel,
    found.source_id,
    found.load_id,
    found.row_no,
    found.item,
    found.day,
    found.statement,
    found.leads
from found
inner join members on members.unit_code = found.own_unit_code
