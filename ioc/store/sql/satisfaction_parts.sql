-- one row per kind and field (or class) of one unit and period: all cases and why some are not content, the most cases first
with visible as (
    select *, case when $by = 'class' then class else field_name end as part
    from satisfaction
    where (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

final as (
    select
        kind, part,
        cast(sum(cases) as bigint) as cases, cast(sum(content) as bigint) as content,
        cast(sum(supplements) as bigint) as supplements, cast(sum(overdue) as bigint) as overdue,
        cast(sum(disliked) as bigint) as disliked, cast(sum(repeated) as bigint) as repeated
    from visible
    where
        unit_code = $unit
        and period = $period
        -- dossiers have no class
        and ($by <> 'class' or kind = 'petitions')
    group by kind, part
    order by kind, cases desc, part
)

select * from final
