-- One row per present commune and former unit that it was formed from: which slice of its cases is taken to be of that territory.
-- Weights are what the former units received before the reform, where that is known of all of them, times the share that came here; else the share.
with

counted as (
    select *, (upto - since)::double as share, count(*) over (partition by new_code) as predecessors
    from passage
),

weighed as (
    select counted.old_code, counted.new_code, volumes.basis, volumes.received * counted.share as weight
    from counted
    inner join volumes on volumes.unit_code = counted.old_code
    union all
    select old_code, new_code, 'equal', share from counted
    union all
    -- where even the shares are nothing
    select old_code, new_code, 'even', 1.0 from counted
),

bases as (
    select known.new_code, arg_min(known.basis, list_position(['dossiers', 'form_06a', 'equal', 'even'], known.basis)) as basis
    from (
        select weighed.new_code, weighed.basis
        from weighed
        inner join counted using (old_code, new_code)
        group by weighed.new_code, weighed.basis
        having count(*) = any_value(counted.predecessors) and sum(weighed.weight) > 0
    ) as known
    group by all
),

cut as (
    select
        counted.*,
        case when predecessors = 1 then 'whole' when weighed.basis = 'even' then 'equal' else weighed.basis end as return_basis,
        round(sum(weighed.weight) over so_far / sum(weighed.weight) over (partition by counted.new_code), 12)::decimal(13, 12) as cut_upto,
        row_number() over so_far as place
    from counted
    inner join bases using (new_code)
    inner join weighed on weighed.old_code = counted.old_code and weighed.new_code = counted.new_code and weighed.basis = bases.basis
    window so_far as (partition by counted.new_code order by counted.old_code rows unbounded preceding)
)

select
    old_code,
    new_code,
    return_basis as basis,
    coalesce(lag(cut_upto) over (partition by new_code order by place), 0)::decimal(13, 12) as since,
    case when place = predecessors then 1 else cut_upto end::decimal(13, 12) as upto
from cut
