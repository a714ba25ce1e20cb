-- One row per unit, period and procedure in force that dossiers were received of; per measure a column of what it adds.
-- Reads procedures_counted (see counted_procedures.sql), units, breakdown.
select
    breakdown.unit_code,
    breakdown.period,
    breakdown.procedure_base,
    max(case when counted.procedures_online = 1 and breakdown.online > 0 then 1 end) as procedures_online_used,
    max(case when counted.procedures_with_fee = 1 and breakdown.fee_bearing > 0 then 1 end) as procedures_fee_used,
    max(case when counted.procedures_with_fee = 1 and breakdown.paid_online > 0 then 1 end) as procedures_paid_online
from breakdown
inner join units on units.unit_code = breakdown.unit_code
inner join procedures_counted as counted
    on counted.level = units.level and counted.period = breakdown.period
    and counted.procedure_base = breakdown.procedure_base
group by all
