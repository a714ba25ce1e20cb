-- One row per row of a page of v_ioc_dossier_stat: what is kept of it, as etl/facts/dossier_stat.sql reads it. Reads `raw` (row_no and the
-- view's columns, all text). After etl/facts/macros.sql, dossier_macros.sql and sql_macros.sql.
with

raw as (select * from raw),

named as (
    select
        *,
        case when not contains(unit_or_field_name, '?') then scrub(unit_or_field_name) end as office,
        case when not contains(field_name, '?') then scrub(field_name) end as field_title
    from raw
),

final as (
    select
        row_no,
        null::varchar as fault,
        landed_unit(unit_code) as unit_code,
        landed_organisation(office) as unit_name,
        view_moment(ky_tu) as period_start,
        view_moment(ky_den) as period_end,
        landed_title(field_title) as field_name,
        view_figure(received_total) as received_total,
        view_figure(received_in_period) as received_in_period,
        view_figure(received_online) as received_online,
        view_figure(received_direct_postal) as received_direct_postal,
        view_figure(received_carried) as received_carried,
        view_figure(done_total) as done_total,
        view_figure(done_early) as done_early,
        view_figure(done_on_time) as done_on_time,
        view_figure(done_late) as done_late,
        view_figure(open_total) as open_total,
        view_figure(open_in_time) as open_in_time,
        view_figure(open_overdue) as open_overdue,
        view_figure(withdrawn) as withdrawn,
        view_figure(returned) as returned,
        view_figure(supplement) as supplement,
        landed_digit(on_time_includes_early) as on_time_includes_early,
        null::varchar as stated_at
    from named
)

select * from final order by row_no
