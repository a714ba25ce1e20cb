-- One row per line of a month's file: a dossier, some of them in an earlier state first, and the dirty copies.
with

dossiers as (select * from dossier where file_month = getvariable('file_month')),

versions as (
    select
        *,
        unnest(case dirt
            when 'repeated' then ['earlier', 'final']
            when 'clean' then ['final']
            else ['final', dirt]
        end) as version
    from dossiers
),

numbered as (
    select
        versions.*,
        procedure.procedure_code,
        procedure.name as procedure_name,
        procedure.field_code,
        procedure.field_name,
        procedure.has_fee,
        unit.name as unit_name,
        version <> 'earlier' as is_final,
        lpad((versions.come_at::date - date '2025-01-01')::varchar, 3, '0') || right(dossier_code, 4) as person_no
    from versions
    inner join procedure on procedure.procedure_no = versions.procedure_no
    inner join unit on unit.unit_no = versions.unit_no
)

select
    case version
        when 'unknown_unit' then 'H24.999' || right(dossier_code, 12)
        when 'impossible_day' then dossier_code || '9'
        else dossier_code
    end as "MaHoSo",
    procedure_code as "MaTTHC",
    procedure_name as "TenTTHC",
    field_code as "MaLinhVuc",
    field_name as "TenLinhVuc",
    case when not is_channel_missing then channel::varchar end as "KenhThucHien",
    applicant_type::varchar as "LoaiDoiTuong",
    'Người nộp ' || person_no as "ChuHoSo",
    '099' || person_no as "SoDienThoai",
    [{'LoaiDinhDanh': '1', 'SoDinhDanh': '99999' || person_no}] as "DinhDanhCHS",
    'Đơn của người nộp ' || person_no as "TrichYeuHoSo",
    coalesce(strftime(submitted_at, '%Y%m%d%H%M%S'), '') as "NgayNopHoSo",
    coalesce(strftime(received_at, '%Y%m%d%H%M%S'), '') as "NgayTiepNhan",
    case when version = 'impossible_day' then '20261345170000' else coalesce(strftime(due_at, '%Y%m%d%H%M%S'), '') end as "NgayHenTra",
    case when is_final then coalesce(strftime(finished_at, '%Y%m%d%H%M%S'), '') else '' end as "NgayKetThucXuLy",
    case when is_final then coalesce(strftime(returned_at, '%Y%m%d%H%M%S'), '') else '' end as "NgayTra",
    case when is_final then coalesce(strftime(rejected_at, '%Y%m%d%H%M%S'), '') else '' end as "NgayTuChoi",
    case when is_final then status::varchar else '4' end as "TrangThaiHoSo",
    case when channel = 3 then '1' else '0' end as "HinhThuc",
    unit_name as "DonViXuLy",
    case when paid_online = 2 then '2' else '1' end as "NoiNopHoSo",
    is_digitised::integer::varchar as "HoSoCoThanhPhanSoHoa",
    is_vneid_verified::integer::varchar as "TaiKhoanDuocXacThucVoiVNeID",
    paid_online::varchar as "DuocThanhToanTrucTuyen",
    case when is_database_used then [{'MaCSDL': 'CSDLQGVDC'}] else [] end as "DSKetNoiCSDL",
    [
        {
            'TenTepDinhKem': 'giay-to-' || part || '.pdf',
            'DuocSoHoa': (part = 1 and is_digitised)::integer::varchar,
            'DuocTaiSuDung': (part = 1 and is_reused)::integer::varchar,
            'DuocLayTuKhoDMQG': (part = 1 and is_from_store)::integer::varchar
        }
        for part in range(1, paper_count + 1)
    ] as "TaiLieuNop",
    case
        when has_fee then [{'TenPhiLePhi': 'Lệ phí', 'Gia': fee_vnd::varchar}] else []
    end as "DanhSachLePhi",
    [
        {
            'NgayBoSung': strftime(case part when 1 then requested_at else second_requested_at end, '%Y%m%d%H%M%S'),
            'NgayTiepNhanBoSung':
                coalesce(strftime(case part when 1 then answered_at else second_answered_at end, '%Y%m%d%H%M%S'), ''),
            'TrangThaiBoSung': '1'
        }
        for part in range(1, supplement_count + 1)
    ] as "DanhSachHoSoBoSung",
    case
        when has_result_file and is_final
            then [{'MaGiayToKetQua': 'KQ.' || person_no, 'DuongDanTepTinKetQua': '/ket-qua/' || person_no || '.pdf'}]
        else []
    end as "DanhSachGiayToKetQua"
from numbered
