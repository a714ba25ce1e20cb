-- one row per question: whether what the unit $unit reported itself of the series $series is kept apart from its current figures
select count(*) > 0
from boundary_units
where unit_code = $unit and series = $series
