-- One row per row of a staff table: a unit's figures at a day typed, or what is wrong with the row.
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
        -- a statistical code that lost its leading zeros as a number
        case
            when regexp_full_match(unit_identifier(unit_code), '\d') then lpad(unit_code, 2, '0')
            when regexp_full_match(unit_identifier(unit_code), '\d{3,4}') then lpad(unit_code, 5, '0')
            else unit_identifier(unit_code)
        end as source_unit_code,
        parse_date(as_of) as register_as_of,
        null_if_no_date(as_of) as as_of_text,
        [
            {'field': 'leaders_required', 'text': null_if_blank(leaders_required), 'figure': parse_integer(leaders_required)},
            {'field': 'staff_required', 'text': null_if_blank(staff_required), 'figure': parse_integer(staff_required)},
            {'field': 'with_computer', 'text': null_if_blank(with_computer), 'figure': parse_integer(with_computer)},
            {
                'field': 'with_official_email',
                'text': null_if_blank(with_official_email),
                'figure': parse_integer(with_official_email)
            }
        ] as figures
    from rows_landed
),

judged as (
    select
        typed.*,
        unit_codes.unit_code,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case
                        when source_unit_code is null
                            then {'field': 'unit_code', 'reason': 'MISSING', 'value': null}
                        when unit_codes.unit_code is null
                            then {'field': 'unit_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(source_unit_code)}
                        when unit_codes.former_code is not null and register_as_of < date '2025-07-01'
                            then {'field': 'unit_code', 'reason': 'FORMER_UNIT', 'value': former_spelling(source_unit_code)}
                    end,
                    case
                        when as_of_text is null
                            then {'field': 'as_of', 'reason': 'MISSING', 'value': null}
                        when register_as_of is null or register_as_of > $fetched_at::date
                            then {'field': 'as_of', 'reason': 'VALUE', 'value': safe_value(as_of_text)}
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
        register_as_of::timestamp as event_at,
        unit_code,
        source_unit_code,
        register_as_of,
        figures[1].figure as leaders_required,
        figures[2].figure as staff_required,
        figures[3].figure as with_computer,
        figures[4].figure as with_official_email
    from judged
)

select * from final
