-- One row per boundary view, unit, period, series and measure that indices are scored by: all_values; and of present units whose reports stand
-- apart, the current figures of the series that are not kept apart (`is_shared`): there they are what the unit reported.
select *, false as is_shared
from all_values
union all by name
select found.* replace ('reported' as boundary), true as is_shared
from all_values as found
semi join mart.boundary_units as apart on apart.unit_code = found.unit_code
anti join apart_series on apart_series.series = found.series
inner join mart.units as units on units.unit_code = found.unit_code
left join period_frame as frame on frame.period = found.period
-- nobody reports of days on which he was not there
where found.boundary = 'current' and coalesce(frame.end_date >= units.valid_from, true)
