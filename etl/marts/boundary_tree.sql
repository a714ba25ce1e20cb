-- One row per unit and unit that it counts for in its own time, itself first: former ones up to their province, present ones up to theirs
-- and to the operator's regions.
with

present as (select unit_code, parent_code, level from mart.units where valid_to is null)

select unit_code, unit_code as ancestor_code from present
union all
select unit_code, parent_code from present where parent_code is not null and level in ('commune', 'department')
union all
select unit_code, region_code from mart.region_units
union all
select unit_code, unit_code from former_units
union all
select unit_code, parent_code from former_units where parent_code is not null
union all
select low.unit_code, high.parent_code
from former_units as low
inner join former_units as high on high.unit_code = low.parent_code
where high.parent_code is not null
