-- One row per series, unit, period, measure and stretch of days that makes its figure: the source's own statement for just these days,
-- else its months; `is_added` where it adds to the figure (of an opening only the first month, of a closing only the last).
-- Months of one calendar make a longer period only where none is missing from its first day to its last, or, where nobody has
-- stated its last month yet, to the newest month of the unit; `covered_until` is then the day up to which they reach.
-- Reads stated_spans, stated_measures, period_frame, period_parts, units, and days_asked
-- (series, are_own: whether a unit's days are only those on which it was there).
with

asked_periods as (
    select period, start_date, end_date from period_frame
    union
    select period, start_date, end_date from period_parts
),

spans as (select distinct series, unit_code, start_date, end_date, measure from stated_spans),

exact as (
    select spans.*, asked_periods.period, null::date as covered_until, true as is_added
    from spans
    inner join asked_periods on asked_periods.start_date = spans.start_date and asked_periods.end_date = spans.end_date
),

all_months as (
{stated_months}
),

months as (select distinct series, calendar, unit_code, measure, start_date, end_date, month_number from all_months),

-- a unit of the past has no months after its last day; one of today none before its first, where only its own days are asked for
spoken as (
    select
        months.series, months.calendar, months.unit_code,
        case when max(months.end_date) <= units.valid_to then units.valid_to else max(months.end_date) end as unit_day,
        coalesce(max(months.end_date) <= units.valid_to, false) as has_ended,
        case
            when bool_or(days_asked.are_own) and min(months.start_date) >= units.valid_from
                then 12 * year(units.valid_from) + month(units.valid_from) + if(months.calendar = 'vpcp', 1, 0)
        end as unit_number
    from months
    left join units on units.unit_code = months.unit_code
    inner join days_asked on days_asked.series = months.series
    group by months.series, months.calendar, months.unit_code, units.valid_from, units.valid_to
),

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
        months.*,
        long_periods.period,
        greatest(long_periods.first_number, newest.unit_number) as first_number,
        stated_measures.kind,
        case
            when long_periods.end_date <= newest.series_day and not newest.has_ended then long_periods.end_date
            else least(long_periods.end_date, newest.unit_day)
        end as covered_until,
        count(*) over figure as month_count,
        min(months.start_date) over figure as first_month,
        max(months.start_date) over figure as last_month
    from months
    inner join stated_measures using (measure)
    inner join newest using (series, calendar, unit_code)
    inner join long_periods
        on long_periods.calendar = months.calendar
        and months.month_number between long_periods.first_number and long_periods.last_number
    window figure as (partition by months.series, months.unit_code, long_periods.period, months.measure)
),

made as (
    select
        series, unit_code, start_date, end_date, measure, period, covered_until,
        case kind when 'flow' then true when 'opening' then start_date = first_month else start_date = last_month end as is_added
    from within_periods
    where month_count = 12 * year(covered_until) + month(covered_until) - first_number + 1
)

select * from exact
union all by name
select * from made anti join exact using (series, unit_code, period, measure)
