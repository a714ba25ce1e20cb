-- One row: what tells who speaks of which units, since when and how much, apart from others. Reads event_days, speakers, volumes.
select md5(concat_ws(
    '.',
    (select concat_ws(':', count(*), bit_xor(hash(one))) from speakers as one),
    (select concat_ws(':', count(*), bit_xor(hash(one))) from volumes as one),
    (select concat_ws(':', count(distinct unit_code), bit_xor(distinct hash(unit_code)), min(day)) from event_days)
)) as ground
