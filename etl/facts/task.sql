-- One row per row of a table of tasks: a task typed, or what is wrong with the row.
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
        upper(null_if_blank(task_id)) as task_id,
        null_if_blank(plan) as plan,
        null_if_blank(phase) as phase,
        pillar,
        null_if_blank(title) as title,
        -- a statistical code that lost its leading zeros as a number
        case
            when regexp_full_match(unit_identifier(unit_code), '\d') then lpad(unit_code, 2, '0')
            when regexp_full_match(unit_identifier(unit_code), '\d{3,4}') then lpad(unit_code, 5, '0')
            else unit_identifier(unit_code)
        end as source_unit_code,
        null_if_blank(owner_role) as owner_role,
        null_if_blank(product) as product,
        null_if_blank(measure) as measure,
        parse_decimal(target_value) as target_value,
        null_if_blank(target_value) as target_text,
        parse_date(start_on) as start_on,
        null_if_no_date(start_on) as start_text,
        parse_date(due_on) as due_on,
        null_if_no_date(due_on) as due_text,
        parse_decimal(progress_percent) as progress,
        null_if_blank(progress_percent) as progress_text,
        state,
        parse_date(updated_on) as updated_on,
        null_if_no_date(updated_on) as updated_text,
        parse_date(done_on) as done_on,
        null_if_no_date(done_on) as done_text,
        null_if_blank(note) as note,
        parse_date(as_of) as as_of
    from rows_landed
),

-- a spreadsheet shows 0.75 as 75 %: where nothing is above 1, the whole column is of fractions
scale as (
    select
        coalesce(max(progress) <= 1, false) as is_fraction,
        coalesce(bool_or(progress > 0 and progress < 1 and not ends_with(progress_text, '%')), false) as has_fraction
    from typed
),

scaled as (
    select
        typed.* exclude (progress),
        case when scale.is_fraction and scale.has_fraction then progress * 100 else progress end as progress,
        not scale.is_fraction and progress > 0 and progress < 1 and not ends_with(progress_text, '%') as is_mixed
    from typed
    cross join scale
),

judged as (
    select
        scaled.*,
        unit_codes.unit_code,
        case
            when fault is not null then [{'field': 'row', 'reason': fault, 'value': null::varchar}]
            else list_filter(
                [
                    case
                        when task_id is null
                            then {'field': 'task_id', 'reason': 'MISSING', 'value': null}
                        when starts_with(task_id, '•••(')
                            then {'field': 'task_id', 'reason': 'VALUE', 'value': task_id}
                    end,
                    case when plan is null then {'field': 'plan', 'reason': 'MISSING', 'value': null} end,
                    case when phase is null then {'field': 'phase', 'reason': 'MISSING', 'value': null} end,
                    case when pillar is null then {'field': 'pillar', 'reason': 'MISSING', 'value': null} end,
                    case when title is null then {'field': 'title', 'reason': 'MISSING', 'value': null} end,
                    case
                        when source_unit_code is null
                            then {'field': 'unit_code', 'reason': 'MISSING', 'value': null}
                        when unit_codes.unit_code is null
                            then {'field': 'unit_code', 'reason': 'UNKNOWN_UNIT', 'value': safe_value(source_unit_code)}
                        -- in a plan's table of today even what was done long ago is the present unit's
                        when unit_codes.former_code is not null and as_of < date '2025-07-01'
                            then {'field': 'unit_code', 'reason': 'FORMER_UNIT', 'value': former_spelling(source_unit_code)}
                    end,
                    -- a task without a measurable result cannot be followed
                    case when product is null then {'field': 'product', 'reason': 'MISSING', 'value': null} end,
                    case when target_text is not null and target_value is null
                        then {'field': 'target_value', 'reason': 'VALUE', 'value': safe_value(target_text)} end,
                    case when start_on is null and start_text is not null
                        then {'field': 'start_on', 'reason': 'VALUE', 'value': safe_value(start_text)} end,
                    case
                        when due_text is null
                            then {'field': 'due_on', 'reason': 'MISSING', 'value': null}
                        when due_on is null
                            then {'field': 'due_on', 'reason': 'VALUE', 'value': safe_value(due_text)}
                        when due_on < start_on
                            then {'field': 'due_on', 'reason': 'INTEGRITY', 'value': safe_value(due_text)}
                    end,
                    case when progress_text is not null and (is_mixed or coalesce(progress not between 0 and 100, true))
                        then {'field': 'progress_percent', 'reason': 'VALUE', 'value': safe_value(progress_text)} end,
                    case when state is null then {'field': 'state', 'reason': 'MISSING', 'value': null} end,
                    case
                        when updated_text is null
                            then {'field': 'updated_on', 'reason': 'MISSING', 'value': null}
                        when updated_on is null or updated_on > $fetched_at::date
                            then {'field': 'updated_on', 'reason': 'VALUE', 'value': safe_value(updated_text)}
                    end,
                    case
                        when done_text is not null and (done_on is null or done_on > $fetched_at::date)
                            then {'field': 'done_on', 'reason': 'VALUE', 'value': safe_value(done_text)}
                        when done_on is not null and state <> 'done'
                            then {'field': 'done_on', 'reason': 'INTEGRITY', 'value': safe_value(done_text)}
                    end
                ],
                lambda problem: problem is not null
            ) || list_transform(
                list_filter(
                    [
                        {'field': 'phase', 'text': phase},
                        {'field': 'pillar', 'text': pillar},
                        {'field': 'state', 'text': state},
                        {'field': 'measure', 'text': measure}
                    ],
                    -- a word that nobody knows was not landed
                    lambda it: starts_with(it.text, '•••(')
                ),
                lambda it: {'field': it.field, 'reason': 'VALUE', 'value': it.text}
            )
        end as problems
    from scaled
    left join unit_codes using (source_unit_code)
),

-- the row of each task's newest news; an older one further down must not win over it
newest as (
    select task_id, max_by(row_no, (updated_on, row_no)) as newest_row_no
    from judged
    where len(problems) = 0
    group by all
),

final as (
    select
        row_no,
        case
            when len(problems) = 0 and row_no > newest_row_no
                then [{'field': 'task_id', 'reason': 'DUPLICATE', 'value': safe_value(task_id)}]
            else problems
        end as problems,
        -- a plan's table states how things are when it was made, however old the last news of a task
        least(coalesce(as_of::timestamp + interval 1 day - interval 1 second, $fetched_at), $fetched_at) as event_at,
        $source_id as source_id,
        task_id,
        plan,
        phase,
        pillar,
        title,
        unit_code,
        source_unit_code,
        owner_role,
        product,
        measure,
        target_value::decimal(24, 6) as target_value,
        start_on,
        due_on,
        case when is_mixed is not true and progress between 0 and 100 then progress end::decimal(5, 2) as progress_percent,
        state,
        updated_on,
        done_on,
        note
    from judged
    left join newest using (task_id)
)

select * from final
