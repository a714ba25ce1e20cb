-- PostgreSQL: khung nhìn hồ sơ và tài khoản chỉ đọc cho IOC; chạy bằng tài khoản quản trị của hệ thống một cửa.
-- Bên phải "as" là tên cột mà IOC đọc: giữ nguyên. Bên trái là cột của hệ thống một cửa: thay bằng cột thật của đơn vị.
-- Không đưa họ tên, số định danh, điện thoại, địa chỉ vào khung nhìn.
create schema ioc;

create view ioc.v_ioc_dossier as
select
    hs.so_ho_so               as ma_ho_so,
    dv.ma_dinh_danh           as ma_don_vi,
    dv.ten                    as ten_don_vi,
    tt.ma                     as ma_tthc,
    tt.ten                    as ten_tthc,
    tt.ma_linh_vuc            as ma_linh_vuc,
    tt.linh_vuc               as ten_linh_vuc,
    hs.kenh                   as kenh_thuc_hien,
    tt.muc_do                 as muc_do,
    hs.trang_thai             as trang_thai,
    hs.ngay_nop               as ngay_nop,
    hs.ngay_tiep_nhan         as ngay_tiep_nhan,
    hs.ngay_hen_tra           as ngay_hen_tra,
    hs.ngay_xong              as ngay_ket_thuc_xu_ly,
    hs.ngay_tra               as ngay_tra,
    hs.ngay_bo_sung           as ngay_yeu_cau_bo_sung,
    hs.ngay_tu_choi           as ngay_tu_choi,
    hs.so_giay_to_so_hoa      as co_so_hoa,
    hs.so_giay_to_tai_su_dung as co_tai_su_dung,
    hs.so_giay_to_tu_kho      as lay_tu_kho_dmqg,
    hs.co_ket_qua_dien_tu     as co_ket_qua_dien_tu,
    hs.ket_qua_ky_so          as ket_qua_ky_so,
    hs.thanh_toan             as thanh_toan_truc_tuyen,
    hs.co_phi                 as co_nghia_vu_tai_chinh,
    hs.cap_nhat_luc           as ngay_cap_nhat,
    hs.da_xoa                 as da_xoa
from motcua.ho_so as hs
inner join motcua.don_vi as dv on dv.id = hs.don_vi_id
inner join motcua.thu_tuc as tt on tt.id = hs.thu_tuc_id;

create index ho_so_cap_nhat on motcua.ho_so (cap_nhat_luc, so_ho_so);

create role ioc_reader login password 'DOI-MAT-KHAU-NAY';
grant usage on schema ioc to ioc_reader;
grant select on ioc.v_ioc_dossier to ioc_reader;
