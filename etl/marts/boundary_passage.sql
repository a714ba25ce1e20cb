-- One row per former unit and present commune that took of its territory: which slice of its cases counts there, from `since` up to `upto` of 1.
-- The slices of a unit follow each other without a gap, so that rounded parts always make the whole.
with

counted as (select *, count(*) over (partition by old_code) as successors from lineage),

areas as (select unit_code, area_km2 from mart.units where level = 'commune' and area_km2 > 0),

weighed as (
    select old_code, new_code, 'shares' as basis, share::double as weight from stated_shares where $basis = 'shares'
    union all
    select lineage.old_code, lineage.new_code, volumes.basis, volumes.received::double
    from lineage
    inner join volumes on volumes.unit_code = lineage.new_code
    where $basis = 'dossiers'
    union all
    select lineage.old_code, lineage.new_code, 'area', areas.area_km2
    from lineage
    inner join areas on areas.unit_code = lineage.new_code
    union all
    select old_code, new_code, 'equal', 1.0 from lineage
),

-- the first basis that knows every successor of the unit
bases as (
    select weighed.old_code, arg_min(weighed.basis, list_position(['shares', 'dossiers', 'form_06a', 'area', 'equal'], weighed.basis)) as basis
    from (
        select weighed.old_code, weighed.basis
        from weighed
        inner join counted using (old_code, new_code)
        group by weighed.old_code, weighed.basis
        having count(*) = any_value(counted.successors) and sum(weighed.weight) > 0
    ) as weighed
    group by all
),

cut as (
    select
        counted.*,
        weighed.basis,
        round(sum(weighed.weight) over so_far / sum(weighed.weight) over (partition by counted.old_code), 12)::decimal(13, 12) as upto,
        row_number() over so_far as place
    from counted
    inner join bases using (old_code)
    inner join weighed using (old_code, new_code, basis)
    window so_far as (partition by counted.old_code order by counted.new_code rows unbounded preceding)
)

select
    old_code,
    new_code,
    is_whole,
    is_main,
    case when is_whole then 'whole' else basis end as basis,
    coalesce(lag(upto) over (partition by old_code order by place), 0)::decimal(13, 12) as since,
    case when place = successors then 1 else upto end::decimal(13, 12) as upto
from cut
