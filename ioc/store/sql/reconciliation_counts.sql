-- one row per answer: how many comparisons there are of a period, and how many of them agree
select count(*) as compared, count(*) filter (where agrees) as agreeing
from reconciliations
where
    (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
    and (cast($period as varchar) is null or period = $period)
