-- One row per dossier of the file: what is kept of it. Reads `raw` (row_no, fault, line), whose lines hold personal data and
-- never reach a file; each field that ought to be a code, a number or a date is kept as it came only if it has that shape.
with

raw as (select * from raw),

told as (
    select
        row_no,
        line,
        -- text that is not JSON is null here
        case when fault is null then try(json_transform(
            line,
            '{
                "MaHoSo": "VARCHAR", "MaTTHC": "VARCHAR", "TenTTHC": "VARCHAR", "MaLinhVuc": "VARCHAR", "TenLinhVuc": "VARCHAR",
                "KenhThucHien": "VARCHAR", "LoaiDoiTuong": "VARCHAR", "TrangThaiHoSo": "VARCHAR",
                "NgayNopHoSo": "VARCHAR", "NgayTiepNhan": "VARCHAR", "NgayHenTra": "VARCHAR",
                "NgayKetThucXuLy": "VARCHAR", "NgayTra": "VARCHAR", "NgayTuChoi": "VARCHAR",
                "HinhThuc": "VARCHAR", "HinhThucTra": "VARCHAR", "DonViXuLy": "VARCHAR", "MaDonVi": "VARCHAR",
                "NoiNopHoSo": "VARCHAR", "DuocThanhToanTrucTuyen": "VARCHAR",
                "HoSoCoThanhPhanSoHoa": "VARCHAR", "TaiKhoanDuocXacThucVoiVNeID": "VARCHAR",
                "TaiLieuNop": [{
                    "IsDeleted": "VARCHAR", "DuocSoHoa": "VARCHAR", "DuocTaiSuDung": "VARCHAR",
                    "DuocLayTuKhoDMQG": "VARCHAR", "MaKetQuaThayThe": "VARCHAR"
                }],
                "DSKetNoiCSDL": [{"MaCSDL": "VARCHAR"}],
                "DanhSachLePhi": [{"Gia": "VARCHAR"}],
                "DanhSachGiayToKetQua": [{"DuongDanTepTinKetQua": "VARCHAR"}],
                "DanhSachHoSoBoSung": [{"NgayBoSung": "VARCHAR", "NgayTiepNhanBoSung": "VARCHAR"}]
            }'
        )) end as dossier,
        fault
    from raw
    where fault is not null or regexp_matches(line, '\S')
),

judged as (
    select
        row_no,
        line,
        dossier,
        case
            when fault is not null then fault
            when dossier is null then 'NOT_JSON'
            -- JSON, but a list, a text or a number
            when dossier.MaHoSo is null and not starts_with(ltrim(line, ' ' || chr(9)), '{') then 'NOT_JSON'
            -- DuckDB reads a comma before a closing bracket as harmless; it is not JSON
            when regexp_matches(line, ', ?[}\]]')
                and regexp_matches(regexp_replace(line, '"(?:[^"\\]|\\.)*"', '""', 'g'), ',\s*[}\]]') then 'NOT_JSON'
        end as fault
    from told
),

fields as (
    select
        row_no,
        fault,
        case when dossier.KenhThucHien is not null then true else contains(line, '"KenhThucHien"') end as has_channel_key,
        -- names of a struct's fields differ in more than case; a quotation mark in front would be found too often on the way
        case when fault is null and contains(line, 'madonvi"') then json_extract_string(line, '$.madonvi') end as lower_case_unit,
        unnest(case when fault is null then dossier end)
    from judged
),

lists as (
    select
        * exclude (TaiLieuNop, DSKetNoiCSDL, DanhSachLePhi, DanhSachGiayToKetQua, DanhSachHoSoBoSung),
        list_filter(TaiLieuNop, lambda it: it is not null and not is_yes(it.IsDeleted)) as attachments,
        list_filter(list_transform(DSKetNoiCSDL, lambda it: landed_database(it.MaCSDL)), lambda it: it is not null) as databases,
        list_transform(list_filter(DanhSachLePhi, lambda it: it is not null), lambda it: parse_amount(it.Gia)) as fees,
        list_transform(DanhSachGiayToKetQua, lambda it: null_if_blank(it.DuongDanTepTinKetQua) is not null) as results,
        -- most dossiers have none
        case when len(DanhSachHoSoBoSung) > 0 then list_transform(
            list_filter(DanhSachHoSoBoSung, lambda it: it is not null),
            lambda it: {
                requested_at: parse_timestamp(it.NgayBoSung),
                requested: landed_date(it.NgayBoSung),
                received: landed_date(it.NgayTiepNhanBoSung)
            }
        ) end as supplements,
        is_plain_title(TenTTHC) as is_plain_procedure,
        is_plain_title(TenLinhVuc) as is_plain_field,
        is_plain_office(DonViXuLy) as is_plain_office
    from fields
),

supplemented as (
    select
        *,
        case when not is_plain_procedure then scrub(TenTTHC) end as procedure_title,
        case when not is_plain_field then scrub(TenLinhVuc) end as field_title,
        case when not is_plain_office then scrub(DonViXuLy) end as office,
        -- a request whose date cannot be read is the one to land, so that the contract refuses it
        case when len(supplements) > 0 then coalesce(
            list_filter(supplements, lambda it: it.requested is not null and it.requested_at is null)[1],
            list_last(list_sort(list_filter(supplements, lambda it: it.requested_at is not null)))
        ) end as supplement
    from lists
),

final as (
    select
        row_no,
        fault,
        landed_code(MaHoSo) as dossier_code,
        landed_code(MaTTHC) as procedure_code,
        case when is_plain_procedure then TenTTHC else landed_title(procedure_title) end as procedure_name,
        landed_word(MaLinhVuc) as field_code,
        case when is_plain_field then TenLinhVuc else landed_title(field_title) end as field_name,
        landed_digit(KenhThucHien) as channel,
        has_channel_key,
        landed_digit(LoaiDoiTuong) as applicant_type,
        landed_digit(TrangThaiHoSo) as status,
        landed_date(NgayNopHoSo) as submitted_at,
        landed_date(NgayTiepNhan) as received_at,
        landed_date(NgayHenTra) as due_at,
        landed_date(NgayKetThucXuLy) as finished_at,
        landed_date(NgayTra) as returned_at,
        landed_date(NgayTuChoi) as rejected_at,
        landed_digit(coalesce(null_if_blank(HinhThucTra), HinhThuc)) as return_method,
        case when is_plain_office then DonViXuLy else landed_organisation(office) end as processing_unit_name,
        landed_unit(coalesce(null_if_blank(MaDonVi), lower_case_unit)) as unit_code_field,
        landed_unit($envelope_unit_code::varchar) as envelope_unit_code,
        landed_digit(NoiNopHoSo) as submitted_via,
        landed_digit(DuocThanhToanTrucTuyen) as paid_online,
        landed_digit(HoSoCoThanhPhanSoHoa) as has_digitised_component,
        landed_digit(TaiKhoanDuocXacThucVoiVNeID) as vneid_verified,
        len(attachments)::integer as attachment_count,
        len(list_filter(attachments, lambda it: is_yes(it.DuocSoHoa)))::integer as digitised_count,
        len(list_filter(attachments, lambda it: is_reused(it)))::integer as reused_count,
        len(list_filter(attachments, lambda it: is_yes(it.DuocLayTuKhoDMQG)))::integer as from_store_count,
        array_to_string(databases, ',') as database_codes,
        len(fees)::integer as fee_count,
        list_sum(fees)::varchar as fee_total,
        len(list_filter(fees, lambda it: it is null))::integer as fee_bad_count,
        len(list_filter(results, lambda it: it)) > 0 as has_result_file,
        coalesce(len(supplements), 0)::integer as supplement_count,
        supplement.requested as supplement_requested_at,
        supplement.received as supplement_received_at
    from supplemented
)

select * from final
