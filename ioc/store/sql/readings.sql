-- one row per indicator, unit and series of one period, in one view of the boundaries; counts only where the scope reaches into detail; reads
-- readings, or such as are ranked otherwise
with asked as (
    select
        indicator, unit_code, level, parent_code, period, series, is_leading, numerator, denominator,
        value, target, status, flags, "rank", rank_of, previous_value, last_year_value, as_of, fresh_until, bound,
        rank_best, rank_worst, compared_previous, compared_last_year, range_low, range_high,
        cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code) as in_detail
    from {readings} as found
    where
        period = $period
        and (
            boundary = $boundary
            -- what a unit reported itself is kept apart only where it differs
            or (
                $boundary = 'reported' and boundary = 'current'
                and (unit_code, series) not in (select (unit_code, series) from boundary_units)
                and (unit_code, indicator) not in (select (unit_code, indicator) from boundary_points where indicator is not null)
            )
        )
        and (
            cast($compare as varchar[]) is null
            or list_contains(cast($compare as varchar[]), unit_code)
            or in_detail
        )
        and (cast($indicators as varchar[]) is null or list_contains(cast($indicators as varchar[]), indicator))
        and (cast($units as varchar[]) is null or list_contains(cast($units as varchar[]), unit_code))
        and (cast($level as varchar) is null or level = $level)
        and (cast($parent as varchar) is null or parent_code = $parent)
        and case when cast($series as varchar) is null then is_leading else $series in (series, 'all') end
),

final as (
    select
        asked.indicator, asked.unit_code, units.name as unit_name, units.short_name, asked.level, asked.parent_code,
        asked.period, asked.series, asked.is_leading,
        case when asked.in_detail then asked.numerator end as numerator,
        case when asked.in_detail then asked.denominator end as denominator,
        asked.value, asked.target, asked.status, asked.flags, asked."rank", asked.rank_of,
        asked.previous_value, asked.last_year_value, asked.as_of, asked.fresh_until, asked.bound,
        asked.rank_best, asked.rank_worst, asked.compared_previous, asked.compared_last_year,
        cast($boundary as varchar) as boundary, asked.range_low, asked.range_high
    from asked
    inner join units on asked.unit_code = units.unit_code
    -- nobody reported of days on which it was not there
    where
        $boundary <> 'reported' or units.valid_from is null
        or units.valid_from <= (select end_date from periods where period = $period)
    order by asked.indicator, units.sort_key, asked.series
)

select * from final
