-- One row per boundary view, indicator, unit, period and series, parts of periods that are there for comparison included: its numbers and
-- its value, and `until`, the day of its period up to which it reaches; is_of_dossiers: it is as old as these, or as what else is in it. All is named by numbers; figure_no is those of the row in one.
with

parts as (
    select courses.course_no, courses.boundary, indicator_parts.part = 'n' as is_numerator, indicator_parts.series, indicator_parts.measure
    from indicator_parts
    inner join figure_courses as courses
        on courses.indicator = indicator_parts.indicator and courses.series = indicator_parts.series
    where courses.course_no not in (select course_no from plain_courses)
),

estimated as (select distinct unit_code from all_values where is_estimate),

terms as (
    select
        in_one(parts.course_no, units.unit_no, periods.period_no) as figure_no,
        parts.is_numerator,
        units.unit_no,
        found.value,
        found.least_value,
        found.most_value,
        found.as_of,
        found.covered_until,
        found.fresh_until,
        found.is_estimate,
        found.has_source_flag,
        case found.bound when 'about' then 3 when 'at_least' then 2 when 'exact' then 1 end::tinyint as bound_no
    from parts
    inner join all_values as found
        on found.series = parts.series and found.measure = parts.measure and found.boundary = parts.boundary
    inner join figure_units as units on units.unit_code = found.unit_code
    inner join figure_periods as periods on periods.period = found.period
),

summed as (
    select
        figure_no,
        sum(value) filter (where is_numerator) as numerator,
        sum(value) filter (where not is_numerator) as denominator,
        count(*) filter (where is_numerator) as numerators,
        count(*) filter (where not is_numerator) as denominators,
        count(value) filter (where is_numerator) as known_numerators,
        count(value) filter (where not is_numerator) as known_denominators,
        max(as_of) as as_of,
        min(covered_until) as covered_until,
        min(fresh_until) as fresh_until,
        bool_or(is_estimate) as is_estimate,
        bool_or(has_source_flag) as has_source_flag,
        max(bound_no) as bound_no
    from terms
    group by figure_no
),

-- the two ends of what slices of divided units are in
ends as (
    select
        figure_no,
        sum(coalesce(least_value, value)) filter (where is_numerator) as least_numerator,
        sum(coalesce(least_value, value)) filter (where not is_numerator) as least_denominator,
        sum(coalesce(most_value, value)) filter (where is_numerator) as most_numerator,
        sum(coalesce(most_value, value)) filter (where not is_numerator) as most_denominator
    from terms
    where unit_no in (select unit_no from figure_units semi join estimated using (unit_code))
    group by figure_no
    having bool_or(is_estimate) and bool_and(not is_estimate or most_value is not null)
),

ranges as (
    select
        ends.figure_no,
        range_of(
            ends.least_numerator, ends.most_numerator, ends.least_denominator, ends.most_denominator,
            courses.denominators > 0 and courses.measure_unit = 'percent', courses.denominators > 0, courses.scale
        ) as value_range
    from ends
    inner join figure_courses as courses on courses.course_no = course_of(ends.figure_no)
),

whole as (
    select
        summed.figure_no,
        courses.course_no,
        unit_of(summed.figure_no) as unit_no,
        period_of(summed.figure_no) as period_no,
        case when summed.known_numerators = summed.numerators then summed.numerator end::decimal(24, 4) as numerator,
        case when courses.denominators > 0 and summed.known_denominators = summed.denominators then summed.denominator end::decimal(24, 4)
            as denominator,
        courses.denominators > 0 as is_ratio,
        courses.zero_policy,
        courses.scale,
        courses.is_of_dossiers,
        case when not courses.is_of_dossiers then summed.as_of end as other_as_of,
        case when not courses.is_of_dossiers then summed.fresh_until end as other_fresh_until,
        summed.as_of,
        summed.covered_until,
        summed.is_estimate,
        summed.has_source_flag,
        summed.bound_no
    from summed
    inner join figure_courses as courses on courses.course_no = course_of(summed.figure_no)
    where courses.numerators = summed.numerators and courses.denominators = summed.denominators
),

valued as (
    select
        whole.* exclude (is_ratio, zero_policy, scale),
        value_of(whole.numerator, whole.denominator, whole.is_ratio, whole.zero_policy, whole.scale) as value,
        ranges.value_range.least as range_low,
        ranges.value_range.most as range_high
    from whole
    left join ranges on ranges.figure_no = whole.figure_no
    union all by name
    select
        in_one(courses.course_no, units.unit_no, periods.period_no) as figure_no,
        courses.course_no, units.unit_no, periods.period_no,
        score_values.numerator, score_values.denominator, score_values.value,
        score_values.is_of_dossiers, score_values.other_as_of, score_values.other_fresh_until,
        score_values.as_of, score_values.covered_until, score_values.is_estimate, score_values.has_source_flag,
        score_values.range_low, score_values.range_high
    from score_values
    inner join figure_courses as courses
        on courses.indicator = score_values.indicator and courses.series = score_values.series and courses.boundary = score_values.boundary
    inner join figure_units as units on units.unit_code = score_values.unit_code
    inner join figure_periods as periods on periods.period = score_values.period
)

select
    valued.*,
    least(periods.end_date, coalesce(valued.covered_until, valued.as_of::date)) as until,
    until = periods.end_date as is_whole,
    periods.is_shown
from valued
inner join figure_periods as periods on periods.period_no = valued.period_no
