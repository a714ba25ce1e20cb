-- one row per criterion of the index $index_id: the best of the unit's own months of the period's calendar until its end, and what a quarter
-- of its peers reach
with
scores_of_view as (
{found_scores}
),
rates as (
    select
        scores.unit_code, scores.level, scores.parent_code, scores.node, scores.denominator, periods.period, periods.kind, periods.calendar,
        periods.end_date, scores.numerator::double / scores.denominator::double as rate
    from scores_of_view as scores
    inner join periods on periods.period = scores.period
    where
        scores.kind = 'criterion'
        and scores.numerator is not null and scores.denominator > 0
        and (cast($compare as varchar[]) is null or list_contains(cast($compare as varchar[]), scores.unit_code))
),
nodes as (select node from index_nodes where index_id = $index_id and kind = 'criterion'),
period as (select end_date, calendar from periods where period = $period),
-- a month of a few cases shows nothing
floors as (select node, least(denominator, $enough) as enough from rates where unit_code = $unit and period = $period),

best as (
    select
        rates.node, max(rates.rate) as own_best,
        first(rates.period order by rates.rate desc, rates.period) as own_best_month
    from rates
    inner join floors on floors.node = rates.node
    cross join period
    where
        rates.unit_code = $unit and rates.kind = 'month' and rates.calendar = period.calendar and rates.denominator >= floors.enough
        and rates.end_date <= period.end_date
    group by all
),
peers as (
    select node, quantile_disc(rate, 0.75) as peer_quarter, count(*) as peer_count
    from rates
    where
        period = $period and unit_code <> $unit and level = $level
        and parent_code is not distinct from cast($parent as varchar)
    group by all
)
select nodes.node, best.own_best, best.own_best_month, peers.peer_quarter, coalesce(peers.peer_count, 0) as peer_count
from nodes
left join best on best.node = nodes.node
left join peers on peers.node = nodes.node
order by nodes.node
