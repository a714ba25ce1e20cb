-- One row per view, unit and series: whether former and whether present units with figures count for it as a whole.
with

speaking as (select distinct unit_code, series from own_values),

own as (
    select case when unit_code like '%@%' then 'former' else 'current' end as boundary, unit_code, unit_code as reported_code
    from mart.units
    union all
    select 'current', ancestor_code, unit_code
    from boundary_tree
    where unit_code <> ancestor_code and unit_code not like '%@%'
    union all
    select 'former', ancestor_code, unit_code
    from boundary_tree
    where unit_code <> ancestor_code and unit_code like '%@%'
    union all
    select boundary, unit_code, reported_code
    from mart.boundary_parts
    where not is_estimate
)

select
    own.boundary, own.unit_code, speaking.series,
    bool_or(own.reported_code like '%@%') as has_former, bool_or(own.reported_code not like '%@%') as has_present
from own
inner join speaking on speaking.unit_code = own.reported_code
group by all
