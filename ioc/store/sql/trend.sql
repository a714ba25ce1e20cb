-- one row per indicator, unit and period, in one view of the boundaries: the newest periods of one kind and calendar, oldest first
with chosen_periods as (
    select period, start_date, end_date
    from periods
    where kind = $kind and calendar = $calendar and end_date <= $until
    order by end_date desc
    limit $count
),

asked as (
    select indicator, unit_code, period, series, numerator, denominator, value, target, status, flags, range_low, range_high
    from readings
    where
        (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
        and list_contains(cast($units as varchar[]), unit_code)
        and list_contains(cast($indicators as varchar[]), indicator)
        and (
            boundary = $boundary
            -- what a unit reported itself is kept apart only where it differs
            or (
                $boundary = 'reported' and boundary = 'current'
                and (unit_code, series) not in (select (unit_code, series) from boundary_units)
                and (unit_code, indicator) not in (select (unit_code, indicator) from boundary_points where indicator is not null)
            )
        )
        and case when cast($series as varchar) is null then is_leading else series = $series end
),

final as (
    select
        asked.indicator, asked.unit_code, asked.period, chosen_periods.start_date, chosen_periods.end_date, asked.series,
        asked.numerator, asked.denominator, asked.value, asked.target, asked.status, asked.flags,
        cast($boundary as varchar) as boundary, asked.range_low, asked.range_high
    from asked
    inner join chosen_periods on asked.period = chosen_periods.period
    inner join units on asked.unit_code = units.unit_code
    -- nobody reported of days on which it was not there
    where $boundary <> 'reported' or units.valid_from is null or units.valid_from <= chosen_periods.end_date
    order by asked.indicator, asked.unit_code, chosen_periods.start_date
)

select * from final
