-- One row per row of an export of petitions: a case typed, or what is wrong with the row.
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
        upper(null_if_blank(petition_code)) as petition_code,
        -- a statistical code that lost its leading zeros as a number
        case
            when regexp_full_match(unit_identifier(source_unit_code), '\d') then lpad(source_unit_code, 2, '0')
            when regexp_full_match(unit_identifier(source_unit_code), '\d{3,4}') then lpad(source_unit_code, 5, '0')
            else unit_identifier(source_unit_code)
        end as source_unit_code,
        case when starts_with(field, '•••(') then 'Khác' else null_if_blank(field) end as field,
        class,
        channel,
        state,
        satisfied,
        parse_timestamp(received_at) as received_at,
        null_if_no_date(received_at) as received_at_text,
        parse_timestamp(due_at) as due_at,
        null_if_no_date(due_at) as due_at_text,
        parse_timestamp(handled_at) as handled_at,
        null_if_no_date(handled_at) as handled_at_text,
        parse_integer(reopened) as reopened,
        null_if_blank(reopened) as reopened_text,
        parse_date(as_of) as as_of,
        null_if_no_date(as_of) as as_of_text
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
                        when petition_code is null
                            then {'field': 'petition_code', 'reason': 'MISSING', 'value': null}
                        when not is_code(petition_code)
                            then {'field': 'petition_code', 'reason': 'VALUE', 'value': safe_value(petition_code)}
                    end,
                    case
                        when source_unit_code is null
                            then {'field': 'source_unit_code', 'reason': 'MISSING', 'value': null}
                        when unit_codes.unit_code is null
                            then {'field': 'source_unit_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(source_unit_code)}
                        -- one that was open at the reform is the present unit's
                        when unit_codes.former_code is not null and greatest(received_at, handled_at) < date '2025-07-01' and state not in ('received', 'in_progress')
                            then {'field': 'source_unit_code', 'reason': 'FORMER_UNIT', 'value': former_spelling(source_unit_code)}
                    end,
                    case when field is null then {'field': 'field', 'reason': 'MISSING', 'value': null} end,
                    case
                        when received_at_text is null
                            then {'field': 'received_at', 'reason': 'MISSING', 'value': null}
                        when received_at is null or received_at > $fetched_at
                            then {'field': 'received_at', 'reason': 'VALUE', 'value': safe_value(received_at_text)}
                    end,
                    case
                        when due_at is null and due_at_text is not null
                            then {'field': 'due_at', 'reason': 'VALUE', 'value': safe_value(due_at_text)}
                        when is_before(due_at, received_at)
                            then {'field': 'due_at', 'reason': 'INTEGRITY', 'value': safe_value(due_at_text)}
                    end,
                    case
                        when (handled_at is null and handled_at_text is not null) or handled_at > $fetched_at
                            then {'field': 'handled_at', 'reason': 'VALUE', 'value': safe_value(handled_at_text)}
                        when is_before(handled_at, received_at)
                            then {'field': 'handled_at', 'reason': 'INTEGRITY', 'value': safe_value(handled_at_text)}
                    end,
                    case when state is null then {'field': 'state', 'reason': 'MISSING', 'value': null} end,
                    case when reopened_text is not null and coalesce(reopened not between 0 and 1000, true)
                        then {'field': 'reopened', 'reason': 'VALUE', 'value': safe_value(reopened_text)} end,
                    case when as_of_text is not null and coalesce(as_of > $fetched_at::date, true)
                        then {'field': 'as_of', 'reason': 'VALUE', 'value': safe_value(as_of_text)} end
                ],
                lambda problem: problem is not null
            ) || list_transform(
                list_filter(
                    [
                        {'field': 'class', 'text': class},
                        {'field': 'channel', 'text': channel},
                        {'field': 'state', 'text': state},
                        {'field': 'satisfied', 'text': satisfied}
                    ],
                    -- a word that nobody knows was not landed
                    lambda it: starts_with(it.text, '•••(')
                ),
                lambda it: {'field': it.field, 'reason': 'VALUE', 'value': it.text}
            )
        end as problems
    from typed
    left join unit_codes using (source_unit_code)
),

final as (
    select
        row_no,
        problems,
        coalesce(as_of::timestamp + interval 1 day - interval 1 second, greatest(received_at, handled_at)) as stated_at,
        least(stated_at, $fetched_at) as event_at,
        $source_id as source_id,
        petition_code,
        unit_code,
        source_unit_code,
        field,
        class,
        channel,
        received_at,
        due_at,
        handled_at,
        state,
        case satisfied when 'true' then true when 'false' then false end as satisfied,
        coalesce(reopened, 0)::integer as reopened
    from judged
)

select * exclude (stated_at) from final
