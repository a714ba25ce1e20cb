-- One row: what tells the units, who speaks of them and the boundaries between them apart from others. Reads event_days.
select md5(concat_ws(
    '.',
    (select concat_ws(':', count(*), bit_xor(hash(one))) from mart.units as one),
    (select concat_ws(':', count(*), bit_xor(hash(one))) from mart.region_units as one),
    (select concat_ws(':', count(*), bit_xor(hash(one))) from mart.boundary_parts as one),
    (select concat_ws(':', count(*), bit_xor(hash(one))) from speakers as one),
    (select concat_ws(':', count(distinct unit_code), bit_xor(distinct hash(unit_code)), min(day)) from event_days)
)) as ground
