-- One row per unit, period and procedure in force that dossiers were received of.
-- Reads procedures_counted (see counted_procedures.sql), units, breakdown.
select distinct breakdown.unit_code, breakdown.period, breakdown.procedure_base
from breakdown
inner join units on units.unit_code = breakdown.unit_code
inner join procedures_counted as counted
    on counted.level = units.level and counted.period = breakdown.period
    and counted.procedure_base = breakdown.procedure_base
