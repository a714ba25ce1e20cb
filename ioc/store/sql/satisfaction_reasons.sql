-- one row per kind and reason of one unit and period: how many cases it holds of how many, the most frequent first
with visible as (
    select *
    from satisfaction
    where (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

summed as (
    select
        kind, sum(cases) as of_cases, sum(supplements) as supplements, sum(overdue) as overdue, sum(disliked) as disliked,
        sum(repeated) as repeated
    from visible
    where unit_code = $unit and period = $period
    group by kind
),

final as (
    select kind, reason, cast(cases as bigint) as cases, cast(of_cases as bigint) as of_cases
    from summed
    unpivot (cases for reason in (supplements, overdue, disliked, repeated))
    -- what a kind cannot tell is no reason of it
    where reason in ('overdue', case kind when 'dossiers' then 'supplements' else 'disliked' end, case kind when 'petitions' then 'repeated' end)
    order by kind, cases desc, reason
)

select * from final
