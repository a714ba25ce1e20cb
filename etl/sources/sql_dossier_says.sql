-- One row: how far a page of v_ioc_dossier reads, and how many of its names have lost their Vietnamese letters. Reads `raw`.
select
    -- a change in the future is a wrong clock: read up to it, nothing would ever be read again
    max(ngay_cap_nhat) filter (
        where regexp_matches(ngay_cap_nhat, '^(\d{4}-\d\d-\d\d|\d{14}$|\d{8}$)') and parse_timestamp(view_moment(ngay_cap_nhat)) <= $fetched_at
    ) as read_to,
    count(*) filter (where contains(concat(ten_don_vi, ten_tthc, ten_linh_vuc), '?')) as lost
from raw
