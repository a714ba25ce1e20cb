-- One row per unit: its officials; and one per certificate of an official or of the unit itself.

create table office as
with

drawn as (
    select unit.*, low_word(random_bits(concat('office|', electronic_id))) as a, high_word(random_bits(concat('office|', electronic_id))) as b from unit
)

select
    unit_no,
    unit_code,
    electronic_id,
    name,
    level,
    case when level = 'department' then officials when weight_is_small then 14 else 44 + whole_draw(a, 0, 36) end as officials,
    case when level = 'department' then 4 when weight_is_small then 3 else 5 + whole_draw(a, 1, 4) end as leaders,
    -- everybody in Phù Liễn holds a certificate (founding fact); elsewhere seven to ten in ten
    case when unit_code = getvariable('fully_certified') then 1 else between_draw(a, 2, 0.80, 1.06) end as coverage,
    between_draw(a, 3, 0.70, 0.97) as use_rate,
    unit_code = getvariable('fully_certified') as is_fully_certified,
    between_draw(b, 0, 0.90, 1) as computer_rate
from (select *, monthly_mean < 40 and level = 'commune' as weight_is_small from drawn)
order by unit_no;

create table certificate as
with

persons as (
    select *, unnest(range(1, officials + 1))::integer as person from office
),

drawn as (
    select
        *,
        low_word(random_bits(concat('person|', electronic_id, '|', person, '|1'))) as a,
        high_word(random_bits(concat('person|', electronic_id, '|', person, '|1'))) as b,
        low_word(random_bits(concat('person|', electronic_id, '|', person, '|2'))) as c,
        getvariable('as_of')::date as as_of
    from persons
),

held as (
    select
        *,
        person <= leaders as is_leader,
        -- three in five were issued before the communes were formed, the others since
        case
            when is_fully_certified or draw(a, 1) < 0.6 then date '2023-07-03' + whole_draw(a, 2, 700)
            else date '2025-07-01' + whole_draw(a, 2, greatest(1, as_of - date '2025-07-01'))
        end as issued_on,
        not is_fully_certified and draw(a, 3) < 0.02 as is_revoked,
        not is_fully_certified and draw(a, 3) > 0.98 as is_expired,
        draw(b, 0) < 0.025 as is_expiring,
        draw(b, 1) < 0.08 as has_second
    from drawn
    where draw(a, 0) < case when person <= leaders then coverage + 0.10 else coverage end
),

dated as (
    select
        *,
        case
            when is_expired then as_of - 5 - whole_draw(b, 2, 200)
            when is_expiring then as_of + 1 + whole_draw(b, 2, 30)
            else greatest(issued_on + 1825, as_of + 60)
        end as valid_to
    from held
),

devices as (
    select *, unnest(case when has_second then [1, 2] else [1] end) as device from dated
),

of_persons as (
    select
        unit_no,
        electronic_id,
        name,
        as_of,
        'ca_nhan' as holder_type,
        concat('CB-', lpad(unit_no::varchar, 3, '0'), lpad(person::varchar, 3, '0')) as holder_ref,
        concat('Cán bộ ', lpad(unit_no::varchar, 3, '0'), lpad(person::varchar, 3, '0')) as full_name,
        case
            when is_leader and level = 'department' then case when person = 1 then 'Giám đốc' else 'Phó Giám đốc' end
            when is_leader then case when person = 1 then 'Chủ tịch UBND' when person = 2 then 'Bí thư Đảng ủy' else 'Phó Chủ tịch UBND' end
            else case when draw(b, 3) < 0.8 then 'Chuyên viên' else 'Viên chức' end
        end as position,
        'Ban Cơ yếu Chính phủ' as issuer,
        case when device = 2 then 'SIM' else ['TOKEN', 'TOKEN', 'SIM', 'RSSP'][1 + whole_draw(c, 0, 4)] end as device_type,
        least(issued_on, valid_to - 700) as valid_from,
        valid_to,
        case when is_revoked then as_of - 3 - whole_draw(b, 2, 90) end as revoked_on,
        case when draw(c, 1) < use_rate then as_of - whole_draw(c, 2, 24) else as_of - 40 - whole_draw(c, 2, 200) end as used_on,
        concat('person|', electronic_id, '|', person, '|', device) as key
    from devices
),

of_units as (
    select
        unit_no,
        electronic_id,
        name,
        getvariable('as_of')::date,
        'co_quan',
        '',
        '',
        '',
        'Ban Cơ yếu Chính phủ',
        'HSM',
        date '2025-07-03',
        date '2030-07-02',
        null::date,
        getvariable('as_of')::date,
        concat('office|', electronic_id, '|seal')
    from office
)

select
    *,
    -- letters in front: a spreadsheet must not take it for a number
    concat('5A', upper(left(md5(concat(getvariable('seed'), '|', key)), 14))) as serial_number
from (select * from of_persons union all select * from of_units)
order by unit_no, holder_type, key;
