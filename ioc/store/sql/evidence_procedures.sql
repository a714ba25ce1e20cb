-- One row per procedure in force for the asked unit and period; one that dossiers were received of is not idle.
-- Reads procedures_counted, procedures_used, units, asked.
select
    counted.*,
    asked.asked_unit as own_unit_code,
    case when used.procedure_base is null then 1 end as procedures_idle,
    used.procedures_online_used,
    used.procedures_fee_used,
    used.procedures_paid_online
from procedures_counted as counted
inner join units on units.level = counted.level
inner join asked on asked.asked_unit = units.unit_code and asked.asked_period = counted.period
left join procedures_used as used
    on used.unit_code = units.unit_code and used.period = counted.period and used.procedure_base = counted.procedure_base
