-- one row per unit and day of the register: the first day and as_of
with days as (select unnest([getvariable('first_day')::date, getvariable('as_of')::date]) as as_of)

select
    electronic_id as unit_code,
    name as unit_name,
    strftime(days.as_of, '%d/%m/%Y') as as_of,
    leaders as leaders_required,
    officials as staff_required,
    floor(officials * computer_rate)::integer as with_computer,
    officials as with_official_email
from office, days
order by days.as_of, unit_no
