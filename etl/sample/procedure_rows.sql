-- one row per procedure of the province and its communes
select
    procedure_code,
    name,
    field_code,
    field_name,
    authority_level,
    service_level,
    eligible_full,
    has_fee,
    max_time,
    max_time_unit,
    returns_document,
    subject,
    '01/07/2025' as valid_from,
    '' as valid_to
from procedure
order by procedure_no
