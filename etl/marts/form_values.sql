-- One row per unit, stretch of days and measure of the report forms of dossiers, with the time at which they last said so.
-- A unit without a row of its own is the sum of its fields (parts within a field are in it already); of two sources the newer statement counts.
with

reports as (select * from facts.dossier_stats),

statements as (
    -- the newest load of the same file confirms the figure, even where nothing had changed
    select loads.load_id, max(newest.as_of) as as_of, max(newest.as_of + to_seconds(source_promises.fresh_within_s)) as fresh_until
    from loads
    inner join loads as newest
        on newest.source_id = loads.source_id and newest.origin = loads.origin and newest.state = 'loaded'
    inner join source_promises on source_promises.source_id = loads.source_id
    group by loads.load_id
),

wholes as (
    select
        source_id, unit_code, period_start, period_end, load_id,
        received_total, received_in_period, received_online, received_direct_postal, received_carried,
        done_total, done_early, done_on_time, done_late, open_total, open_in_time, open_overdue,
        len(issues) > 0 as is_flagged
    from reports
    where field_name = ''
),

summed as (
    -- a field that does not tell a figure leaves the unit's untold
    select
        source_id, unit_code, period_start, period_end, max(load_id) as load_id,
        case when count(received_total) = count(*) then sum(received_total) end as received_total,
        case when count(received_in_period) = count(*) then sum(received_in_period) end as received_in_period,
        case when count(received_online) = count(*) then sum(received_online) end as received_online,
        case when count(received_direct_postal) = count(*) then sum(received_direct_postal) end as received_direct_postal,
        case when count(received_carried) = count(*) then sum(received_carried) end as received_carried,
        case when count(done_total) = count(*) then sum(done_total) end as done_total,
        case when count(done_early) = count(*) then sum(done_early) end as done_early,
        case when count(done_on_time) = count(*) then sum(done_on_time) end as done_on_time,
        case when count(done_late) = count(*) then sum(done_late) end as done_late,
        case when count(open_total) = count(*) then sum(open_total) end as open_total,
        case when count(open_in_time) = count(*) then sum(open_in_time) end as open_in_time,
        case when count(open_overdue) = count(*) then sum(open_overdue) end as open_overdue,
        bool_or(len(issues) > 0) as is_flagged
    from reports
    where field_name <> '' and not contains(field_name, ' › ')
    group by source_id, unit_code, period_start, period_end
),

stated as (
    select * from wholes
    union all by name
    select * from summed anti join wholes using (source_id, unit_code, period_start, period_end)
),

measured as (
    select
        stated.source_id, stated.unit_code, stated.period_start, stated.period_end, stated.load_id, stated.is_flagged,
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
    from stated
),

final as (
    select
        measured.unit_code,
        measured.period_start as start_date,
        measured.period_end as end_date,
        measured.measure,
        measured.value::decimal(24, 4) as value,
        measured.is_flagged,
        statements.as_of,
        statements.fresh_until
    from measured
    left join statements on statements.load_id = measured.load_id
    where measured.value is not null
    qualify row_number() over (
        partition by measured.unit_code, measured.period_start, measured.period_end, measured.measure
        order by statements.as_of desc nulls last, measured.load_id desc
    ) = 1
)

select * from final
