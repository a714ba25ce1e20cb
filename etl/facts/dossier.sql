-- One row per landed dossier: its fields typed, what refuses it (problems), what is odd about it (issues).
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
        parse_timestamp(submitted_at) as submitted,
        parse_timestamp(received_at) as received,
        parse_timestamp(due_at) as due,
        parse_timestamp(finished_at) as finished,
        parse_timestamp(returned_at) as returned,
        parse_timestamp(rejected_at) as rejected,
        parse_timestamp(supplement_requested_at) as requested,
        parse_timestamp(supplement_received_at) as answered,
        parse_integer(status) as status_code,
        parse_integer(channel) as stated_channel,
        parse_integer(applicant_type) as applicant,
        parse_integer(paid_online) as paid,
        parse_integer(return_method)::varchar as returned_how,
        parse_integer(submitted_via)::varchar as submitted_where,
        parse_flag(has_digitised_component) as is_digitised,
        parse_flag(vneid_verified) as is_verified,
        unit_identifier(split_part(dossier_code, '-', 1)) as numbered_by
    from dossiers_landed
),

-- the unit is the one that the row names; else the one that numbered it, if we know it; else the sender, who may send for many
told as (
    select
        typed.*,
        case
            when unit_code_field is not null then unit_identifier(unit_code_field)
            when unit_codes.unit_code is null and envelope_unit_code is not null then unit_identifier(envelope_unit_code)
            else numbered_by
        end as source_unit_code
    from typed
    left join unit_codes on unit_codes.source_unit_code = typed.numbered_by
),

located as (
    select told.*, unit_codes.unit_code, unit_codes.former_code
    from told
    left join unit_codes using (source_unit_code)
),

-- what is odd about the row, and per field the reason that refuses it; of a row that could not be read at all nothing more is said
examined as (
    select
        *,
        coalesce(stated_channel is null, false) as is_channel_missing,
        coalesce(not has_channel_key, false) as is_channel_key_missing,
        coalesce(applicant not between 1 and 4, false) as is_applicant_unknown,
        coalesce(is_before(due, received), false) as is_due_early,
        coalesce(is_before(finished, received), false) as is_finished_early,
        coalesce(received > $fetched_at + interval 1 day, false) as is_in_future,
        coalesce(fee_bad_count > 0, false) as is_fee_unreadable,
        coalesce(contains(database_codes, '•••('), false) as is_database_unreadable,
        case when dossier_code is null then 'MISSING' when not is_code(dossier_code) then 'VALUE' end as code_reason,
        case when procedure_code is null then 'MISSING' when not is_code(procedure_code) then 'VALUE' end as procedure_reason,
        case when status is null then 'MISSING' when coalesce(status_code, 0) not between 1 and 10 then 'VALUE' end as status_reason,
        case
            -- a dossier that was open at the reform is the present unit's
            when former_code is not null and status_code in (3, 7, 8, 9, 10)
                and greatest(received, finished, returned, rejected, requested, answered) < date '2025-07-01' then 'FORMER_UNIT'
            when unit_code is not null then null
            when unit_code_field is not null or envelope_unit_code is not null or is_code(dossier_code) then 'UNKNOWN_UNIT'
        end as unit_reason,
        case
            when received_at is null and status_code between 1 and 10 and status_code not in (1, 3) then 'MISSING'
            else value_fault(received_at, received)
        end as received_reason,
        case when stated_channel not in (1, 2, 3) then 'VALUE' else value_fault(channel, stated_channel) end as channel_reason,
        case when paid not between 0 and 3 then 'VALUE' else value_fault(paid_online, paid) end as paid_reason,
        case when starts_with(field_code, '•••(') then 'VALUE' end as field_reason,
        value_fault(applicant_type, applicant) as applicant_reason,
        value_fault(return_method, returned_how) as returned_how_reason,
        value_fault(submitted_via, submitted_where) as submitted_where_reason,
        value_fault(has_digitised_component, is_digitised) as digitised_reason,
        value_fault(vneid_verified, is_verified) as verified_reason,
        value_fault(submitted_at, submitted) as submitted_reason,
        value_fault(due_at, due) as due_reason,
        value_fault(finished_at, finished) as finished_reason,
        value_fault(returned_at, returned) as returned_reason,
        value_fault(rejected_at, rejected) as rejected_reason,
        value_fault(supplement_requested_at, requested) as requested_reason,
        value_fault(supplement_received_at, answered) as answered_reason
    from located
),

judged as (
    select
        *,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            -- most rows: no list is made
            when coalesce(
                code_reason, procedure_reason, status_reason, unit_reason, received_reason, channel_reason, paid_reason, field_reason,
                applicant_reason, returned_how_reason, submitted_where_reason, digitised_reason, verified_reason, submitted_reason,
                due_reason, finished_reason, returned_reason, rejected_reason, requested_reason, answered_reason
            ) is null then []
            else shown_problems(
                [
                    {'field': 'MaHoSo', 'reason': code_reason, 'value': dossier_code},
                    {'field': 'MaTTHC', 'reason': procedure_reason, 'value': procedure_code},
                    {'field': 'TrangThaiHoSo', 'reason': status_reason, 'value': status},
                    {'field': 'MaDonVi', 'reason': unit_reason, 'value': source_unit_code},
                    {'field': 'NgayTiepNhan', 'reason': received_reason, 'value': received_at},
                    {'field': 'KenhThucHien', 'reason': channel_reason, 'value': channel},
                    {'field': 'DuocThanhToanTrucTuyen', 'reason': paid_reason, 'value': paid_online},
                    {'field': 'MaLinhVuc', 'reason': field_reason, 'value': field_code},
                    {'field': 'LoaiDoiTuong', 'reason': applicant_reason, 'value': applicant_type},
                    {'field': 'HinhThuc', 'reason': returned_how_reason, 'value': return_method},
                    {'field': 'NoiNopHoSo', 'reason': submitted_where_reason, 'value': submitted_via},
                    {'field': 'HoSoCoThanhPhanSoHoa', 'reason': digitised_reason, 'value': has_digitised_component},
                    {'field': 'TaiKhoanDuocXacThucVoiVNeID', 'reason': verified_reason, 'value': vneid_verified},
                    {'field': 'NgayNopHoSo', 'reason': submitted_reason, 'value': submitted_at},
                    {'field': 'NgayHenTra', 'reason': due_reason, 'value': due_at},
                    {'field': 'NgayKetThucXuLy', 'reason': finished_reason, 'value': finished_at},
                    {'field': 'NgayTra', 'reason': returned_reason, 'value': returned_at},
                    {'field': 'NgayTuChoi', 'reason': rejected_reason, 'value': rejected_at},
                    {'field': 'NgayBoSung', 'reason': requested_reason, 'value': supplement_requested_at},
                    {'field': 'NgayTiepNhanBoSung', 'reason': answered_reason, 'value': supplement_received_at}
                ]
            )
        end as problems,
        case
            -- most rows: no list is made
            when not (
                is_channel_missing or is_channel_key_missing or is_applicant_unknown or is_due_early
                or is_finished_early or is_in_future or is_fee_unreadable or is_database_unreadable
            ) then []
            else list_filter(
                [
                    case when is_channel_missing then 'channel_imputed' end,
                    case when is_channel_key_missing then 'channel_key_missing' end,
                    case when is_applicant_unknown then 'applicant_type_unknown' end,
                    case when is_due_early then 'due_before_received' end,
                    case when is_finished_early then 'finished_before_received' end,
                    case when is_in_future then 'received_in_future' end,
                    case when is_fee_unreadable then 'fee_unreadable' end,
                    case when is_database_unreadable then 'database_code_unreadable' end
                ],
                lambda issue: issue is not null
            )
        end as issues
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
            case when answered <= $fetched_at then answered end
        ) as event_at,
        dossier_code,
        unit_code,
        source_unit_code,
        processing_unit_name,
        procedure_code,
        array_to_string(string_split(procedure_code, '.')[:2], '.') as procedure_base,
        procedure_name,
        field_code,
        field_name,
        -- no channel counts as the counter
        try_cast(coalesce(stated_channel, 1) as tinyint) as channel,
        stated_channel is null as channel_imputed,
        try_cast(case when applicant between 1 and 4 then applicant end as tinyint) as applicant_type,
        try_cast(status_code as tinyint) as status_code,
        submitted as submitted_at,
        received as received_at,
        due as due_at,
        finished as finished_at,
        returned as returned_at,
        rejected as rejected_at,
        returned_how as return_method,
        submitted_where as submitted_via,
        try_cast(paid as tinyint) as paid_online,
        is_digitised as has_digitised_component,
        is_verified as vneid_verified,
        attachment_count,
        digitised_count,
        reused_count,
        from_store_count,
        list_filter(string_split(database_codes, ','), lambda code: code <> '' and not starts_with(code, '•••(')) as database_codes,
        -- no list of fees: unknown; an amount that cannot be read: unknown, with an issue; an empty list: free
        case when fee_bad_count = 0 then coalesce(round(try_cast(fee_total as decimal(18, 2))), 0)::decimal(18, 0) end as fee_total,
        has_result_file,
        coalesce(supplement_count, 0) as supplement_count,
        requested as supplement_requested_at,
        answered as supplement_received_at,
        -- the wire format has no word for these
        null::tinyint as service_level_code,
        null::boolean as has_fee_obligation,
        null::boolean as is_result_signed,
        false as is_deleted,
        issues
    from judged
)

select * from final
