-- One row per unit: a reading of dossiers in any stretch of days, in the order of a Reading's fields; reads measure_values of the one
-- period, parts, units.
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
),

numbered as (
    select *, row_number() over () as row_no, is_small($measure_unit, denominator) as is_small
    from valued
),

rankable as (
    select
        row_no, $indicator as indicator, $period as period, $series as series, level, parent_code, value, $direction as direction,
        $is_rate as is_rate, numerator, denominator
    from numbered
    where not ($without_small and is_small)
),

ranks as ({ranks})

select
    $indicator as indicator,
    numbered.unit_code,
    numbered.unit_name,
    numbered.short_name,
    numbered.level,
    numbered.parent_code,
    $period as period,
    $series as series,
    true as is_leading,
    numbered.numerator::decimal(24, 4) as numerator,
    numbered.denominator::decimal(24, 4) as denominator,
    numbered.value,
    $target as target,
    status_of(numbered.value, $target, $at_risk_within, $direction) as status,
    case when numbered.is_small then ['small_n'] else []::varchar[] end as flags,
    ranks.rank_place as "rank",
    ranks.rank_of,
    null as previous_value,
    null as last_year_value,
    $as_of as as_of,
    null as fresh_until,
    null as bound,
    ranks.rank_best,
    ranks.rank_worst
from numbered
left join ranks on ranks.row_no = numbered.row_no
where $all_units or numbered.unit_code in (select unnest($unit_codes))
order by numbered.level desc, numbered.sort_key, numbered.unit_code
