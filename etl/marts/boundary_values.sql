-- One row per view, unit, period, series and measure of the units and series that slices of divided units go into: all_values with them.
-- A measure that does not add is not known where a divided unit has it; a figure is not known either where it would be a slice only
-- although units count for it as a whole. What a divided unit's slices were cut from makes the two ends between which the figure lies.
with

frame as (
    select period, start_date, end_date, start_date < $reform::date and end_date >= $reform::date as is_crossing
    from (
        select period, start_date, end_date from period_frame
        union
        select period, start_date, end_date from period_parts
    )
),

kinds as (select measure, any_value(kind) as kind from stated_measures group by all),

slices as (
    select
        boundary, unit_code, period, series, measure,
        sum(part_of(value, slices)) as part,
        sum(value) as whole,
        -- of nothing every slice is nothing
        bool_or(value <> 0 or is_estimate) as is_estimate,
        max(as_of) as as_of,
        min(covered_until) as covered_until,
        min(fresh_until) as fresh_until,
        bool_or(has_source_flag) as has_source_flag
    from cut
    semi join additive_measures on additive_measures.measure = cut.measure
    group by all
),

unknown as (
    select distinct boundary, unit_code, period, series, measure
    from cut
    anti join additive_measures on additive_measures.measure = cut.measure
),

-- who counts for the unit as a whole, and was there
expected as (
    select
        contributors.boundary, contributors.unit_code, contributors.series, frame.period,
        (contributors.has_former and frame.start_date <= $last_former_day::date)
        or (contributors.has_present and frame.end_date >= $reform::date) as is_expected,
        contributors.has_former or not frame.is_crossing as is_there_first,
        contributors.has_present or not frame.is_crossing as is_there_last
    from contributors
    cross join frame
),

-- a divided unit that has such figures but is silent on this one
silent as (
    select distinct known.boundary, known.unit_code, known.period, known.series, known.measure
    from known_values as known
    inner join frame on frame.period = known.period
    inner join mart.boundary_parts as parts
        on parts.boundary = known.boundary and parts.unit_code = known.unit_code and parts.is_estimate
    inner join (
        select distinct own.unit_code, own.series, units.valid_from, units.valid_to
        from own_values as own
        inner join mart.units as units on units.unit_code = own.unit_code
    ) as speaking
        on speaking.unit_code = parts.reported_code and speaking.series = known.series
        and coalesce(speaking.valid_from <= frame.end_date, true) and coalesce(speaking.valid_to >= frame.start_date, true)
    semi join additive_measures on additive_measures.measure = known.measure
    anti join own_values as own
        on own.unit_code = parts.reported_code and own.period = known.period and own.series = known.series and own.measure = known.measure
),

whole as (
    select
        known.* exclude (least_value, most_value),
        kinds.kind = 'opening' and not coalesce(expected.is_there_first, true)
        or kinds.kind = 'closing' and not coalesce(expected.is_there_last, true) as is_beside
    from known_values as known
    left join kinds on kinds.measure = known.measure
    left join expected
        on expected.boundary = known.boundary and expected.unit_code = known.unit_code
        and expected.series = known.series and expected.period = known.period
    anti join unknown
        on unknown.boundary = known.boundary and unknown.unit_code = known.unit_code and unknown.period = known.period
        and unknown.series = known.series and unknown.measure = known.measure
),

together as (
    select
        whole.unit_code, whole.period, whole.series, whole.measure, whole.boundary, whole.bound,
        case when slices.part is not null and coalesce(whole.is_beside, false) then 0::decimal(24, 4) else whole.value end as whole_value,
        slices.part,
        slices.whole,
        slices.unit_code is not null as is_sliced,
        coalesce(greatest(whole.as_of, slices.as_of), whole.as_of) as as_of,
        least(whole.covered_until, slices.covered_until) as covered_until,
        case when slices.unit_code is null then whole.fresh_until else least(whole.fresh_until, slices.fresh_until) end as fresh_until,
        whole.is_estimate or coalesce(slices.is_estimate, false) or silent.unit_code is not null as is_estimate,
        whole.has_source_flag or coalesce(slices.has_source_flag, false) as has_source_flag,
        whole.is_estimate or silent.unit_code is not null as is_uncertain
    from whole
    left join slices using (boundary, unit_code, period, series, measure)
    left join silent using (boundary, unit_code, period, series, measure)
    union all by name
    select
        slices.unit_code, slices.period, slices.series, slices.measure, slices.boundary, null::varchar as bound,
        0::decimal(24, 4) as whole_value, slices.part, slices.whole, true as is_sliced, slices.as_of, slices.covered_until, slices.fresh_until,
        slices.is_estimate, slices.has_source_flag, false as is_uncertain
    from slices
    left join expected
        on expected.boundary = slices.boundary and expected.unit_code = slices.unit_code
        and expected.series = slices.series and expected.period = slices.period
    anti join known_values as known
        on known.boundary = slices.boundary and known.unit_code = slices.unit_code and known.period = slices.period
        and known.series = slices.series and known.measure = slices.measure
    left join kinds on kinds.measure = slices.measure
    inner join frame on frame.period = slices.period
    where not coalesce(expected.is_expected, false)
        -- of a former unit that stated nothing itself a period over the reform is not whole
        and not (slices.boundary = 'former' and frame.is_crossing and kinds.kind is not null)
)

select
    unit_code, period, series, measure,
    case when is_sliced then whole_value + part else whole_value end::decimal(24, 4) as value,
    as_of, covered_until, fresh_until, is_estimate, has_source_flag, bound, boundary,
    -- nobody knows the ends where another unit is silent
    case when is_sliced and not is_uncertain then whole_value end::decimal(24, 4) as least_value,
    case when is_sliced and not is_uncertain then whole_value + whole end::decimal(24, 4) as most_value
from together
