-- One row per row of a certificate register: a certificate typed, or what is wrong with the row.
with

rows_landed as (select * from landed),

unit_codes as (select source_unit_code, any_value(unit_code) as unit_code from unit_xref group by all),

typed as (
    select
        row_no,
        fault,
        upper(regexp_replace(regexp_replace(null_if_blank(serial_number), '^0[xX]', ''), '[\s:.-]', '', 'g')) as serial,
        null_if_blank(serial_number) as serial_text,
        holder_type,
        holder_key,
        holder_problem,
        coalesce(position_group, 'other') as position_group,
        -- a statistical code that lost its leading zeros as a number
        case
            when regexp_full_match(unit_identifier(unit_code), '\d') then lpad(unit_code, 2, '0')
            when regexp_full_match(unit_identifier(unit_code), '\d{3,4}') then lpad(unit_code, 5, '0')
            else unit_identifier(unit_code)
        end as source_unit_code,
        unit_name,
        case when not starts_with(issuer, '•••(') then null_if_blank(issuer) end as issuer,
        coalesce(device_type, 'TOKEN') as device_type,
        parse_date(valid_from) as valid_from,
        null_if_no_date(valid_from) as valid_from_text,
        parse_date(valid_to) as valid_to,
        null_if_no_date(valid_to) as valid_to_text,
        parse_date(revoked_at) as revoked_at,
        null_if_no_date(revoked_at) as revoked_at_text,
        status as stated_status,
        parse_timestamp(last_used_at) as last_used_at,
        null_if_no_date(last_used_at) as last_used_at_text,
        parse_date(as_of) as register_as_of,
        null_if_no_date(as_of) as as_of_text
    from rows_landed
),

resolved as (
    select
        typed.*,
        unit_codes.unit_code,
        regexp_full_match(serial, '[0-9A-F]{4,64}')
        and regexp_matches(serial, '\d')
        and not regexp_full_match(serial, '\d{9,12}')
        -- what a spreadsheet makes of a long number: its digits are lost
        and not regexp_matches(serial_text, '^\d([.,]\d+)?[eE]\+|^\d[.,]\d+[eE]') as is_serial
    from typed
    left join unit_codes using (source_unit_code)
),

judged as (
    select
        resolved.*,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case when serial is null
                        then {'field': 'serial_number', 'reason': 'MISSING', 'value': null} end,
                    case when not is_serial
                        then {'field': 'serial_number', 'reason': 'VALUE', 'value': safe_value(serial_text)} end,
                    case
                        when holder_type is null
                            then {'field': 'holder_type', 'reason': 'MISSING', 'value': null}
                        when holder_type not in ('ca_nhan', 'co_quan', 'thiet_bi_dich_vu')
                            then {'field': 'holder_type', 'reason': 'VALUE', 'value': safe_value(holder_type)}
                    end,
                    case when holder_problem is not null
                        then {'field': 'holder_ref', 'reason': holder_problem, 'value': null} end,
                    case
                        when source_unit_code is null and unit_name is null
                            then {'field': 'unit_code', 'reason': 'MISSING', 'value': null}
                        when source_unit_code is null
                            then {'field': 'unit_name', 'reason': 'UNKNOWN_UNIT', 'value': unit_name}
                        when unit_code is null
                            then {'field': 'unit_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(source_unit_code)}
                    end,
                    case when device_type not in ('TOKEN', 'SIM', 'SOFT', 'RSSP', 'HSM')
                        then {'field': 'device_type', 'reason': 'VALUE', 'value': safe_value(device_type)} end,
                    case
                        when valid_from_text is null
                            then {'field': 'valid_from', 'reason': 'MISSING', 'value': null}
                        when valid_from is null
                            then {'field': 'valid_from', 'reason': 'VALUE', 'value': safe_value(valid_from_text)}
                    end,
                    case
                        when valid_to_text is null
                            then {'field': 'valid_to', 'reason': 'MISSING', 'value': null}
                        when valid_to is null
                            then {'field': 'valid_to', 'reason': 'VALUE', 'value': safe_value(valid_to_text)}
                        when valid_to < valid_from
                            then {'field': 'valid_to', 'reason': 'INTEGRITY', 'value': safe_value(valid_to_text)}
                    end,
                    case when revoked_at is null and revoked_at_text is not null
                        then {'field': 'revoked_at', 'reason': 'VALUE', 'value': safe_value(revoked_at_text)} end,
                    case when last_used_at is null and last_used_at_text is not null
                        then {'field': 'last_used_at', 'reason': 'VALUE', 'value': safe_value(last_used_at_text)} end,
                    case when starts_with(stated_status, '•••(')
                        then {'field': 'status', 'reason': 'VALUE', 'value': safe_value(stated_status)} end,
                    case
                        when as_of_text is null
                            then {'field': 'as_of', 'reason': 'MISSING', 'value': null}
                        when register_as_of is null or register_as_of > $fetched_at::date
                            then {'field': 'as_of', 'reason': 'VALUE', 'value': safe_value(as_of_text)}
                    end
                ],
                lambda problem: problem is not null
            )
        end as problems
    from resolved
),

final as (
    select
        row_no,
        problems,
        register_as_of::timestamp as event_at,
        serial as serial_number,
        unit_code,
        source_unit_code,
        holder_type,
        holder_key,
        position_group,
        issuer,
        device_type,
        valid_from,
        valid_to,
        revoked_at,
        stated_status,
        last_used_at,
        register_as_of
    from judged
)

select * from final
