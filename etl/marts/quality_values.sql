-- One row per boundary view, unit, period and measure of the data's own quality, as of the newest load of any source: so that the same loads
-- always make the same figures. Reads all_values.
with

moment as (select max(fetched_at) as at from loads),

dossier_loads as (
    select loads.fetched_at
    from loads
    inner join mart.sources as sources using (source_id)
    where loads.state = 'loaded' and sources.kind in ('dossier_sync', 'sql_view')
),

ages as (
    select max(as_of) as as_of, max(fresh_until) as fresh_until
    from mart.sources
    where kind in ('dossier_sync', 'sql_view')
),

-- a period that is over is judged at its end
judged as (
    select
        period_frame.period,
        least(period_frame.end_date + interval 1 day, moment.at) as at
    from period_frame
    cross join moment
    where period_frame.start_date <= moment.at
),

freshness as (
    select judged.period, date_diff('hour', max(dossier_loads.fetched_at), any_value(judged.at)) as value
    from judged
    inner join dossier_loads on dossier_loads.fetched_at <= judged.at
    group by judged.period
),

stated as (
    select
        boundary,
        unit_code,
        period,
        max(value) filter (where series = 'dossiers' and measure = 'received') as received,
        max(value) filter (where series = 'dossiers' and measure = 'carried_over') as carried_over,
        max(value) filter (where series = 'dossiers' and measure = 'done_total') as done_total,
        max(value) filter (where series = 'dossiers' and measure = 'open_total') as open_total,
        max(value) filter (where series = 'portal' and measure = 'portal_total_received_numerator') as portal_received
    from all_values
    where boundary <> 'former' and measure in ('received', 'carried_over', 'done_total', 'open_total', 'portal_total_received_numerator')
    group by all
),

gaps as (
    select
        boundary,
        unit_code,
        period,
        abs(received + carried_over - done_total - open_total) as balance_gap,
        abs(received - portal_received) as portal_gap
    from stated
    where received is not null
),

found as (
    select gaps.boundary, gaps.unit_code, gaps.period, 'hours_since_load' as measure, freshness.value::decimal(24, 4) as value
    from gaps
    inner join freshness using (period)
    union all
    select boundary, unit_code, period, 'balance_gap', balance_gap::decimal(24, 4) from gaps where balance_gap is not null
    union all
    -- where the portal says nothing, nothing differs
    select boundary, unit_code, period, 'portal_gap', coalesce(portal_gap, 0)::decimal(24, 4) from gaps
)

select
    found.boundary, found.unit_code, found.period, 'quality' as series, found.measure, found.value,
    ages.as_of, ages.fresh_until, false as is_estimate, false as has_source_flag
from found
cross join ages
