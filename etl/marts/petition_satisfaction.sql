-- One row per unit, period, field and class of petitions: Decision 766, 5.3. A petition counts under the first reason that holds.
with

petitions_facts as (
{petitions_facts}
),

petitions_counted as (
{counted_petitions}
),

judged as (
    select * replace (petitions_on_time is not null as petitions_on_time)
    from petitions_counted
    semi join period_frame using (period)
    where petitions_judged = 1
)

select
    unit_code,
    period,
    'petitions' as kind,
    field_name,
    class,
    count(*) as cases,
    count(petitions_content) as content,
    0::bigint as supplements,
    count(*) filter (where not petitions_on_time) as overdue,
    count(*) filter (where petitions_on_time and is_disliked) as disliked,
    count(*) filter (where petitions_on_time and is_repeated and not is_disliked) as repeated
from judged
group by all
