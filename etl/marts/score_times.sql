-- One row per index, boundary view, unit and period: as of when the figures that feed its points are, and up to which day they reach.
with

-- the series that feed an index
fed as (select distinct index_id, series from scoring_nodes)

select
    fed.index_id, found.boundary, found.unit_code, found.period, max(found.as_of) as as_of,
    bool_or(found.series in ('dossiers', 'quality')) as is_of_dossiers,
    max(found.as_of) filter (where found.series not in ('dossiers', 'quality')) as other_as_of,
    min(found.fresh_until) filter (where found.series not in ('dossiers', 'quality')) as other_fresh_until,
    min(coalesce(found.covered_until, found.as_of::date)) as covered_until,
    bool_or(found.has_source_flag) as has_source_flag
from scored_values as found
inner join fed using (series)
group by all
