-- one row per index, unit, period and node in one view of the boundaries
select scores.* replace (cast($boundary as varchar) as boundary)
from scores
inner join units on units.unit_code = scores.unit_code
where
    scores.index_id = $index_id
    and (
        scores.boundary = $boundary
        -- what a unit reported itself is kept apart only where it differs
        or (
            $boundary = 'reported' and scores.boundary = 'current'
            and scores.unit_code not in (select unit_code from boundary_points where index_id = $index_id)
        )
    )
    -- nobody reported of days on which it was not there
    and (
        $boundary <> 'reported' or units.valid_from is null
        or units.valid_from <= (select end_date from periods where periods.period = scores.period)
    )
