-- One row per unit: its number, and those of its level and of its peers.
select
    (row_number() over (order by unit_code) - 1)::integer as unit_no,
    dense_rank() over (order by level, parent_code)::integer as peers_no,
    dense_rank() over (order by level)::tinyint as level_no,
    unit_code,
    level,
    parent_code
from mart.units
