-- One row per landed row of a view of dossiers: its fields typed, what refuses it (problems), what is odd about it (issues).
with

dossiers_landed as (select * from landed),

-- a bare code that another unit bore before the reform is `former_code` for days before it
unit_codes as (
    select upper(known.source_unit_code) as source_unit_code, any_value(known.unit_code) as unit_code, any_value(former.unit_code) as former_code
    from unit_xref as known
    left join unit_xref as former on former.source_unit_code = known.source_unit_code || '@2024-12-31'
    group by all
),

typed as (
    select
        *,
        unit_identifier(ma_don_vi) as source_unit_code,
        coalesce(try_strptime(ngay_nop, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_nop)) as submitted,
        coalesce(try_strptime(ngay_tiep_nhan, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_tiep_nhan)) as received,
        coalesce(try_strptime(ngay_hen_tra, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_hen_tra)) as due,
        coalesce(try_strptime(ngay_ket_thuc_xu_ly, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_ket_thuc_xu_ly)) as finished,
        coalesce(try_strptime(ngay_tra, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_tra)) as returned,
        coalesce(try_strptime(ngay_tu_choi, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_tu_choi)) as rejected,
        coalesce(try_strptime(ngay_yeu_cau_bo_sung, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_yeu_cau_bo_sung)) as requested,
        coalesce(try_strptime(ngay_cap_nhat, '%Y-%m-%d %H:%M:%S'), parse_timestamp(ngay_cap_nhat)) as updated,
        parse_integer(trang_thai) as status_code,
        parse_integer(kenh_thuc_hien) as stated_channel,
        parse_integer(muc_do) as level_code,
        parse_integer(thanh_toan_truc_tuyen) as paid,
        parse_flag(co_so_hoa) as is_digitised,
        -- a flag, or how many papers
        coalesce(parse_integer(co_tai_su_dung), parse_flag(co_tai_su_dung)::integer) as reused_papers,
        coalesce(parse_integer(lay_tu_kho_dmqg), parse_flag(lay_tu_kho_dmqg)::integer) as store_papers,
        parse_flag(co_ket_qua_dien_tu) as is_with_result,
        parse_flag(ket_qua_ky_so) as is_signed,
        parse_flag(co_nghia_vu_tai_chinh) as is_with_fee,
        parse_flag(da_xoa) as is_taken_out
    from dossiers_landed
),

located as (
    select typed.*, unit_codes.unit_code, unit_codes.former_code
    from typed
    left join unit_codes using (source_unit_code)
),

-- per field the reason that refuses the row
examined as (
    select
        *,
        case when ma_ho_so is null then 'MISSING' when not is_code(ma_ho_so) then 'VALUE' end as code_reason,
        case
            when ma_don_vi is null then 'MISSING'
            when unit_code is null then 'UNKNOWN_UNIT'
            -- a dossier that was open at the reform is the present unit's
            when former_code is not null and status_code in (3, 7, 8, 9, 10)
                and greatest(received, finished, returned, rejected, requested) < date '2025-07-01' then 'FORMER_UNIT'
        end as unit_reason,
        case when ma_tthc is null then 'MISSING' when not is_code(ma_tthc) then 'VALUE' end as procedure_reason,
        case when trang_thai is null then 'MISSING' when coalesce(status_code, 0) not between 1 and 10 then 'VALUE' end as status_reason,
        case
            when ngay_tiep_nhan is null and status_code between 1 and 10 and status_code not in (1, 3) then 'MISSING'
            else value_fault(ngay_tiep_nhan, received)
        end as received_reason,
        case when ngay_cap_nhat is null then 'MISSING' else value_fault(ngay_cap_nhat, updated) end as updated_reason,
        case when stated_channel not in (1, 2, 3) then 'VALUE' else value_fault(kenh_thuc_hien, stated_channel) end as channel_reason,
        case when level_code not between 1 and 4 then 'VALUE' else value_fault(muc_do, level_code) end as level_reason,
        case when paid not between 0 and 3 then 'VALUE' else value_fault(thanh_toan_truc_tuyen, paid) end as paid_reason,
        case when starts_with(ma_linh_vuc, '•••(') then 'VALUE' end as field_reason,
        value_fault(ngay_nop, submitted) as submitted_reason,
        value_fault(ngay_hen_tra, due) as due_reason,
        value_fault(ngay_ket_thuc_xu_ly, finished) as finished_reason,
        value_fault(ngay_tra, returned) as returned_reason,
        value_fault(ngay_tu_choi, rejected) as rejected_reason,
        value_fault(ngay_yeu_cau_bo_sung, requested) as requested_reason,
        value_fault(co_so_hoa, is_digitised) as digitised_reason,
        value_fault(co_tai_su_dung, reused_papers) as reused_reason,
        value_fault(lay_tu_kho_dmqg, store_papers) as store_reason,
        value_fault(co_ket_qua_dien_tu, is_with_result) as result_reason,
        value_fault(ket_qua_ky_so, is_signed) as signed_reason,
        value_fault(co_nghia_vu_tai_chinh, is_with_fee) as fee_reason,
        value_fault(da_xoa, is_taken_out) as deleted_reason
    from located
),

judged as (
    select
        *,
        case
            -- most rows: no list is made
            when coalesce(
                code_reason, unit_reason, procedure_reason, status_reason, received_reason, updated_reason, channel_reason,
                level_reason, paid_reason, field_reason, submitted_reason, due_reason, finished_reason, returned_reason,
                rejected_reason, requested_reason, digitised_reason, reused_reason, store_reason, result_reason, signed_reason,
                fee_reason, deleted_reason
            ) is null then []
            else shown_problems(
                [
                    {'field': 'ma_ho_so', 'reason': code_reason, 'value': ma_ho_so},
                    {'field': 'ma_don_vi', 'reason': unit_reason, 'value': source_unit_code},
                    {'field': 'ma_tthc', 'reason': procedure_reason, 'value': ma_tthc},
                    {'field': 'trang_thai', 'reason': status_reason, 'value': trang_thai},
                    {'field': 'ngay_tiep_nhan', 'reason': received_reason, 'value': ngay_tiep_nhan},
                    {'field': 'ngay_cap_nhat', 'reason': updated_reason, 'value': ngay_cap_nhat},
                    {'field': 'kenh_thuc_hien', 'reason': channel_reason, 'value': kenh_thuc_hien},
                    {'field': 'muc_do', 'reason': level_reason, 'value': muc_do},
                    {'field': 'thanh_toan_truc_tuyen', 'reason': paid_reason, 'value': thanh_toan_truc_tuyen},
                    {'field': 'ma_linh_vuc', 'reason': field_reason, 'value': ma_linh_vuc},
                    {'field': 'ngay_nop', 'reason': submitted_reason, 'value': ngay_nop},
                    {'field': 'ngay_hen_tra', 'reason': due_reason, 'value': ngay_hen_tra},
                    {'field': 'ngay_ket_thuc_xu_ly', 'reason': finished_reason, 'value': ngay_ket_thuc_xu_ly},
                    {'field': 'ngay_tra', 'reason': returned_reason, 'value': ngay_tra},
                    {'field': 'ngay_tu_choi', 'reason': rejected_reason, 'value': ngay_tu_choi},
                    {'field': 'ngay_yeu_cau_bo_sung', 'reason': requested_reason, 'value': ngay_yeu_cau_bo_sung},
                    {'field': 'co_so_hoa', 'reason': digitised_reason, 'value': co_so_hoa},
                    {'field': 'co_tai_su_dung', 'reason': reused_reason, 'value': co_tai_su_dung},
                    {'field': 'lay_tu_kho_dmqg', 'reason': store_reason, 'value': lay_tu_kho_dmqg},
                    {'field': 'co_ket_qua_dien_tu', 'reason': result_reason, 'value': co_ket_qua_dien_tu},
                    {'field': 'ket_qua_ky_so', 'reason': signed_reason, 'value': ket_qua_ky_so},
                    {'field': 'co_nghia_vu_tai_chinh', 'reason': fee_reason, 'value': co_nghia_vu_tai_chinh},
                    {'field': 'da_xoa', 'reason': deleted_reason, 'value': da_xoa}
                ]
            )
        end as problems,
        list_filter(
            [
                case when stated_channel is null then 'channel_imputed' end,
                case when is_before(due, received) then 'due_before_received' end,
                case when is_before(finished, received) then 'finished_before_received' end,
                case when received > $fetched_at + interval 1 day then 'received_in_future' end,
                case when updated > $fetched_at + interval 1 day then 'updated_in_future' end
            ],
            lambda issue: issue is not null
        ) as issues
    from examined
),

final as (
    select
        row_no,
        problems,
        greatest(
            case when submitted <= $fetched_at then submitted end,
            case when received <= $fetched_at then received end,
            case when finished <= $fetched_at then finished end,
            case when returned <= $fetched_at then returned end,
            case when rejected <= $fetched_at then rejected end,
            case when requested <= $fetched_at then requested end,
            case when updated <= $fetched_at then updated end
        ) as event_at,
        ma_ho_so as dossier_code,
        unit_code,
        source_unit_code,
        ten_don_vi as processing_unit_name,
        ma_tthc as procedure_code,
        array_to_string(string_split(ma_tthc, '.')[:2], '.') as procedure_base,
        ten_tthc as procedure_name,
        ma_linh_vuc as field_code,
        ten_linh_vuc as field_name,
        -- no channel counts as the counter
        try_cast(coalesce(stated_channel, 1) as tinyint) as channel,
        stated_channel is null as channel_imputed,
        null::tinyint as applicant_type,
        try_cast(status_code as tinyint) as status_code,
        submitted as submitted_at,
        received as received_at,
        due as due_at,
        finished as finished_at,
        returned as returned_at,
        rejected as rejected_at,
        null::varchar as return_method,
        null::varchar as submitted_via,
        try_cast(paid as tinyint) as paid_online,
        is_digitised as has_digitised_component,
        null::boolean as vneid_verified,
        null::integer as attachment_count,
        null::integer as digitised_count,
        reused_papers::integer as reused_count,
        store_papers::integer as from_store_count,
        null::varchar[] as database_codes,
        -- the amount is not told; whether there is a fee at all, is
        null::decimal(18, 0) as fee_total,
        is_with_result as has_result_file,
        (requested is not null)::integer as supplement_count,
        requested as supplement_requested_at,
        null::timestamp as supplement_received_at,
        try_cast(level_code as tinyint) as service_level_code,
        is_with_fee as has_fee_obligation,
        is_signed as is_result_signed,
        coalesce(is_taken_out, false) as is_deleted,
        issues
    from judged
)

select * from final
