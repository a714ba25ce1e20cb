-- One row per row of a table of reported values: a figure typed, or what is wrong with the row.
-- Landed beside the columns: the period's first and last day, and the same in every row: the decimal mark (if the operator
-- declared one) and the catalogue's list of what may be reported, so that a correction is judged by what was known then.
with

rows_landed as (select * from landed),

-- a bare code that another unit bore before the reform is `former_code` for days before it
unit_codes as (
    select known.source_unit_code, any_value(known.unit_code) as unit_code, any_value(former.unit_code) as former_code
    from unit_xref as known
    left join unit_xref as former on former.source_unit_code = known.source_unit_code || '@2024-12-31'
    group by all
),

reportable as (
    select unnest(
        from_json(
            catalogue,
            '[{"metric": "VARCHAR", "measure_unit": "VARCHAR", "has_whole": "BOOLEAN", "needs_whole": "BOOLEAN", "has_decimals": "BOOLEAN"}]'
        ),
        recursive := true
    )
    from (select any_value(catalogue) as catalogue from rows_landed)
),

unknown_measures as (
    select distinct measure from rows_landed where measure not in (select metric from reportable)
),

nearest as (
    select unknown_measures.measure, max_by(reportable.metric, jaro_winkler_similarity(unknown_measures.measure, reportable.metric)) as metric
    from unknown_measures
    cross join reportable
    group by all
),

spelled as (
    select
        row_no,
        fault,
        -- a statistical code that lost its leading zeros as a number
        case
            when regexp_full_match(unit_identifier(unit_code), '\d') then lpad(unit_code, 2, '0')
            when regexp_full_match(unit_identifier(unit_code), '\d{3,4}') then lpad(unit_code, 5, '0')
            else unit_identifier(unit_code)
        end as source_unit_code,
        null_if_blank(period) as period,
        try_cast(period_start as date) as period_start,
        try_cast(period_end as date) as period_end,
        null_if_blank(measure) as measure,
        null_if_blank(value) as value_text,
        null_if_blank("of") as of_text,
        [value, "of"] as texts,
        coalesce(bound, 'exact') as bound,
        measure_unit,
        null_if_blank(source_document) as source_document,
        null_if_blank(note) as note,
        decimal_mark
    from rows_landed
),

-- of a count, marks before groups of three separate thousands; of a measure with decimals, 1.234 says nothing by itself
typed as (
    select
        spelled.*,
        reportable.metric,
        reportable.measure_unit as catalogue_unit,
        reportable.has_whole,
        reportable.needs_whole,
        list_transform(
            texts,
            lambda it: case
                when decimal_mark is not null
                    then try_cast(
                        replace(
                            regexp_replace(it, case decimal_mark when ',' then '[. %\x{a0}]' else '[, %\x{a0}]' end, '', 'g'), ',', '.'
                        ) as decimal(28, 6)
                    )
                when reportable.has_decimals and "of" is null
                    then case when not regexp_full_match(it, '[+-]?[1-9]\d{0,2}[.,]\d{3}') then parse_decimal(it) end
                else parse_integer(it)::decimal(28, 6)
            end
        ) as figures
    from (select *, of_text as "of" from spelled) as spelled
    left join reportable on reportable.metric = spelled.measure
),

-- a share written as a fraction among percentages
fractions as (
    select metric, max(figures[1]) > 1 as is_percent
    from typed
    where catalogue_unit = 'percent' and of_text is null
    group by all
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
                        when typed.source_unit_code is null
                            then {'field': 'unit_code', 'reason': 'MISSING', 'value': null}
                        when unit_codes.unit_code is null
                            then {'field': 'unit_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(typed.source_unit_code)}
                        when unit_codes.former_code is not null and period_end < date '2025-07-01'
                            then {'field': 'unit_code', 'reason': 'FORMER_UNIT', 'value': former_spelling(typed.source_unit_code)}
                    end,
                    case
                        when period is null
                            then {'field': 'period', 'reason': 'MISSING', 'value': null}
                        when period_end is null or period_start > $fetched_at::date
                            then {'field': 'period', 'reason': 'VALUE', 'value': safe_value(period)}
                        when unit_codes.unit_code like '%@%' and period_start >= date '2025-07-01'
                            then {'field': 'period', 'reason': 'INTEGRITY', 'value': safe_value(period)}
                    end,
                    case
                        when typed.measure is null
                            then {'field': 'measure', 'reason': 'MISSING', 'value': null}
                        when typed.metric is null
                            then {
                                'field': 'measure',
                                'reason': 'VALUE',
                                'value': concat_ws(' ≈ ', safe_value(typed.measure), nearest.metric)
                            }
                    end,
                    case
                        when value_text is null
                            then {'field': 'value', 'reason': 'MISSING', 'value': null}
                        when typed.metric is not null and coalesce(figures[1] < 0, true)
                            then {'field': 'value', 'reason': 'VALUE', 'value': safe_value(value_text)}
                        when catalogue_unit = 'percent' and of_text is null and not needs_whole
                            and (figures[1] > 100 or (fractions.is_percent and figures[1] > 0 and figures[1] <= 1 and decimal_mark is null))
                            then {'field': 'value', 'reason': 'VALUE', 'value': safe_value(value_text)}
                        when catalogue_unit = 'percent' and figures[1] > figures[2]
                            then {'field': 'value', 'reason': 'INTEGRITY', 'value': safe_value(value_text)}
                    end,
                    case
                        when of_text is null and needs_whole
                            then {'field': 'of', 'reason': 'MISSING', 'value': null}
                        when of_text is not null and (not has_whole or coalesce(figures[2] < 0, true))
                            then {'field': 'of', 'reason': 'VALUE', 'value': safe_value(of_text)}
                    end,
                    case when bound not in ('exact', 'at_least', 'about')
                        then {'field': 'bound', 'reason': 'VALUE', 'value': safe_value(bound)} end,
                    case when typed.measure_unit is distinct from catalogue_unit and typed.measure_unit is not null and typed.metric is not null
                        then {'field': 'measure_unit', 'reason': 'VALUE', 'value': concat_ws(' ≈ ', typed.measure_unit, catalogue_unit)} end,
                    case when source_document is null then {'field': 'source_document', 'reason': 'MISSING', 'value': null} end
                ],
                lambda problem: problem is not null
            )
        end as problems
    from typed
    left join unit_codes using (source_unit_code)
    left join nearest using (measure)
    left join fractions on fractions.metric = typed.metric
),

final as (
    select
        row_no,
        problems,
        least(period_end + interval 1 day - interval 1 second, $fetched_at) as event_at,
        $source_id as source_id,
        unit_code,
        source_unit_code,
        period,
        period_start,
        period_end,
        metric,
        figures[1]::decimal(24, 6) as value,
        figures[2]::decimal(24, 6) as of_value,
        bound,
        catalogue_unit as measure_unit,
        source_document,
        note
    from judged
)

select * from final
