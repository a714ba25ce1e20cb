-- One row per unit with a feed, period and measure: no dossier is a zero, no feed is no row.
with

feeds as (select distinct rollup.ancestor_code as unit_code from event_days inner join rollup using (unit_code))

select feeds.unit_code, periods.period, 'dossiers' as series, asked.measure, coalesce(found.value, 0)::decimal(24, 4) as value
from feeds
cross join periods
cross join asked_measures as asked
left join measured as found
    on found.unit_code = feeds.unit_code and found.period = periods.period and found.measure = asked.measure
