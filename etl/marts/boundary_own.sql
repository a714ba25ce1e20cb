-- One row per unit, period, series and measure: as the unit itself reported it, before any boundary is moved.
select unit_code, period, series, measure, value, as_of, covered_until, fresh_until, is_estimate, has_source_flag
from all_values
where boundary = 'reported' or (
    boundary = 'current' and unit_code not like '%@%' and series not in (select series from apart_series)
)
