-- One row per shown period, and per part of others that is there for comparison: its number, and that of its kind. Periods that are not made
-- anew keep the number that their rows bear.
with

known as (
    select period, end_date, kind, calendar, true as is_shown from mart.periods
    union all
    select distinct period, end_date, null, null, false from period_parts
)

select
    coalesce(
        kept.period_no,
        row_number() over (partition by kept.period_no is null order by known.period)
        + (select coalesce(max(period_no), -1) from kept_periods)
    )::smallint as period_no,
    dense_rank() over (order by known.kind, known.calendar)::tinyint as kind_no,
    known.*
from known
left join kept_periods as kept on kept.period = known.period
