-- One row per series, unit, period, measure and stretch of days that makes its figure: the source's own statement for just these days,
-- else the calendar months; `is_added` where it adds to the figure (of an opening only the first month, of a closing only the last).
-- Months make a longer period only where none is missing from its first day to its last, or, in a running one, to the newest month stated.
-- Reads stated_spans, stated_measures, period_frame.
with

spans as (select distinct series, unit_code, start_date, end_date, measure from stated_spans),

exact as (
    select spans.*, period_frame.period, true as is_added
    from spans
    inner join period_frame on period_frame.start_date = spans.start_date and period_frame.end_date = spans.end_date
),

months as (
    select *
    from spans
    where start_date = date_trunc('month', start_date) and end_date = last_day(start_date)
),

newest as (select series, unit_code, max(end_date) as newest_day from months group by all),

within_periods as (
    select
        months.*,
        period_frame.period,
        stated_measures.kind,
        count(*) over figure as month_count,
        datediff('month', period_frame.start_date, least(period_frame.end_date, newest.newest_day)) + 1 as months_needed,
        min(months.start_date) over figure as first_month,
        max(months.start_date) over figure as last_month
    from months
    inner join stated_measures using (measure)
    inner join newest using (series, unit_code)
    inner join period_frame
        on months.start_date >= period_frame.start_date and months.end_date <= period_frame.end_date
        and period_frame.start_date = date_trunc('month', period_frame.start_date)
        and period_frame.end_date = last_day(period_frame.end_date)
    where datediff('month', period_frame.start_date, period_frame.end_date) > 0
    window figure as (partition by months.series, months.unit_code, period_frame.period, months.measure)
),

made as (
    select
        series,
        unit_code,
        start_date,
        end_date,
        measure,
        period,
        case kind when 'flow' then true when 'opening' then start_date = first_month else start_date = last_month end as is_added
    from within_periods
    where month_count = months_needed
)

select * from exact
union all by name
select * from made anti join exact using (series, unit_code, period, measure)
