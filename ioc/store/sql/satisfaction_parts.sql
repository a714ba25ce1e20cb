-- one row per kind and field (or class) of one unit and period, in one view of the boundaries: all cases and why some are not content, the most
-- cases first
with visible as (
{found_cases}
),

final as (
    select
        kind, case when $by = 'class' then class else field_name end as part,
        sum(cases) as cases, sum(content) as content, sum(supplements) as supplements, sum(overdue) as overdue, sum(disliked) as disliked,
        sum(repeated) as repeated, bool_or(is_estimate) as is_estimate
    from visible
    -- dossiers have no class
    where $by <> 'class' or kind = 'petitions'
    group by all
    order by kind, cases desc, part
)

select * from final
