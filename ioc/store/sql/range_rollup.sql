-- One row per unit that a source may name and unit that its figures count for in a view of the boundaries, with the days of the former.
with

tree as (
    select unit_code, unit_code as ancestor_code from units
    union all
    select unit_code, parent_code from units
    where parent_code is not null and level in ('commune', 'department', 'former_commune', 'former_district')
    union all
    select low.unit_code, high.parent_code
    from units as low
    inner join units as high on high.unit_code = low.parent_code
    where low.level = 'former_commune' and high.parent_code is not null
    union
    select unit_code, region_code from region_units
),

ways as (
    select unit_code, ancestor_code from tree
    union
    select reported_code, unit_code
    from boundary_parts
    where boundary = $boundary and not is_estimate
)

select
    ways.unit_code,
    ways.ancestor_code,
    coalesce(units.valid_from, date '0001-01-01') as first_day,
    coalesce(units.valid_to, date '9999-12-31') as last_day
from ways
inner join units on units.unit_code = ways.unit_code
