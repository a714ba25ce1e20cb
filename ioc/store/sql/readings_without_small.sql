-- one row per reading of one period as in readings, ranked anew without the rates of few cases or none, which have no place
with
asked as (
    select *, row_number() over () as row_no
    from readings
    where period = $period and (cast($indicators as varchar[]) is null or list_contains(cast($indicators as varchar[]), indicator))
),

rankable as (
    select
        asked.row_no, asked.value, indicators.direction, asked.numerator, asked.denominator,
        dense_rank() over (
            order by asked.boundary, asked.indicator, asked.period, asked.series, asked.level, asked.parent_code
        ) as peers_no,
        -- a rate of counted cases has a range already
        asked.rank_best is not null as is_rate
    from asked
    inner join indicators on indicators.indicator = asked.indicator
    where not list_has_any(asked.flags, ['small_n', 'by_rule'])
),

ranks as ({ranks})

select
    asked.* exclude (row_no) replace (
        ranks.rank_place as "rank", ranks.rank_of as rank_of, ranks.rank_best as rank_best, ranks.rank_worst as rank_worst
    )
from asked
left join ranks on ranks.row_no = asked.row_no
