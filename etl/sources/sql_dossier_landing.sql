-- One row per row of a page of v_ioc_dossier: what is kept of it. Reads `raw` (row_no and the view's columns, all text); a field that
-- ought to be a code, a number or a date is kept as it came only if it has that shape. After etl/facts/macros.sql and dossier_macros.sql.
with

raw as (select * from raw),

-- a name in which the database has lost the Vietnamese letters says nothing
named as (
    select
        *,
        case when not contains(ten_don_vi, '?') then scrub(ten_don_vi) end as office,
        case when not contains(ten_tthc, '?') then scrub(ten_tthc) end as procedure_title,
        case when not contains(ten_linh_vuc, '?') then scrub(ten_linh_vuc) end as field_title
    from raw
),

final as (
    select
        row_no,
        null::varchar as fault,
        landed_code(ma_ho_so) as ma_ho_so,
        landed_unit(ma_don_vi) as ma_don_vi,
        landed_organisation(office) as ten_don_vi,
        landed_code(ma_tthc) as ma_tthc,
        landed_title(procedure_title) as ten_tthc,
        landed_word(ma_linh_vuc) as ma_linh_vuc,
        landed_title(field_title) as ten_linh_vuc,
        landed_digit(kenh_thuc_hien) as kenh_thuc_hien,
        landed_digit(muc_do) as muc_do,
        landed_digit(trang_thai) as trang_thai,
        view_moment(ngay_nop) as ngay_nop,
        view_moment(ngay_tiep_nhan) as ngay_tiep_nhan,
        view_moment(ngay_hen_tra) as ngay_hen_tra,
        view_moment(ngay_ket_thuc_xu_ly) as ngay_ket_thuc_xu_ly,
        view_moment(ngay_tra) as ngay_tra,
        view_moment(ngay_yeu_cau_bo_sung) as ngay_yeu_cau_bo_sung,
        view_moment(ngay_tu_choi) as ngay_tu_choi,
        landed_digit(co_so_hoa) as co_so_hoa,
        landed_digit(co_tai_su_dung) as co_tai_su_dung,
        landed_digit(lay_tu_kho_dmqg) as lay_tu_kho_dmqg,
        landed_digit(co_ket_qua_dien_tu) as co_ket_qua_dien_tu,
        landed_digit(ket_qua_ky_so) as ket_qua_ky_so,
        landed_digit(thanh_toan_truc_tuyen) as thanh_toan_truc_tuyen,
        landed_digit(co_nghia_vu_tai_chinh) as co_nghia_vu_tai_chinh,
        view_moment(ngay_cap_nhat) as ngay_cap_nhat,
        landed_digit(da_xoa) as da_xoa
    from named
)

select * from final order by row_no
