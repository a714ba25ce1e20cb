-- One row per item of the national portal's list of procedures: its name and whether it is in force, or what is wrong with it.
-- The portal says nothing else of a procedure: the rest stays as a register of procedures stated it.
with

rows_landed as (select * from landed),

known as (select * from facts.procedures),

typed as (
    select
        row_no,
        fault,
        upper(null_if_blank(procedure_code)) as code,
        regexp_extract(upper(null_if_blank(procedure_code)), '^[^.]+\.[^.]+') as procedure_base,
        null_if_blank(name) as name,
        state
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
                        when not regexp_full_match(code, '\d{1,2}\.\d{6}(\..+)?')
                            then {'field': 'procedure_code', 'reason': 'VALUE', 'value': safe_value(code)}
                    end,
                    case when name is null then {'field': 'name', 'reason': 'MISSING', 'value': null} end,
                    case
                        when state is null then {'field': 'state', 'reason': 'MISSING', 'value': null}
                        when state not in ('UPDATED', 'INACTIVE') then {'field': 'state', 'reason': 'VALUE', 'value': state}
                    end
                ],
                lambda problem: problem is not null
            )
        end as problems
    from typed
),

final as (
    select
        judged.row_no,
        judged.problems,
        null::timestamp as event_at,
        judged.procedure_base,
        judged.name,
        known.field_code,
        known.field_name,
        known.authority_level,
        known.service_level,
        known.eligible_full,
        known.has_fee,
        known.max_time,
        known.max_time_unit,
        known.returns_document,
        known.subject,
        known.valid_from,
        case
            -- the portal does not say since when: the day on which it was first seen to have ended
            when judged.state = 'INACTIVE' then coalesce(known.valid_to, greatest($fetched_at::date, known.valid_from))
            -- in force again, or after all
            when known.valid_to > $fetched_at::date then known.valid_to
        end as valid_to
    from judged
    left join known on known.procedure_base = judged.procedure_base
)

select * from final
