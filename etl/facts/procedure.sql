-- One row per row of a table of procedures: a procedure typed, or what is wrong with the row.
with

rows_landed as (select * from landed),

typed as (
    select
        row_no,
        fault,
        upper(null_if_blank(procedure_code)) as code,
        null_if_blank(name) as name,
        null_if_blank(field_code) as field_code,
        null_if_blank(field_name) as field_name,
        authority_level,
        service_level,
        eligible_full,
        has_fee,
        parse_decimal(max_time)::double as max_time,
        null_if_blank(max_time) as max_time_text,
        max_time_unit,
        returns_document,
        subject,
        parse_date(valid_from) as valid_from,
        null_if_no_date(valid_from) as valid_from_text,
        parse_date(valid_to) as valid_to,
        null_if_no_date(valid_to) as valid_to_text
    from rows_landed
),

judged as (
    select
        *,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case
                        when code is null
                            then {'field': 'procedure_code', 'reason': 'MISSING', 'value': null}
                        -- a spreadsheet that took the code for a number dropped its last zeros
                        when not regexp_full_match(code, '\d{1,2}\.\d{6}(\..+)?')
                            then {'field': 'procedure_code', 'reason': 'VALUE', 'value': safe_value(code)}
                    end,
                    case when name is null then {'field': 'name', 'reason': 'MISSING', 'value': null} end,
                    case when starts_with(field_code, '•••(')
                        then {'field': 'field_code', 'reason': 'VALUE', 'value': safe_value(field_code)} end,
                    case when max_time_text is not null and coalesce(max_time <= 0, true)
                        then {'field': 'max_time', 'reason': 'VALUE', 'value': safe_value(max_time_text)} end,
                    case when max_time is not null and max_time_unit is null
                        then {'field': 'max_time_unit', 'reason': 'MISSING', 'value': null} end,
                    case when valid_from is null and valid_from_text is not null
                        then {'field': 'valid_from', 'reason': 'VALUE', 'value': safe_value(valid_from_text)} end,
                    case
                        when valid_to is null and valid_to_text is not null
                            then {'field': 'valid_to', 'reason': 'VALUE', 'value': safe_value(valid_to_text)}
                        when valid_to < valid_from
                            then {'field': 'valid_to', 'reason': 'INTEGRITY', 'value': safe_value(valid_to_text)}
                    end
                ],
                lambda problem: problem is not null
            ) || list_transform(
                list_filter(
                    [
                        {'field': 'authority_level', 'text': authority_level},
                        {'field': 'service_level', 'text': service_level},
                        {'field': 'eligible_full', 'text': eligible_full},
                        {'field': 'has_fee', 'text': has_fee},
                        {'field': 'max_time_unit', 'text': max_time_unit},
                        {'field': 'returns_document', 'text': returns_document},
                        {'field': 'subject', 'text': subject}
                    ],
                    -- a word that nobody knows was not landed
                    lambda it: starts_with(it.text, '•••(')
                ),
                lambda it: {'field': it.field, 'reason': 'VALUE', 'value': it.text}
            )
        end as problems
    from typed
),

final as (
    select
        row_no,
        problems,
        case when valid_from <= $fetched_at::date then valid_from::timestamp end as event_at,
        regexp_extract(code, '^[^.]+\.[^.]+') as procedure_base,
        name,
        field_code,
        field_name,
        authority_level,
        service_level,
        try_cast(eligible_full as boolean) as eligible_full,
        try_cast(has_fee as boolean) as has_fee,
        max_time,
        max_time_unit,
        try_cast(returns_document as boolean) as returns_document,
        subject,
        valid_from,
        valid_to
    from judged
)

select * from final
