-- One row per line of a month's file: a dossier as JSON, some of them in an earlier state first, and the dirty copies.
-- The lines are put together as text: three times as fast as making them from structs. Only the wires hold free text, and those are escaped.
with

dossiers as (select * from dossier where file_month = getvariable('file_month')),

versions as (
    select
        *,
        unnest(case dirt
            when 'clean' then ['final']
            when 'repeated' then ['earlier', 'final']
            else ['final', dirt]
        end) as version
    from dossiers
),

numbered as (
    select
        versions.*,
        -- looked up without a join, which might change the order of the lines
        getvariable('procedure_wires')[procedure_no] as procedure_wire,
        getvariable('unit_wires')[unit_no] as unit_wire,
        version <> 'earlier' as is_final,
        -- whoever handed it in: a number, so that nobody can take it for a person
        lpad((come_at::date - date '2025-01-01')::varchar, 3, '0') || right(dossier_code, 4) as person_no
    from versions
)

-- concat takes null for an empty text, which is how the interface writes a missing day
select concat(
    '{"MaHoSo":"',
    case version
        when 'unknown_unit' then 'H24.999' || right(dossier_code, 12)
        when 'impossible_day' then dossier_code || '9'
        else dossier_code
    end,
    '",', procedure_wire,
    ',"KenhThucHien":', case when is_channel_missing then 'null' else concat('"', channel, '"') end,
    ',"LoaiDoiTuong":"', applicant_type,
    '","ChuHoSo":"Người nộp ', person_no,
    '","SoDienThoai":"099', person_no,
    '","DinhDanhCHS":[{"LoaiDinhDanh":"1","SoDinhDanh":"99999', person_no,
    '"}],"TrichYeuHoSo":"Đơn của người nộp ', person_no,
    '","NgayNopHoSo":"', wire_time(submitted_at),
    '","NgayTiepNhan":"', wire_time(received_at),
    '","NgayHenTra":"', case when version = 'impossible_day' then '20261345170000' else wire_time(due_at) end,
    '","NgayKetThucXuLy":"', case when is_final then wire_time(finished_at) end,
    '","NgayTra":"', case when is_final then wire_time(returned_at) end,
    '","NgayTuChoi":"', case when is_final then wire_time(rejected_at) end,
    '","TrangThaiHoSo":"', case when is_final then status else 4 end,
    '","HinhThuc":"', (channel = 3)::integer,
    '",', unit_wire,
    ',"NoiNopHoSo":"', case when paid_online = 2 then 2 else 1 end,
    '","HoSoCoThanhPhanSoHoa":"', is_digitised::integer,
    '","TaiKhoanDuocXacThucVoiVNeID":"', is_vneid_verified::integer,
    '","DuocThanhToanTrucTuyen":"', paid_online,
    '","DSKetNoiCSDL":[', case when is_database_used then concat(
        '{"MaCSDL":"CSDLQGVDC"}',
        case
            when contains(procedure_wire, '"G11-DD01"') then ',{"MaCSDL":"CSDLQGDD"}'
            when contains(procedure_wire, '"G15-TP08"') then ',{"MaCSDL":"CSDLHT"}'
            when contains(procedure_wire, '"G05-KD01"') then ',{"MaCSDL":"CSDLDN"}'
        end
    ) end,
    '],"TaiLieuNop":[', wire_paper(1, is_digitised, is_reused, is_from_store),
    case when paper_count > 1 then ',' || wire_paper(2, false, false, false) end,
    '],"DanhSachLePhi":[', case when has_fee then concat('{"TenPhiLePhi":"Lệ phí","Gia":"', fee_vnd, '"}') end,
    '],"DanhSachHoSoBoSung":[', case when supplement_count > 0 then wire_supplement(requested_at, answered_at) end,
    case when supplement_count > 1 then ',' || wire_supplement(second_requested_at, second_answered_at) end,
    '],"DanhSachGiayToKetQua":[',
    case
        when has_result_file and is_final
            then concat('{"MaGiayToKetQua":"KQ.', person_no, '","DuongDanTepTinKetQua":"/ket-qua/', person_no, '.pdf"}')
    end,
    ']}'
) as line
from numbered
