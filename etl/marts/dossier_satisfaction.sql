-- One row per boundary view, unit, period and field of dossiers: Decision 766, 5.4, as far as dossiers tell; complaints are counted as petitions.
-- Summed when it is asked for; reads breakdown_cells and what is named like it. More than one request for a supplement is late by rule, and a reason of its own.
with

fields as (
    select
        units.ancestor_code as unit_code,
        units.boundary,
        cells.cell,
        procedures.field_name,
        cells.open_until,
        sum(cells.judged) as judged,
        sum(cells.ended_on_time) as ended_on_time,
        sum(cells.still_open) as still_open,
        sum(cells.supplemented_more) as supplemented_more
    from breakdown_cells as cells
    inner join breakdown_units as units on units.unit_code = cells.unit_code
    inner join breakdown_procedures as procedures on procedures.procedure_base = cells.procedure_base
    group by all
),

summed as (
    select
        fields.unit_code,
        fields.boundary,
        periods.period,
        fields.field_name,
        sum(fields.judged) as judged,
        sum(fields.ended_on_time + case when fields.open_until >= periods.judged_at then fields.still_open else 0 end) as on_time,
        sum(fields.supplemented_more) as supplemented_more
    from fields
    inner join breakdown_periods as periods on fields.cell between periods.start_date and periods.judged_on
    group by all
)

select
    unit_code,
    period,
    'dossiers' as kind,
    field_name,
    null::varchar as class,
    judged::bigint as cases,
    on_time::bigint as content,
    supplemented_more::bigint as supplements,
    (judged - on_time - supplemented_more)::bigint as overdue,
    0::bigint as disliked,
    0::bigint as repeated,
    boundary
from summed
where judged > 0
