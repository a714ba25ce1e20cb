-- One row per part, measure and row that the measure counted, with its file and load; what leads comes first, then by unit and time.
select
    counted.measure,
    counted.counted,
    counted.dossier_code,
    counted.own_unit_code,
    counted.unit_name,
    counted.procedure_base,
    counted.received_at,
    counted.due_at,
    counted.due_until,
    counted.ended_at,
    counted.status_code,
    counted.channel,
    counted.source_id,
    loads.origin,
    counted.row_no,
    loads.sha256,
    counted.load_id,
    loads.fetched_at,
    loads.run_id,
    counted.item,
    counted.day,
    counted.statement
from ({counted}) as counted
left join loads on loads.load_id = counted.load_id
order by
    counted.place, counted.leads desc, counted.sort_key, counted.received_at, counted.day, counted.dossier_code, counted.item, counted.load_id, counted.row_no
