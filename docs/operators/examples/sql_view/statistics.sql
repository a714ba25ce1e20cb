-- PostgreSQL: khung nhìn số liệu tổng hợp theo biểu II.06a, dùng khi hệ thống một cửa không cho đọc từng hồ sơ.
-- Mỗi dòng một đơn vị (hoặc một lĩnh vực của đơn vị) trong một khoảng ngày. Bên phải "as" giữ nguyên.
create view ioc.v_ioc_dossier_stat as
select
    bc.ma_don_vi    as unit_code,
    bc.linh_vuc     as field_name,
    bc.tu_ngay      as ky_tu,
    bc.den_ngay     as ky_den,
    bc.tong_nhan    as received_total,
    bc.truc_tuyen   as received_online,
    bc.truc_tiep    as received_direct_postal,
    bc.ky_truoc     as received_carried,
    bc.tong_xong    as done_total,
    bc.truoc_han    as done_early,
    bc.dung_han     as done_on_time,
    bc.qua_han      as done_late,
    bc.tong_dang    as open_total,
    bc.dang_trong   as open_in_time,
    bc.dang_qua     as open_overdue
from motcua.bao_cao_06a as bc;

grant select on ioc.v_ioc_dossier_stat to ioc_reader;
