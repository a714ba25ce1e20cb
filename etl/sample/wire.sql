-- How the dossier interface writes things.

create macro wire_time(moment) as strftime(moment, '%Y%m%d%H%M%S');

create macro wire_paper(number, is_digitised, is_reused, is_from_store) as concat(
    '{"TenTepDinhKem":"giay-to-', number,
    '.pdf","DuocSoHoa":"', is_digitised::integer,
    '","DuocTaiSuDung":"', is_reused::integer,
    '","DuocLayTuKhoDMQG":"', is_from_store::integer, '"}'
);

create macro wire_supplement(requested_at, answered_at) as concat(
    '{"NgayBoSung":"', wire_time(requested_at), '","NgayTiepNhanBoSung":"', wire_time(answered_at), '","TrangThaiBoSung":"1"}'
);

-- the inside of a JSON object, escaped
create macro wire_of(fields) as substr(to_json(fields)::varchar, 2, length(to_json(fields)::varchar) - 2);
