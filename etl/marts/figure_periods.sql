-- One row per shown period, and per part of others that is there for comparison: its number, and that of its kind. Periods that are not made
-- anew keep the number that their rows bear.
with

known as (
    select period, start_date, end_date, kind, calendar, true as is_shown from mart.periods
    union all
    select distinct period, null, end_date, null, null, false from period_parts
),

beginning as (
{dossiers_begin}
)

select
    coalesce(
        kept.period_no,
        row_number() over (partition by kept.period_no is null order by known.period)
        + (select coalesce(max(period_no), -1) from kept_periods)
    )::smallint as period_no,
    dense_rank() over (order by known.kind, known.calendar)::tinyint as kind_no,
    known.*,
    coalesce(known.start_date + 7 < beginning.day and known.end_date >= beginning.day, false) as is_begun_late
from known
cross join beginning
left join kept_periods as kept on kept.period = known.period
