-- One row per kind of oddity: in how many good rows of `staged` it is.
with

good as (select issues, finished_at from staged where len(problems) = 0),

told as (
    select unnest(issues) as oddity from good
    union all
    select 'finished_in_future' from good where finished_at > $fetched_at + interval 1 day
)

select oddity, count(*) as dossiers
from told
group by oddity
