-- One row per unit, stretch of days, measure of the report forms of dossiers and row of a form that adds to the figure.
-- A unit without a row of its own is the sum of its fields (parts within a field are in it already); of two sources the newer statement counts.
-- Reads forms_facts, and statements' relations.
with

statements as (
{statements}
),

added as (
    select *
    from forms_facts
    where not contains(field_name, ' › ')
    window figure as (partition by source_id, unit_code, period_start, period_end)
    qualify field_name = '' or not bool_or(field_name = '') over figure
),

-- a field that does not tell a figure leaves the unit's untold
told as (
    select
        source_id,
        load_id,
        row_no,
        unit_code,
        period_start,
        period_end,
        field_name,
        max(load_id) over figure as stated_load_id,
        bool_or(is_flagged) over figure as is_flagged,
        case
            when count(columns('^(received|done|open)_')) over figure = count(*) over figure then columns('^(received|done|open)_')
        end
    from added
    window figure as (partition by source_id, unit_code, period_start, period_end)
),

measured as (
    select
        source_id,
        load_id,
        row_no,
        unit_code,
        period_start,
        period_end,
        field_name,
        stated_load_id,
        is_flagged,
        unnest([
            -- the total with what was carried over adds along no time, so that it is told by its two parts
            {
                'measure': 'form_received_in_period',
                'value': coalesce(received_in_period, received_online + received_direct_postal, received_total - received_carried)
            },
            {'measure': 'form_received_online', 'value': received_online},
            {'measure': 'form_received_direct_postal', 'value': received_direct_postal},
            {'measure': 'form_carried', 'value': received_carried},
            {'measure': 'form_done_total', 'value': done_total},
            {'measure': 'form_done_early', 'value': done_early},
            {'measure': 'form_done_on_time', 'value': done_on_time},
            -- on time or early, however the form tells them
            {'measure': 'form_done_in_time', 'value': done_on_time + coalesce(done_early, 0)},
            {'measure': 'form_done_late', 'value': done_late},
            {'measure': 'form_open_total', 'value': open_total},
            {'measure': 'form_open_in_time', 'value': open_in_time},
            {'measure': 'form_open_overdue', 'value': open_overdue}
        ], recursive := true)
    from told
)

select
    measured.unit_code,
    measured.period_start as start_date,
    measured.period_end as end_date,
    measured.measure,
    measured.value::decimal(24, 4) as value,
    measured.source_id,
    measured.load_id,
    measured.row_no,
    nullif(measured.field_name, '') as item,
    'field_name=' || nullif(measured.field_name, '') as statement,
    measured.is_flagged,
    statements.as_of,
    statements.fresh_until
from measured
left join statements on statements.load_id = measured.stated_load_id
where measured.value is not null
qualify measured.source_id = first_value(measured.source_id) over (
    partition by measured.unit_code, measured.period_start, measured.period_end, measured.measure
    order by statements.as_of desc nulls last, measured.stated_load_id desc, measured.source_id
)
