-- one row per indicator, unit and day of a span
with visible as (
    select *
    from daily
    where (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

final as (
    select indicator, unit_code, day, numerator, denominator
    from visible
    where
        list_contains(cast($indicators as varchar[]), indicator)
        and unit_code = $unit
        and day between $first_day and $last_day
    order by indicator, day
)

select * from final
