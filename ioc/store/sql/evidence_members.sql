-- One row per unit whose rows make the figures of a unit: itself and the units below it, with the share of its rows that counts.
-- Reads units.
select unit_code, name, sort_key, 1::decimal(9, 6) as share
from units
where unit_code = $unit or (parent_code = $unit and valid_to is null and level in ('commune', 'department'))
