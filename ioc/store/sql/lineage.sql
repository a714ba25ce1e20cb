-- one row per unit of the other time that a unit came from or went to, the nearest level first
with asked as (
    select 'successor' as relation, new_code as unit_code, extent, is_main, share, basis
    from lineage
    where old_code = $unit
    union all
    select 'predecessor', old_code, extent, is_main, share, basis
    from lineage
    where new_code = $unit
),

final as (
    select
        asked.relation, asked.unit_code, units.name as unit_name, units.level, units.parent_code, parents.name as parent_name,
        asked.extent, asked.is_main, cast(asked.share as double) as share, asked.basis
    from asked
    inner join units on units.unit_code = asked.unit_code
    left join units as parents on parents.unit_code = units.parent_code
    where
        cast($detail as varchar[]) is null
        or cast($compare as varchar[]) is null
        or list_contains(cast($detail as varchar[]), $unit)
        or list_contains(cast($compare as varchar[]), $unit)
    order by
        list_position(
            ['commune', 'former_commune', 'former_district', 'province', 'former_province'], units.level
        ),
        units.sort_key, units.unit_code
)

select * from final
