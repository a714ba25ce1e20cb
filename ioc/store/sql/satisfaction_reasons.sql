-- one row per kind and reason of one unit and period, in one view of the boundaries: how many cases it holds of how many, the most frequent first
with visible as (
{found_cases}
),

summed as (
    select
        kind, bool_or(is_estimate) as is_estimate, sum(cases) as of_cases, sum(supplements) as supplements, sum(overdue) as overdue,
        sum(disliked) as disliked, sum(repeated) as repeated
    from visible
    group by kind
),

final as (
    select kind, reason, cases, of_cases, is_estimate
    from summed
    unpivot (cases for reason in (supplements, overdue, disliked, repeated))
    -- what a kind cannot tell is no reason of it
    where reason in ('overdue', case kind when 'dossiers' then 'supplements' else 'disliked' end, case kind when 'petitions' then 'repeated' end)
    order by kind, cases desc, reason
)

select * from final
