-- One row per unit and unit that its rows are asked for: those that count for it in a view of the boundaries, and those of which slices do.
with

ways as (
{range_rollup}
)

select unit_code, ancestor_code, first_day, last_day from ways
union all
select
    parts.reported_code,
    parts.unit_code,
    coalesce(units.valid_from, date '0001-01-01'),
    coalesce(units.valid_to, date '9999-12-31')
from boundary_parts as parts
inner join units on units.unit_code = parts.reported_code
where parts.boundary = $boundary and parts.is_estimate
