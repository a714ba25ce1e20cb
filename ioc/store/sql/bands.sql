-- one row per band of an index, the best first
select index_id, band, name_vi, name_en, from_points, evidence
from index_bands
where index_id = $index_id
order by from_points desc
