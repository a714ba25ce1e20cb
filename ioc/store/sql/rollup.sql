-- One row per unit of today and unit that it counts for: itself and the one above it. Reads units.
select unit_code, unit_code as ancestor_code
from units
where valid_to is null
union all
select unit_code, parent_code
from units
where valid_to is null and parent_code is not null and level in ('commune', 'department')
