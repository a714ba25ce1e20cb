-- One row per period: the newest load of dossiers before the period's end (or the newest load of any source, if that is earlier), and how
-- many hours before. Reads loads, sources, period_frame.
with

moment as (select max(fetched_at) as at from loads),

dossier_loads as (
    select loads.load_id, loads.fetched_at
    from loads
    inner join sources using (source_id)
    where loads.state = 'loaded' and sources.kind in ('dossier_sync', 'sql_view')
),

-- a period that is over is judged at its end
judged as (
    select
        period_frame.period,
        least(period_frame.end_date + interval 1 day, moment.at) as at
    from period_frame
    cross join moment
    where period_frame.start_date <= moment.at
)

select
    judged.period,
    max(dossier_loads.fetched_at) as fetched_at,
    arg_max(dossier_loads.load_id, (dossier_loads.fetched_at, dossier_loads.load_id)) as load_id,
    -- whole hours
    date_sub('hour', max(dossier_loads.fetched_at), any_value(judged.at)) as hours
from judged
inner join dossier_loads on dossier_loads.fetched_at <= judged.at
group by judged.period
