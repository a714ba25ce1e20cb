-- One row: how many rows a part has, and what they add up to; null where one of them tells no number.
select count(*) as rows, case when count(counted) = count(*) then sum(counted) end as counted
from ({counted})
