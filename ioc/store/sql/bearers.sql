-- one row per unit that bears or bore one statistical code, with what took its place
select
    units.unit_code, units.name, units.valid_from, units.valid_to,
    list(others.name || ' (' || others.unit_code || ')' order by others.sort_key) filter (where others.unit_code is not null) as successors
from units
left join lineage on lineage.old_code = units.unit_code
left join units as others on others.unit_code = lineage.new_code and others.level = case when units.level = 'former_commune' then 'commune' else 'province' end
where units.unit_code in ($bare, $dated)
group by all
order by units.valid_to nulls last
