-- One row per boundary view, indicator, unit, period and series that is shown: numerator, denominator, value, state, rank, changes. Reads figures.
with

courses as (select * from figure_courses),

shown as (select * from figures where is_shown),

-- what leads, leads for all units alike; former units of each level have series of their own
leads as (
    select
        courses.indicator_no, found.period_no, case when courses.boundary = 'former' then found.level_no else 0 end as former_level_no,
        min(courses.series_rank) as leading_rank
    from (
        select distinct shown.course_no, shown.period_no, units.level_no
        from shown
        inner join figure_units as units on units.unit_no = shown.unit_no
    ) as found
    inner join courses on courses.course_no = found.course_no
    group by all
),

-- indicators of which more than one series has figures
told_twice as (
    select courses.indicator_no
    from (select distinct course_no from figures) as found
    inner join courses on courses.course_no = found.course_no
    group by all
    having count(distinct courses.series) > 1
),

told as (
    select courses.boundary, courses.indicator_no, courses.series, shown.period_no, shown.unit_no, shown.value
    from shown
    inner join courses on courses.course_no = shown.course_no
    semi join told_twice on told_twice.indicator_no = courses.indicator_no
),

-- by how much the series of one figure differ; where a series is not kept apart, a unit's report is its current figure
differences as (
    select boundary, indicator_no, period_no, unit_no, max(value) - min(value) as difference
    from (
        select boundary, indicator_no, period_no, unit_no, value from told
        union all
        select 'reported', told.indicator_no, told.period_no, told.unit_no, told.value
        from told
        inner join figure_units as units on units.unit_no = told.unit_no
        semi join mart.boundary_units using (unit_code)
        anti join apart_series using (series)
        where told.boundary = 'current'
    )
    group by all
    having difference > 0
),

rankable as (
    select
        shown.figure_no as row_no,
        in_one(shown.course_no, units.peers_no, shown.period_no) as peers_no,
        shown.value,
        courses.direction,
        courses.measure_unit = 'percent' and courses.is_counted as is_rate,
        shown.numerator,
        shown.denominator
    from shown
    inner join courses on courses.course_no = shown.course_no
    inner join figure_units as units on units.unit_no = shown.unit_no
),

ranks as ({ranks}),

-- figures of periods that are not made anew, but which others are compared with
kept as (
    select in_one(found.course_no, found.unit_no, found.period_no) as figure_no, found.*
    from mart.reading_rows as found
    where found.value is not null and found.period_no in (select previous_no from figure_links union select last_year_no from figure_links)
),

-- with the states that are known already
valued as (
    select figure_no, course_no, unit_no, period_no, value, null::tinyint as status_no
    from shown
    where value is not null
    union all
    select figure_no, course_no, unit_no, period_no, value, status_no
    from kept
),

-- the state of an indicator with hysteresis depends on the period just before: a missing one leaves nothing to hold on to
switched as (
    select
        valued.figure_no, valued.course_no, valued.unit_no, periods.kind_no, periods.end_date,
        valued.value, courses.target, courses.direction,
        coalesce(lag(valued.period_no) over in_course <> links.previous_no, true) as is_first,
        case
            when valued.status_no is null then switch_of(valued.value, courses.target, 0, courses.hysteresis, courses.direction)
            else valued.status_no = 2
        end as met_switch,
        case
            when valued.status_no is null
                then switch_of(valued.value, courses.target, courses.at_risk_within, courses.hysteresis, courses.direction)
            else valued.status_no in (2, 3)
        end as near_switch
    from valued
    inner join courses on courses.course_no = valued.course_no
    inner join figure_periods as periods on periods.period_no = valued.period_no
    left join figure_links as links on links.period_no = valued.period_no and links.is_whole
    where courses.hysteresis > 0 and courses.target is not null and (links.period_no is not null or valued.status_no is not null)
    window in_course as (partition by valued.course_no, valued.unit_no, periods.kind_no order by periods.end_date)
),

held as (
    select
        figure_no,
        status_by(
            value, target, direction,
            last_value(case when is_first then coalesce(met_switch, false) else met_switch end ignore nulls) over in_course,
            last_value(case when is_first then coalesce(near_switch, false) else near_switch end ignore nulls) over in_course
        ) as status
    from switched
    window in_course as (partition by course_no, unit_no, kind_no order by end_date)
),

-- only what reaches to the end of its own period, or of its part, is a like one
comparable as (
    select figure_no, value from figures where is_whole
    union all
    select figure_no, value from kept where is_whole
)

select
    shown.course_no,
    shown.unit_no,
    shown.period_no,
    courses.series_rank = leads.leading_rank as is_leading,
    shown.numerator,
    shown.denominator,
    shown.value,
    list_position(
        ['not_assessed', 'on_target', 'at_risk', 'off_target'],
        coalesce(held.status, status_of(shown.value, courses.target, courses.at_risk_within, courses.direction))
    ) as status_no,
    (
        shown.is_estimate::tinyint + 2 * is_small(courses.measure_unit, shown.denominator)::tinyint
        + 4 * coalesce(differences.difference > disagreement_allowed(courses.measure_unit, shown.value), false)::tinyint
        + 8 * shown.has_source_flag::tinyint
    )::tinyint as flag_bits,
    ranks.rank_place,
    ranks.rank_of,
    previous.value as previous_value,
    last_year.value as last_year_value,
    shown.is_of_dossiers,
    shown.other_as_of as as_of,
    shown.other_fresh_until as fresh_until,
    shown.bound_no,
    ranks.rank_best,
    ranks.rank_worst,
    case when previous.value is not null then links.previous_part end as compared_previous,
    case when last_year.value is not null then links.last_year_part end as compared_last_year,
    case when shown.value is not null then shown.range_low end as range_low,
    case when shown.value is not null then shown.range_high end as range_high,
    coalesce(shown.is_whole, false) as is_whole
from shown
inner join courses on courses.course_no = shown.course_no
inner join figure_units as units on units.unit_no = shown.unit_no
inner join leads
    on leads.indicator_no = courses.indicator_no and leads.period_no = shown.period_no
    and leads.former_level_no = case when courses.boundary = 'former' then units.level_no else 0 end
left join differences
    on differences.boundary = courses.boundary and differences.indicator_no = courses.indicator_no
    and differences.period_no = shown.period_no and differences.unit_no = shown.unit_no
left join ranks on ranks.row_no = shown.figure_no
left join held on held.figure_no = shown.figure_no
left join figure_links as links on links.period_no = shown.period_no and links.until = shown.until
left join comparable as previous on previous.figure_no = shown.figure_no - shown.period_no + links.previous_no
left join comparable as last_year on last_year.figure_no = shown.figure_no - shown.period_no + links.last_year_no
