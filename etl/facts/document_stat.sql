-- One row per row of a report of documents: a unit's counts of one stretch of days typed, or what is wrong with the row.
with

rows_landed as (select * from landed),

-- a bare code that another unit bore before the reform is `former_code` for days before it
unit_codes as (
    select known.source_unit_code, any_value(known.unit_code) as unit_code, any_value(former.unit_code) as former_code
    from unit_xref as known
    left join unit_xref as former on former.source_unit_code = known.source_unit_code || '@2024-12-31'
    group by all
),

typed as (
    select
        row_no,
        fault,
        -- a name serves where the crosswalk has it as a code of the source's own
        coalesce(
            -- a statistical code that lost its leading zeros as a number
            case
                when regexp_full_match(unit_identifier(unit_code), '\d') then lpad(unit_code, 2, '0')
                when regexp_full_match(unit_identifier(unit_code), '\d{3,4}') then lpad(unit_code, 5, '0')
                else unit_identifier(unit_code)
            end,
            unit_identifier(unit_name)
        ) as source_unit_code,
        unit_code as unit_code_text,
        unit_name,
        parse_date(period_start) as period_start,
        period_start as period_start_text,
        parse_date(period_end) as period_end,
        period_end as period_end_text,
        try_cast(sign_rate as decimal(9, 4)) as sign_rate,
        sign_rate as sign_rate_text,
        coalesce(is_parent = 'true', false) as is_parent,
        coalesce(string_split(issues, ' '), []) as issues,
        parse_timestamp(last_update) as last_update,
        [
            {'field': 'sent_total', 'text': null_if_blank(sent_total), 'figure': parse_integer(sent_total)},
            {'field': 'received_total', 'text': null_if_blank(received_total), 'figure': parse_integer(received_total)},
            {'field': 'sent_signed', 'text': null_if_blank(sent_signed), 'figure': parse_integer(sent_signed)},
            {'field': 'sent_unsigned', 'text': null_if_blank(sent_unsigned), 'figure': parse_integer(sent_unsigned)},
            {'field': 'sent_signed_org', 'text': null_if_blank(sent_signed_org), 'figure': parse_integer(sent_signed_org)},
            {'field': 'sent_signed_personal', 'text': null_if_blank(sent_signed_personal), 'figure': parse_integer(sent_signed_personal)},
            {'field': 'sent_electronic', 'text': null_if_blank(sent_electronic), 'figure': parse_integer(sent_electronic)},
            {'field': 'sent_with_paper', 'text': null_if_blank(sent_with_paper), 'figure': parse_integer(sent_with_paper)},
            {'field': 'work_files_total', 'text': null_if_blank(work_files_total), 'figure': parse_integer(work_files_total)},
            {'field': 'work_files_online', 'text': null_if_blank(work_files_online), 'figure': parse_integer(work_files_online)}
        ] as figures
    from rows_landed
),

judged as (
    select
        typed.*,
        unit_codes.unit_code,
        case
            when fault is not null
                then [{'field': case fault when 'DUPLICATE' then 'unit_code' else 'row' end, 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case
                        when source_unit_code is null
                            then {'field': 'unit_code', 'reason': 'MISSING', 'value': null}
                        when unit_codes.unit_code is null and unit_code_text is null
                            then {'field': 'unit_name', 'reason': 'UNKNOWN_UNIT', 'value': unit_name}
                        when unit_codes.unit_code is null
                            then {'field': 'unit_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(source_unit_code)}
                        when unit_codes.former_code is not null and period_end < date '2025-07-01'
                            then {'field': 'unit_code', 'reason': 'FORMER_UNIT', 'value': former_spelling(source_unit_code)}
                    end,
                    case
                        when period_start_text is null
                            then {'field': 'period_start', 'reason': 'MISSING', 'value': null}
                        when period_start is null or period_start > $fetched_at::date
                            then {'field': 'period_start', 'reason': 'VALUE', 'value': safe_value(period_start_text)}
                        when unit_codes.unit_code like '%@%' and period_start >= date '2025-07-01'
                            then {'field': 'period_start', 'reason': 'INTEGRITY', 'value': safe_value(period_start_text)}
                    end,
                    case
                        when period_end_text is null
                            then {'field': 'period_end', 'reason': 'MISSING', 'value': null}
                        when period_end is null
                            then {'field': 'period_end', 'reason': 'VALUE', 'value': safe_value(period_end_text)}
                        when period_end < period_start
                            then {'field': 'period_end', 'reason': 'INTEGRITY', 'value': safe_value(period_end_text)}
                    end,
                    case
                        when sign_rate_text is not null and (sign_rate is null or sign_rate not between 0 and 100)
                            then {'field': 'sign_rate', 'reason': 'VALUE', 'value': safe_value(sign_rate_text)}
                        when sign_rate is null and figures[1].text is null and figures[9].text is null
                            then {'field': 'sent_total', 'reason': 'MISSING', 'value': null}
                    end
                ],
                lambda problem: problem is not null
            ) || list_transform(
                list_filter(figures, lambda it: it.text is not null and (it.figure is null or it.figure < 0)),
                lambda it: {'field': it.field, 'reason': 'VALUE', 'value': safe_value(it.text)}
            )
        end as problems
    from typed
    left join unit_codes using (source_unit_code)
),

final as (
    select
        row_no,
        problems,
        case
            when last_update <= $fetched_at then last_update
            else least(period_end + interval 1 day - interval 1 second, $fetched_at)
        end as event_at,
        $source_id as source_id,
        unit_code,
        source_unit_code,
        period_start,
        period_end,
        figures[1].figure as sent_total,
        figures[2].figure as received_total,
        figures[3].figure as sent_signed,
        figures[4].figure as sent_unsigned,
        figures[5].figure as sent_signed_org,
        figures[6].figure as sent_signed_personal,
        figures[7].figure as sent_electronic,
        figures[8].figure as sent_with_paper,
        figures[9].figure as work_files_total,
        figures[10].figure as work_files_online,
        sign_rate,
        is_parent,
        issues
    from judged
)

select * from final
