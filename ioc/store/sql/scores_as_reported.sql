-- one row per index, unit, period and node as units reported themselves ($boundary)
select * replace (cast($boundary as varchar) as boundary)
from scores
where
    index_id = $index_id
    and (
        boundary = $boundary
        -- what a unit reported itself is kept apart only where it differs; nobody reported of days on which it was not there
        or (
            boundary = 'current'
            and unit_code not in (select unit_code from boundary_points where index_id = $index_id)
            and (unit_code, period) not in (
                select (units.unit_code, periods.period) from units inner join periods on periods.end_date < units.valid_from
            )
        )
    )
