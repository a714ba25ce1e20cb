-- One row per unit: a reading of dossiers in any stretch of days, in one view of the boundaries and in the order of a Reading's fields; reads
-- measure_values of the one period, parts, units, boundary_parts, additive_measures and rollup.
with

asked as (
    select parts.part, measure_values.unit_code, measure_values.measure, measure_values.value
    from parts
    inner join measure_values on measure_values.measure = parts.measure
),

cut as (
    select slices.unit_code, asked.part, asked.measure, asked.value, part_of(asked.value, slices.slices) as slice
    from boundary_parts as slices
    inner join asked on asked.unit_code = slices.reported_code
    where slices.boundary = $boundary and slices.is_estimate
),

-- what does not add is not known of a unit with a part of a divided one
unknown as (select distinct unit_code from cut anti join additive_measures using (measure)),

slices as (
    select unit_code, part, measure, sum(slice) as slice, sum(value) as whole, bool_or(value <> 0) as is_estimate
    from cut
    group by all
),

-- units for which others count as a whole have a figure of their own, or none
rolled as (
    select distinct rollup.ancestor_code as unit_code
    from rollup
    inner join asked on asked.unit_code = rollup.unit_code
),

together as (
    select
        asked.unit_code, asked.part, asked.value + coalesce(slices.slice, 0) as value,
        asked.value as least_value, asked.value + coalesce(slices.whole, 0) as most_value,
        coalesce(slices.is_estimate, false) as is_estimate
    from asked
    left join slices using (unit_code, part, measure)
    union all
    select slices.unit_code, slices.part, slices.slice, 0, slices.whole, slices.is_estimate
    from slices
    anti join rolled using (unit_code)
),

summed as (
    select
        unit_code,
        sum(value) filter (where part = 'n') as numerator,
        sum(value) filter (where part = 'd') as denominator,
        sum(least_value) filter (where part = 'n') as least_numerator,
        sum(least_value) filter (where part = 'd') as least_denominator,
        sum(most_value) filter (where part = 'n') as most_numerator,
        sum(most_value) filter (where part = 'd') as most_denominator,
        bool_or(part = 'd') as is_ratio,
        bool_or(is_estimate) as is_estimate
    from together
    anti join unknown using (unit_code)
    group by all
),

valued as (
    select
        summed.* exclude (unit_code),
        summed.unit_code,
        units.name as unit_name,
        units.short_name,
        units.level,
        units.parent_code,
        units.sort_key,
        value_of(summed.numerator, summed.denominator, summed.is_ratio, $zero_policy, 1.0) as value
    from summed
    inner join units on units.unit_code = summed.unit_code
    -- which units a view speaks of, and as reported only of days on which they were there
    where case $boundary
        when 'former' then units.valid_to is not null
        when 'current' then units.valid_to is null
        else coalesce(units.valid_from <= $end::date, true) and coalesce(units.valid_to >= $start::date, true)
    end
),

ranged as (
    select
        *,
        case when is_estimate and value is not null then range_of(
            least_numerator, most_numerator, least_denominator, most_denominator, is_ratio and $measure_unit = 'percent', is_ratio, 1.0
        ) end as value_range
    from valued
),

numbered as (
    select
        *,
        row_number() over () as row_no,
        is_small($measure_unit, denominator) as is_small,
        denominator = 0 and value is not null as is_by_rule
    from ranged
),

rankable as (
    select
        row_no, dense_rank() over (order by level, parent_code) as peers_no, value,
        $direction as direction, $is_rate as is_rate, numerator, denominator
    from numbered
    where not ($without_small and (is_small or coalesce(is_by_rule, false)))
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
    list_filter(
        [
            case when numbered.is_estimate then 'estimate' end,
            case when numbered.is_small then 'small_n' end,
            case when numbered.is_by_rule then 'by_rule' end,
            case when $is_begun_late then 'partial' end
        ],
        lambda flag: flag is not null
    ) as flags,
    ranks.rank_place as "rank",
    ranks.rank_of,
    null as previous_value,
    null as last_year_value,
    $as_of as as_of,
    null as fresh_until,
    null as bound,
    ranks.rank_best,
    ranks.rank_worst,
    null as compared_previous,
    null as compared_last_year,
    $boundary as boundary,
    numbered.value_range.least as range_low,
    numbered.value_range.most as range_high
from numbered
left join ranks on ranks.row_no = numbered.row_no
where $all_units or numbered.unit_code in (select unnest($unit_codes))
order by numbered.level desc, numbered.sort_key, numbered.unit_code
