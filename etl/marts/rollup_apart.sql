-- One row per unit that a source may name and unit that its figures count for apart from today's boundaries: present units for present ones,
-- and whatever happened for former ones. Of a series in which no former unit has figures, only former districts and provinces are counted.
with

ways as (
    select tree.unit_code, tree.ancestor_code
    from boundary_tree as tree
    where $is_spoken and (tree.unit_code not like '%@%' or tree.unit_code in (select unit_code from speakers))
    union
    select parts.reported_code, parts.unit_code
    from mart.boundary_parts as parts
    inner join mart.units as targets on targets.unit_code = parts.unit_code
    where parts.boundary = 'former' and not parts.is_estimate
        and ($is_spoken or targets.level in ('former_district', 'former_province'))
)

select
    ways.unit_code,
    ways.ancestor_code,
    coalesce(units.valid_from, date '0001-01-01') as first_day,
    coalesce(units.valid_to, date '9999-12-31') as last_day
from ways
inner join mart.units as units on units.unit_code = ways.unit_code
