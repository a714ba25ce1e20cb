-- one row per kind, field and class of the unit $unit and the period $period in the view $boundary, with nothing of divided units
select
    kind, field_name, class, cases, content, supplements, overdue, disliked, repeated, false as is_estimate
from satisfaction
where
    unit_code = $unit
    and period = $period
    -- what a unit reported itself is kept apart only where it differs
    and boundary = case
        when $boundary = 'reported' and $unit not like '%@%' and ($unit, kind) not in (select (unit_code, series) from boundary_units) then 'current'
        else $boundary
    end
    and (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
