-- One row per series, unit, period and measure: the source's own statement for just these days, else what its calendar months make.
-- Months make a longer period only where none is missing from its first day to its last, or, in a running one, to the newest month stated.
with

spans as (select * from stated_spans),

exact as (
    select spans.* exclude (start_date, end_date), period_frame.period
    from spans
    inner join period_frame on period_frame.start_date = spans.start_date and period_frame.end_date = spans.end_date
),

months as (
    select *
    from spans
    where start_date = date_trunc('month', start_date) and end_date = last_day(start_date)
),

-- a unit of the past has no months after its last day, one of today none before its first, unless they are brought from the other time
newest as (
    select
        months.series, months.unit_code,
        case when max(months.end_date) <= units.valid_to then units.valid_to else max(months.end_date) end as newest_day,
        case when min(months.start_date) >= units.valid_from then units.valid_from end as first_day
    from months
    left join mart.units as units on units.unit_code = months.unit_code
    group by months.series, months.unit_code, units.valid_from, units.valid_to
),

within_periods as (
    select
        months.series,
        months.unit_code,
        period_frame.period,
        months.measure,
        any_value(stated_measures.kind) as kind,
        count(*) as month_count,
        any_value(datediff('month', greatest(period_frame.start_date, newest.first_day), least(period_frame.end_date, newest.newest_day)) + 1) as months_needed,
        case when count(months.value) = count(*) then sum(months.value) end as total,
        arg_min(months.value, months.start_date) as first_value,
        arg_max(months.value, months.start_date) as last_value,
        bool_or(months.is_flagged) as is_flagged,
        bool_or(months.is_estimate) as is_estimate,
        max(months.as_of) as as_of,
        max(months.fresh_until) as fresh_until
    from months
    inner join stated_measures using (measure)
    inner join newest using (series, unit_code)
    inner join period_frame
        on months.start_date >= period_frame.start_date and months.end_date <= period_frame.end_date
        and period_frame.start_date = date_trunc('month', period_frame.start_date)
        and period_frame.end_date = last_day(period_frame.end_date)
    where datediff('month', period_frame.start_date, period_frame.end_date) > 0
    group by all
),

made as (
    select
        series, unit_code, measure,
        case kind when 'flow' then total when 'opening' then first_value else last_value end as value,
        is_flagged, is_estimate, as_of, fresh_until, period
    from within_periods
    where month_count = months_needed
)

select * from exact
union all by name
select * from made anti join exact using (series, unit_code, period, measure)
