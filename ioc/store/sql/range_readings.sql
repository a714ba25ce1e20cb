-- One row per unit: a rate of dossiers in any stretch of days; reads measure_values of the one period, parts, units.
with

summed as (
    select
        measure_values.unit_code,
        sum(measure_values.value) filter (where parts.part = 'n') as numerator,
        sum(measure_values.value) filter (where parts.part = 'd') as denominator,
        bool_or(parts.part = 'd') as is_ratio
    from parts
    inner join measure_values on measure_values.measure = parts.measure
    group by all
),

valued as (
    select
        summed.unit_code,
        units.name as unit_name,
        units.short_name,
        units.level,
        units.parent_code,
        units.sort_key,
        summed.numerator,
        summed.denominator,
        value_of(summed.numerator, summed.denominator, summed.is_ratio, $zero_policy, 1.0) as value
    from summed
    inner join units on units.unit_code = summed.unit_code
)

select
    unit_code,
    unit_name,
    short_name,
    level,
    parent_code,
    numerator::decimal(24, 4) as numerator,
    denominator::decimal(24, 4) as denominator,
    value,
    status_of(value, $target, $at_risk_within, $direction) as status,
    case when $is_percent and denominator between 1 and 29 then ['small_n'] else []::varchar[] end as flags,
    case when value is not null and $direction <> 'none' then rank() over (
        partition by level, parent_code, value is null order by place_of(value, $direction)
    ) end::integer as "rank",
    case when value is not null and $direction <> 'none' then count(value) over (partition by level, parent_code) end::integer as rank_of
from valued
qualify $all_units or unit_code in (select unnest($unit_codes))
order by level desc, sort_key, unit_code
