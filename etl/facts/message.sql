-- One row per message of the document axis: typed, with the units that it names, or what is wrong with it.
with

rows_landed as (select * from landed),

unit_codes as (select source_unit_code, any_value(unit_code) as unit_code from unit_xref group by all),

typed as (
    select
        row_no,
        fault,
        message_kind,
        from_code as from_text,
        unit_identifier(from_code) as from_code,
        from_name,
        list_transform(
            list_filter(coalesce(string_split(to_codes, chr(10)), []), lambda code: not starts_with(code, '•••(')),
            lambda code: unit_identifier(code)
        ) as to_codes,
        document_id,
        code_number,
        code_notation,
        coalesce(parse_date(promulgation_date), parse_date(string_split(document_id, ',')[2])) as promulgation_date,
        promulgation_date as promulgation_text,
        doc_type,
        parse_integer(business_type) as business_type,
        business_type as business_text,
        list_filter(coalesce(string_split(concerned_ids, chr(10)), []), lambda id: not starts_with(id, '•••(')) as concerned_ids,
        parse_flag(paper) as paper,
        paper as paper_text,
        coalesce(has_xml_signature = 'true', false) as has_xml_signature,
        signer_kind,
        coalesce(parse_integer(attachment_count), 0)::integer as attachment_count,
        coalesce(string_split(attachment_types, chr(10)), []) as attachment_types,
        attachment_pdf_signed = 'true' as attachment_pdf_signed,
        parse_integer(status_code) as status_number,
        status_code as status_text,
        parse_timestamp(status_at) as status_at,
        status_at as status_at_text,
        coalesce(string_split(response_for, chr(10)), []) as response_for,
        parse_timestamp(sent_at) as sent_at,
        sent_at as sent_at_text,
        coalesce(string_split(issues, ' '), []) as stated_issues
    from rows_landed
),

receivers as (
    select typed.row_no, list(distinct unit_codes.unit_code order by unit_codes.unit_code) as to_unit_codes
    from typed
    cross join unnest(typed.to_codes) as receiver (code)
    inner join unit_codes on unit_codes.source_unit_code = receiver.code
    group by all
),

located as (
    select
        typed.*,
        unit_codes.unit_code as from_unit_code,
        coalesce(receivers.to_unit_codes, []) as to_unit_codes,
        list_filter(typed.response_for, lambda id: not starts_with(id, '•••(')) as response_ids
    from typed
    left join unit_codes on unit_codes.source_unit_code = typed.from_code
    left join receivers on receivers.row_no = typed.row_no
),

judged as (
    select
        *,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case
                        when from_text is null
                            then {'field': 'from_code', 'reason': 'MISSING', 'value': null}
                        when starts_with(from_text, '•••(')
                            then {'field': 'from_code', 'reason': 'VALUE', 'value': safe_value(from_text)}
                        when from_unit_code is null and len(to_unit_codes) = 0
                            then {'field': 'from_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(from_code)}
                    end,
                    case
                        when message_kind = 'status' then null
                        when document_id is null
                            then {'field': 'document_id', 'reason': 'MISSING', 'value': null}
                        when starts_with(document_id, '•••(')
                            then {'field': 'document_id', 'reason': 'VALUE', 'value': safe_value(document_id)}
                    end,
                    case when message_kind = 'status' and len(response_ids) = 0
                        then {
                            'field': 'response_for',
                            'reason': case when len(response_for) = 0 then 'MISSING' else 'VALUE' end,
                            'value': safe_value(response_for[1])
                        } end,
                    case when message_kind = 'status' and (status_number is null or status_number not between 1 and 16)
                        then {'field': 'status_code', 'reason': 'VALUE', 'value': safe_value(status_text)} end,
                    case when business_text is not null and (business_type is null or business_type not between 0 and 3)
                        then {'field': 'business_type', 'reason': 'VALUE', 'value': safe_value(business_text)} end,
                    case when paper_text is not null and paper is null
                        then {'field': 'paper', 'reason': 'VALUE', 'value': safe_value(paper_text)} end,
                    case when promulgation_text is not null and parse_date(promulgation_text) is null
                        then {'field': 'promulgation_date', 'reason': 'VALUE', 'value': safe_value(promulgation_text)} end,
                    case when status_at_text is not null and status_at is null
                        then {'field': 'status_at', 'reason': 'VALUE', 'value': safe_value(status_at_text)} end,
                    case when sent_at_text is not null and sent_at is null
                        then {'field': 'sent_at', 'reason': 'VALUE', 'value': safe_value(sent_at_text)} end
                ],
                lambda problem: problem is not null
            )
        end as problems,
        stated_issues || list_filter(
            [
                case when message_kind = 'edoc' and sent_at is null and promulgation_date is null then 'undated' end,
                case when message_kind = 'status' and status_at is null then 'undated' end,
                case when coalesce(status_at, sent_at, promulgation_date::timestamp) > $fetched_at + interval 1 day
                    then 'in_future' end,
                case when message_kind = 'status' and status_number not in (1, 2, 3, 4, 5, 6, 13, 15, 16)
                    then 'status_unknown' end
            ],
            lambda issue: issue is not null
        ) as issues
    from located
),

final as (
    select
        row_no,
        problems,
        case
            when coalesce(status_at, sent_at, promulgation_date::timestamp) <= $fetched_at
                then coalesce(status_at, sent_at, promulgation_date::timestamp)
        end as event_at,
        -- the same message comes again with every receiver's copy, and from every system that kept it
        md5(array_to_string(
            [
                message_kind,
                from_code,
                coalesce(document_id, array_to_string(list_sort(response_ids), ' ')),
                array_to_string(list_sort(to_codes), ' '),
                coalesce(business_type::varchar, ''),
                coalesce(status_number::varchar, ''),
                coalesce(sent_at::varchar, ''),
                coalesce(status_at::varchar, '')
            ],
            '|'
        )) as message_key,
        message_kind,
        from_code,
        from_unit_code,
        from_name,
        to_codes,
        to_unit_codes,
        document_id,
        code_number,
        code_notation,
        promulgation_date,
        doc_type,
        business_type::tinyint as business_type,
        concerned_ids,
        paper,
        has_xml_signature,
        signer_kind,
        attachment_count,
        attachment_types,
        attachment_pdf_signed,
        lpad(status_number::varchar, 2, '0') as status_code,
        status_at,
        response_ids as response_for,
        sent_at,
        issues
    from judged
)

select * from final
