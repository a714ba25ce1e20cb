-- one row per kind, field and class of the unit $unit and the period $period in the view $boundary, and one more for each divided unit of
-- which it has slices, with these: estimates
with whole as (
{satisfaction_of_view}
),

parts as (
    select reported_code, slices
    from boundary_parts
    where
        boundary = $boundary and unit_code = $unit and is_estimate
        and (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), $unit))
),

sliced as (
    select
        found.kind, found.field_name, found.class,
        part_of(found.content, parts.slices) as content, part_of(found.supplements, parts.slices) as supplements,
        part_of(found.overdue, parts.slices) as overdue, part_of(found.disliked, parts.slices) as disliked,
        part_of(found.repeated, parts.slices) as repeated
    from satisfaction as found
    inner join parts on parts.reported_code = found.unit_code
    where
        found.period = $period
        and found.boundary = case
            when found.unit_code like '%@%' or (found.unit_code, found.kind) in (select (unit_code, series) from boundary_units) then 'reported'
            else 'current'
        end
)

select * from whole
union all by name
-- each case counts once, as content or under one reason, in its slices too
select *, content + supplements + overdue + disliked + repeated as cases, true as is_estimate
from sliced
where content + supplements + overdue + disliked + repeated > 0
