-- one row per indicator of the catalogue, in the order of the catalogue
select
    indicator, number, name_vi, name_en, indicator_group, formula_vi, formula_en,
    measure_unit, direction, decimals, target, at_risk_within, zero_policy, target_status, target_source, evidence,
    hysteresis, while_open, target_due
from indicators
order by number, indicator
