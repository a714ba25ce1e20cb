-- One row: the day since which dossiers are told of; the few that were still open when a system was taken over were received earlier. Null
-- where there are none.
with

days as (select day, sum(dossiers) as dossiers from months.received_days group by day having sum(dossiers) > 0),

counted as (select day, sum(dossiers) over (order by day) as until_then, sum(dossiers) over () as of_all from days)

select min(day) as day
from counted
where until_then >= 0.002 * of_all
