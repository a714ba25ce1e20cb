-- One row per unit with a feed, period and measure: no dossier is a zero, no feed is no row, and nothing is filled for days on which the
-- unit was not there; what was counted all the same stays.
with

feeds as (
    select rollup.ancestor_code as unit_code, rollup.first_day, rollup.last_day
    from (select distinct unit_code from event_days) as fed
    inner join rollup using (unit_code)
),

filled as (
    select feeds.unit_code, periods.period
    from feeds
    inner join periods
        on periods.end_date >= greatest(feeds.first_day, (select min(day) from event_days))
        and periods.start_date <= feeds.last_day
    union
    select unit_code, period from measured where value <> 0
)

select filled.unit_code, filled.period, 'dossiers' as series, asked.measure, coalesce(found.value, 0)::decimal(24, 4) as value
from filled
cross join asked_measures as asked
left join measured as found
    on found.unit_code = filled.unit_code and found.period = filled.period and found.measure = asked.measure
