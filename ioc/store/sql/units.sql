-- one row per unit that may be named within the scope
with visible as (
    select *
    from units
    where (
        cast($detail as varchar[]) is null
        or cast($compare as varchar[]) is null
        or list_contains(cast($detail as varchar[]), unit_code)
        or list_contains(cast($compare as varchar[]), unit_code)
    )
),

final as (
    select
        unit_code, name, short_name, level, kind, parent_code, valid_from, valid_to, electronic_id,
        sort_key, search_key, latitude, longitude, area_km2
    from visible
    where
        (cast($level as varchar) is null or level = $level)
        and (cast($parent as varchar) is null or parent_code = $parent)
        and (cast($units as varchar[]) is null or list_contains(cast($units as varchar[]), unit_code))
        and ($with_former or valid_to is null)
)

select *
from final
order by sort_key, unit_code
