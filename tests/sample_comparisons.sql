-- one row per commune and figure: every third one differs, the later the more
insert into reconciliations by name
select
    subject, unit_code, '2026-10' as period, 'dossiers' as left_series, 0.9 as left_value, 'forms' as right_series,
    0.9 - row_number() over (order by unit_code) / 10000 as right_value, row_number() over (order by unit_code) / 10000 as difference,
    row_number() over (order by unit_code) % 3 <> 0 as agrees
from units
cross join (values ('online_submission_766'), ('e_result_rate'), ('online_rate')) as subjects (subject)
where level = 'commune';
