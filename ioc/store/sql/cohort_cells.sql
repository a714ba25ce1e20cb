-- One row per unit, cell (its first day), cohort measure and time until which its rows count, as far as periods in cells can tell.
-- They are judged at a cell's end or, while they run, at the newest data: between these moments a time may be put earlier.
with

moments as (select max(judged_at) as newest from periods)

select
    cohort_days.unit_code,
    cell_start(cohort_days.day) as day,
    cohort_days.measure,
    case
        when cohort_days.judged_until >= moments.newest then timestamp 'infinity'
        else cell_start((cohort_days.judged_until + interval 1 microsecond)::date) - interval 1 microsecond
    end as judged_until,
    sum(cohort_days.value) as value
from cohort_days
cross join moments
-- the newest cell may have begun only in part
where cohort_days.day <= moments.newest::date
group by all
