-- One row: the load that the age of the data is counted from, and how many hours it is. Reads loads, sources, period_frame, asked.
with

freshest as (
{freshest_loads}
)

select
    freshest.hours as counted,
    asked.asked_unit as own_unit_code,
    loads.source_id,
    loads.load_id,
    loads.origin as item,
    loads.fetched_at::date as day,
    'fetched_at=' || loads.fetched_at as statement
from freshest
inner join asked on asked.asked_period = freshest.period
inner join loads on loads.load_id = freshest.load_id
