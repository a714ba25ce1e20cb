-- One row per present unit and index of which a series is kept apart, and indicator that is points of it. Reads apart_indices.
select distinct units.unit_code, apart_indices.index_id, asked.indicator
from mart.boundary_units as units
cross join apart_indices
left join catalog_indicators as asked on asked.score_index = apart_indices.index_id
