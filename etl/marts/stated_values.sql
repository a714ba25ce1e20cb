-- One row per series, unit, period and measure: the source's own statement for just these days, else what its months make.
-- Months of one calendar make a longer period only where none is missing from its first day to its last, or, where nobody has
-- stated its last month yet, to the newest month of the unit; `covered_until` is then the day up to which they reach.
with

asked_periods as (
    select period, start_date, end_date from period_frame
    union
    select period, start_date, end_date from period_parts
),

exact as (
    select spans.* exclude (start_date, end_date), asked_periods.period, null::date as covered_until
    from stated_spans as spans
    inner join asked_periods on asked_periods.start_date = spans.start_date and asked_periods.end_date = spans.end_date
),

months as (select * from stated_months),

spoken as (select series, calendar, unit_code, max(end_date) as unit_day from months group by all),

newest as (select *, max(unit_day) over (partition by series, calendar) as series_day from spoken),

-- periods of several whole months, by the numbers of their first and last one
long_periods as (
    select
        period, start_date, end_date,
        case when day(start_date) = 1 then 'gregorian' else 'vpcp' end as calendar,
        12 * year(start_date) + month(start_date) + case when day(start_date) = 1 then 0 else 1 end as first_number,
        12 * year(end_date) + month(end_date) as last_number
    from asked_periods
    where
        (day(start_date) = 1 and end_date = last_day(end_date) or day(start_date) = 15 and day(end_date) = 14)
        and last_number > first_number
),

within_periods as (
    select
        months.series,
        months.unit_code,
        long_periods.period,
        months.measure,
        any_value(stated_measures.kind) as kind,
        count(*) as month_count,
        any_value(
            case when long_periods.end_date <= newest.series_day then long_periods.end_date else least(long_periods.end_date, newest.unit_day) end
        ) as covered_until,
        any_value(long_periods.first_number) as first_number,
        case when count(months.value) = count(*) then sum(months.value) end as total,
        arg_min(months.value, months.start_date) as first_value,
        arg_max(months.value, months.start_date) as last_value,
        bool_or(months.is_flagged) as is_flagged,
        bool_or(months.is_estimate) as is_estimate,
        max(months.as_of) as as_of,
        max(months.fresh_until) as fresh_until
    from months
    inner join stated_measures using (measure)
    inner join newest using (series, calendar, unit_code)
    inner join long_periods
        on long_periods.calendar = months.calendar
        and months.month_number between long_periods.first_number and long_periods.last_number
    group by all
),

made as (
    select
        series, unit_code, measure,
        case kind when 'flow' then total when 'opening' then first_value else last_value end as value,
        is_flagged, is_estimate, as_of, fresh_until, period, covered_until
    from within_periods
    where month_count = 12 * year(covered_until) + month(covered_until) - first_number + 1
)

select * from exact
union all by name
select * from made anti join exact using (series, unit_code, period, measure)
