-- One row per unit that a source may name and unit that its figures count for on today's boundaries, with the first and last day of the former.
with

ways as (
    select tree.unit_code, tree.ancestor_code
    from boundary_tree as tree
    where tree.unit_code not like '%@%' or tree.unit_code in (select unit_code from speakers)
    union
    select reported_code, unit_code
    from mart.boundary_parts
    where boundary = 'current' and not is_estimate
)

select
    ways.unit_code,
    ways.ancestor_code,
    coalesce(units.valid_from, date '0001-01-01') as first_day,
    coalesce(units.valid_to, date '9999-12-31') as last_day
from ways
inner join mart.units as units on units.unit_code = ways.unit_code
