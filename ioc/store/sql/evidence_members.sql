-- One row per unit whose rows make the figures of a unit in a view of the boundaries: itself and those that count for it, and those of which
-- only slices do, with the share. Reads rollup, boundary_parts, units.
with

ways as (
    select unit_code, 1::decimal(13, 12) as share, null::struct(since decimal(13, 12), upto decimal(13, 12))[] as slices
    from rollup
    where ancestor_code = $unit
    union all
    select reported_code, share, slices
    from boundary_parts
    where boundary = $boundary and unit_code = $unit and is_estimate
)

select units.unit_code, units.name, units.sort_key, ways.share, ways.slices
from ways
inner join units on units.unit_code = ways.unit_code
