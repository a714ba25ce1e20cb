-- one row per indicator, unit and period: the newest periods of one kind, oldest first
with chosen_periods as (
    select period, start_date, end_date
    from periods
    where kind = $kind and end_date <= $until
    order by end_date desc
    limit $count
),

visible as (
    select *
    from readings
    where (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

final as (
    select
        visible.indicator, visible.unit_code, visible.period, chosen_periods.start_date, chosen_periods.end_date, visible.series,
        visible.numerator, visible.denominator, visible.value, visible.target, visible.status, visible.flags
    from visible
    inner join chosen_periods on visible.period = chosen_periods.period
    where
        list_contains(cast($indicators as varchar[]), visible.indicator)
        and list_contains(cast($units as varchar[]), visible.unit_code)
        and case when cast($series as varchar) is null then visible.is_leading else visible.series = $series end
    order by visible.indicator, visible.unit_code, chosen_periods.start_date
)

select * from final
