-- One row per boundary view, indicator, unit, period and series: what reading_rows tells, with its names and the age of its data.
with

ages as (
{shown_ages}
),

aged as (
    select
        found.*,
        periods.period,
        periods.end_date,
        -- without any case the value is what the rule says
        found.denominator = 0 and found.value is not null as is_by_rule,
        -- the dossiers begin within the period
        found.is_of_dossiers and periods.is_begun_late as is_partial,
        greatest(found.as_of, case when found.is_of_dossiers then ages.as_of end) as data_as_of,
        least(found.fresh_until, case when found.is_of_dossiers then ages.fresh_until end) as data_fresh_until
    from reading_rows as found
    inner join reading_periods as periods on periods.period_no = found.period_no
    cross join ages
)

select
    courses.indicator,
    units.unit_code,
    units.level,
    units.parent_code,
    found.period,
    courses.series,
    found.is_leading,
    found.numerator,
    found.denominator,
    found.value,
    courses.target,
    ['not_assessed', 'on_target', 'at_risk', 'off_target'][found.status_no] as status,
    case
        when found.flag_bits = 0 and not found.is_by_rule and not found.is_partial then []::varchar[]
        else list_filter(
            [
                case when found.flag_bits & 1 > 0 then 'estimate' end,
                case when found.flag_bits & 2 > 0 then 'small_n' end,
                case when found.flag_bits & 4 > 0 then 'unreconciled' end,
                case when found.flag_bits & 8 > 0 then 'source_flag' end,
                case when found.is_by_rule then 'by_rule' end,
                case when found.is_partial then 'partial' end
            ],
            lambda flag: flag is not null
        )
    end as flags,
    found.rank_place as "rank",
    found.rank_of,
    found.previous_value,
    found.last_year_value,
    found.data_as_of as as_of,
    -- a period that was over when the data were taken does not go stale
    case when found.end_date + interval 1 day - interval 1 second > found.data_as_of then found.data_fresh_until end as fresh_until,
    ['exact', 'at_least', 'about'][found.bound_no] as bound,
    found.rank_best,
    found.rank_worst,
    found.compared_previous,
    found.compared_last_year,
    courses.boundary,
    found.range_low,
    found.range_high
from aged as found
inner join reading_courses as courses on courses.course_no = found.course_no
inner join reading_units as units on units.unit_no = found.unit_no
