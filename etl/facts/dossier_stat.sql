-- One row per row of a report of dossiers: a unit's (or a field's) counts of a stretch of days typed, or what is wrong with the row.
-- Landing, every column text except row_no (bigint): row_no, fault; unit_code (of any system of codes); unit_name (kept only where it is
-- an organisation's); period_start, period_end; field_name (null or '': the whole unit); the fifteen counts as facts.dossier_stat_versions
-- names them, null where the source does not say; on_time_includes_early (1, 0, true, false; null: whether done_early is told tells it);
-- stated_at (null: not said). A blank that means zero is landed as '0'.
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
            when regexp_full_match(unit_identifier(unit_code), '\d') then lpad(unit_identifier(unit_code), 2, '0')
            when regexp_full_match(unit_identifier(unit_code), '\d{3,4}') then lpad(unit_identifier(unit_code), 5, '0')
            else unit_identifier(unit_code)
        end as source_unit_code,
        null_if_blank(unit_name) as unit_name,
        parse_date(period_start) as period_start,
        null_if_no_date(period_start) as period_start_text,
        parse_date(period_end) as period_end,
        null_if_no_date(period_end) as period_end_text,
        coalesce(null_if_blank(field_name), '') as field_name,
        parse_flag(on_time_includes_early) as early_flag,
        parse_timestamp(stated_at) as stated_at,
        null_if_no_date(stated_at) as stated_at_text,
        [
            {'field': 'received_total', 'text': null_if_blank(received_total), 'figure': parse_integer(received_total)},
            {'field': 'received_in_period', 'text': null_if_blank(received_in_period), 'figure': parse_integer(received_in_period)},
            {'field': 'received_online', 'text': null_if_blank(received_online), 'figure': parse_integer(received_online)},
            {
                'field': 'received_direct_postal',
                'text': null_if_blank(received_direct_postal),
                'figure': parse_integer(received_direct_postal)
            },
            {'field': 'received_carried', 'text': null_if_blank(received_carried), 'figure': parse_integer(received_carried)},
            {'field': 'done_total', 'text': null_if_blank(done_total), 'figure': parse_integer(done_total)},
            {'field': 'done_early', 'text': null_if_blank(done_early), 'figure': parse_integer(done_early)},
            {'field': 'done_on_time', 'text': null_if_blank(done_on_time), 'figure': parse_integer(done_on_time)},
            {'field': 'done_late', 'text': null_if_blank(done_late), 'figure': parse_integer(done_late)},
            {'field': 'open_total', 'text': null_if_blank(open_total), 'figure': parse_integer(open_total)},
            {'field': 'open_in_time', 'text': null_if_blank(open_in_time), 'figure': parse_integer(open_in_time)},
            {'field': 'open_overdue', 'text': null_if_blank(open_overdue), 'figure': parse_integer(open_overdue)},
            {'field': 'withdrawn', 'text': null_if_blank(withdrawn), 'figure': parse_integer(withdrawn)},
            {'field': 'returned', 'text': null_if_blank(returned), 'figure': parse_integer(returned)},
            {'field': 'supplement', 'text': null_if_blank(supplement), 'figure': parse_integer(supplement)}
        ] as figures
    from rows_landed
),

named as (
    select
        * exclude (early_flag),
        figures[1].figure as received_total,
        figures[2].figure as received_in_period,
        figures[3].figure as received_online,
        figures[4].figure as received_direct_postal,
        figures[5].figure as received_carried,
        figures[6].figure as done_total,
        figures[7].figure as done_early,
        figures[8].figure as done_on_time,
        figures[9].figure as done_late,
        figures[10].figure as open_total,
        figures[11].figure as open_in_time,
        figures[12].figure as open_overdue,
        figures[13].figure as withdrawn,
        figures[14].figure as returned,
        figures[15].figure as supplement,
        case when figures[8].figure is not null then coalesce(early_flag, figures[7].text is null) end as on_time_includes_early
    from typed
),

judged as (
    select
        named.*,
        unit_codes.unit_code,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case
                        when source_unit_code is null and unit_name is null
                            then {'field': 'unit_code', 'reason': 'MISSING', 'value': null}
                        when unit_codes.unit_code is null
                            then {
                                'field': 'unit_code',
                                'reason': 'UNKNOWN_UNIT',
                                'value': coalesce(safe_value(source_unit_code), unit_name)
                            }
                        when unit_codes.former_code is not null and period_end < date '2025-07-01'
                            then {'field': 'unit_code', 'reason': 'FORMER_UNIT', 'value': former_spelling(source_unit_code)}
                    end,
                    case
                        when period_start_text is null then {'field': 'period_start', 'reason': 'MISSING', 'value': null}
                        when period_start is null or period_start > $fetched_at::date
                            then {'field': 'period_start', 'reason': 'VALUE', 'value': safe_value(period_start_text)}
                        when unit_codes.unit_code like '%@%' and period_start >= date '2025-07-01'
                            then {'field': 'period_start', 'reason': 'INTEGRITY', 'value': safe_value(period_start_text)}
                    end,
                    case
                        when period_end_text is null then {'field': 'period_end', 'reason': 'MISSING', 'value': null}
                        when period_end is null or period_end < period_start
                            then {'field': 'period_end', 'reason': 'VALUE', 'value': safe_value(period_end_text)}
                    end,
                    case
                        when field_name like '•••%' then {'field': 'field_name', 'reason': 'VALUE', 'value': field_name}
                    end,
                    case
                        when stated_at_text is not null and stated_at is null
                            then {'field': 'stated_at', 'reason': 'VALUE', 'value': safe_value(stated_at_text)}
                    end,
                    case
                        when len(list_filter(figures, lambda it: it.text is not null)) = 0
                            then {'field': 'received_total', 'reason': 'MISSING', 'value': null}
                    end
                ],
                lambda problem: problem is not null
            ) || list_transform(
                list_filter(figures, lambda it: it.text is not null and (it.figure is null or it.figure < 0)),
                lambda it: {
                    'field': it.field,
                    'reason': 'VALUE',
                    -- a spreadsheet's own word for an error
                    'value': case when regexp_full_match(it.text, '#[A-Z0-9/]{2,8}[!?]?') then it.text else safe_value(it.text) end
                }
            )
        end as problems,
        -- sums that do not agree refuse nothing: the figures stand as they were stated
        list_filter(
            [
                case
                    when received_online + received_direct_postal + received_carried <> received_total
                        or received_in_period + received_carried <> received_total
                        then 'received_sum'
                end,
                case when received_online + received_direct_postal <> received_in_period then 'in_period_sum' end,
                case
                    when done_early + done_on_time + done_late <> done_total then 'done_sum'
                    when done_early is null and on_time_includes_early and done_on_time + done_late <> done_total then 'done_sum'
                end,
                case when open_in_time + open_overdue <> open_total then 'open_sum' end,
                case
                    when received_total - done_total - open_total
                        not in (0, coalesce(withdrawn, 0) + coalesce(returned, 0) + coalesce(supplement, 0))
                        then 'balance'
                end
            ],
            lambda issue: issue is not null
        ) as issues
    from named
    left join unit_codes using (source_unit_code)
),

final as (
    select
        row_no,
        problems,
        -- a report can know its stretch only once that is over, and no later than it came
        coalesce(stated_at, least(period_end + interval 1 day - interval 1 second, $fetched_at)) as event_at,
        $source_id as source_id,
        unit_code,
        source_unit_code,
        period_start,
        period_end,
        field_name,
        received_total,
        received_in_period,
        received_online,
        received_direct_postal,
        received_carried,
        done_total,
        done_early,
        done_on_time,
        done_late,
        open_total,
        open_in_time,
        open_overdue,
        withdrawn,
        returned,
        supplement,
        on_time_includes_early,
        issues,
        stated_at
    from judged
)

select * from final
