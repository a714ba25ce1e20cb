-- One row per series and present unit whose own reports differ from its current figures, or that is ranked with such a one.
with

touched as (
    select distinct units.level, units.parent_code
    from mart.boundary_parts as parts
    inner join mart.units as units on units.unit_code = parts.unit_code
    where parts.boundary = 'current'
)

select distinct units.unit_code, apart_series.series
from mart.units as units
inner join touched on touched.level = units.level and touched.parent_code is not distinct from units.parent_code
cross join apart_series
