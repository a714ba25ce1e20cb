-- one row per rankable row: its place among its peers, equal ones sharing the best, and the best and worst place that its cases allow.
-- Reads rankable (row_no, peers_no, value, direction, is_rate, numerator, denominator); rows with one peers_no are each other's peers.
-- A rate of counted cases (is_rate) is known within Wilson's interval of 95 %; a peer is surely better or worse only where the two intervals do not touch.
with

placed as (
    select
        *,
        rank() over in_order as rank_place,
        count(*) over (in_order rows between unbounded preceding and unbounded following) as rank_of
    from rankable
    where value is not null and direction <> 'none'
    window in_order as (partition by peers_no order by case direction when 'up' then -value else value end)
),

rates as (
    select
        row_no, peers_no,
        numerator::double / denominator::double as rate,
        1.959963984540054 ^ 2 / denominator::double as spread
    from placed
    where is_rate and denominator > 0 and numerator between 0 and denominator
),

intervals as (
    select
        row_no, peers_no,
        -- the rate itself is inside, whatever the last binary digit says
        least(rate, (rate + spread / 2 - sqrt(spread * (rate * (1 - rate) + spread / 4))) / (1 + spread)) as low,
        greatest(rate, (rate + spread / 2 + sqrt(spread * (rate * (1 - rate) + spread / 4))) / (1 + spread)) as high
    from rates
),

interval_counts as (select peers_no, count(*) as interval_count from intervals group by all),

-- both ends of all intervals in order, of equal ones the low ends first: what comes before tells who is surely on which side
ends as (
    select row_no, peers_no, low as position, false as is_high from intervals
    union all
    select row_no, peers_no, high, true from intervals
),

passed as (
    select
        row_no, peers_no, is_high,
        row_number() over in_order as ends_passed,
        sum(case when is_high then 0 else 1 end) over in_order as lows_passed
    from ends
    window in_order as (partition by peers_no order by position, is_high rows unbounded preceding)
),

sides as (
    select
        row_no, peers_no,
        max(ends_passed - lows_passed) filter (where not is_high) as below,
        max(lows_passed) filter (where is_high) as not_above
    from passed
    group by all
),

surely as (
    select sides.row_no, sides.below, interval_counts.interval_count - sides.not_above as above
    from sides
    inner join interval_counts using (peers_no)
)

select
    placed.row_no,
    placed.rank_place::integer as rank_place,
    placed.rank_of::integer as rank_of,
    (1 + case placed.direction when 'up' then surely.above else surely.below end)::integer as rank_best,
    (placed.rank_of - case placed.direction when 'up' then surely.below else surely.above end)::integer as rank_worst
from placed
left join surely using (row_no)
