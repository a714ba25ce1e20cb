-- One row per unit: its number, and those of its level and of its peers.
select
    (row_number() over (order by unit_code) - 1)::integer as unit_no,
    -- no more groups than units, so that a group can stand in the place of a unit
    (dense_rank() over (order by level, parent_code) - 1)::integer as peers_no,
    dense_rank() over (order by level)::tinyint as level_no,
    unit_code,
    level,
    parent_code
from mart.units
