-- one row per comparison of two series, or of computed with published points; disagreements first
with visible as (
    select *
    from reconciliations
    where (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

final as (
    select
        visible.subject, visible.unit_code, units.name as unit_name, visible.period,
        visible.left_series, visible.left_value, visible.right_series, visible.right_value, visible.difference, visible.agrees,
        visible.left_denominator, visible.right_denominator
    from visible
    left join units on visible.unit_code = units.unit_code
    where
        (cast($period as varchar) is null or visible.period = $period)
        and (cast($unit as varchar) is null or visible.unit_code = $unit)
        and (not $only_differing or not visible.agrees)
    order by
        visible.agrees, abs(visible.difference) desc, visible.subject, units.sort_key,
        visible.unit_code, visible.period, visible.left_series, visible.right_series
    limit $limit
)

select * from final
