-- one row per certificate, in the template's columns; the holder's name is there to be dropped
select
    serial_number,
    holder_type,
    holder_ref,
    full_name as "họ tên",
    position as position_group,
    electronic_id as unit_code,
    name as unit_name,
    issuer,
    device_type,
    strftime(valid_from, '%d/%m/%Y') as valid_from,
    strftime(valid_to, '%d/%m/%Y') as valid_to,
    strftime(revoked_on, '%d/%m/%Y') as revoked_at,
    case when revoked_on is null then concat(strftime(least(used_on, valid_to), '%d/%m/%Y'), ' 15:30:00') end as last_used_at,
    strftime(as_of, '%d/%m/%Y') as as_of
from certificate
