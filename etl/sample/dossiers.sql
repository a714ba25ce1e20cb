-- One row per made-up dossier, as it stands at the end of as_of.
create table dossier as
with

expanded as (
    select *, unnest(range(received + refused))::integer as i from stratum
),

hashed as (
    select
        *,
        random_bits(concat(electronic_id, '|', from_day, '|', i, '|1')) as bits_1,
        random_bits(concat(electronic_id, '|', from_day, '|', i, '|2')) as bits_2,
        random_bits(concat(electronic_id, '|', from_day, '|', i, '|3')) as bits_3,
        random_bits(concat(electronic_id, '|', from_day, '|', i, '|4')) as bits_4
    from expanded
),

-- eight words of four draws each
drawn as (
    select
        unit_no,
        stretch_no,
        progress,
        luck,
        i,
        i >= received as is_refused,
        exactly_online,
        low_word(bits_1) as a,
        high_word(bits_1) as b,
        low_word(bits_2) as c,
        high_word(bits_2) as d,
        low_word(bits_3) as e,
        high_word(bits_3) as f,
        low_word(bits_4) as g,
        high_word(bits_4) as h
    from hashed
),

placed as (
    select
        drawn.*,
        unit.electronic_id,
        unit.e_result_rate,
        unit.digitised_rate,
        unit.reuse_rate,
        unit.store_rate,
        unit.vneid_rate,
        unit.payment_rate,
        unit.seen_rate,
        unit.supplement_rate,
        procedure.procedure_no,
        procedure.returns_document,
        procedure.fee_vnd,
        procedure.papers,
        procedure.subject,
        procedure.is_due_without_time,
        procedure.max_time_unit = 'working_hours' as is_same_day,
        procedure.max_time,
        unit.late_rate * (0.7 + 0.6 * drawn.luck) * (1.15 - 0.3 * drawn.progress) * procedure.late_factor as late_probability,
        (unit.online_start + (unit.online_end - unit.online_start) * drawn.progress) * procedure.online_factor as online_probability,
        day_slot.day,
        day_slot.is_working,
        day_slot.working_no,
        day_slot.day + to_seconds(27000 + whole_draw(drawn.b, 0, case when day_slot.is_working then 33300 else 14400 end)) as come_at
    from drawn
    inner join unit on unit.unit_no = drawn.unit_no
    inner join day_slot on day_slot.stretch_no = drawn.stretch_no and day_slot.slot = (drawn.a & 1023)
    inner join procedure_slot
        on procedure_slot.agency = case when unit.level = 'department' then unit.electronic_id else '' end
        and procedure_slot.slot = ((drawn.a >> 16) & 4095)
    inner join procedure on procedure.procedure_no = procedure_slot.procedure_no
),

channelled as (
    select
        *,
        case
            when is_refused then 2
            when exactly_online is not null then case when i < exactly_online then 2 when draw(b, 1) < 0.06 then 3 else 1 end
            when draw(b, 1) < online_probability then 2
            when draw(b, 2) < 0.06 then 3
            else 1
        end::tinyint as channel,
        case
            when is_same_day then case when is_working and come_at < day + interval 15 hour then 0 else 1 end
            else max_time::integer
        end as allowed_days,
        draw(c, 0) < late_probability as is_late,
        draw(c, 1) < supplement_rate * case when papers >= 3 then 2 else 1 end and max_time >= 3 and not is_same_day as wants_supplement
    from placed
),

planned as (
    select
        *,
        working_no + allowed_days as due_no,
        working_no + 1 + whole_draw(d, 0, 2) as request_no,
        1 + whole_draw(d, 1, 5) as pause_days,
        wants_supplement and draw(d, 2) < 0.08 as wants_second,
        -- the greater of two draws: most dossiers end near their day; of the late ones one in a hundred lies for ever
        case
            when not is_late then working_no + whole_draw(greatest((c >> 32) & 65535, c >> 48), 0, allowed_days + 1)
            when draw(c, 2) < 0.99
                then working_no + allowed_days + [1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 5, 7, 9, 13, 20, 38][1 + whole_draw(c, 3, 16)]
        end as undisturbed_no
    from channelled
),

scheduled as (
    select
        *,
        working_day(due_no) + to_seconds(case when is_due_without_time then 0 else 61200 end) as due_at,
        case when wants_supplement then working_day(request_no) + to_seconds(28800 + whole_draw(d, 3, 28000)) end as request_at,
        case when wants_supplement then working_day(request_no + pause_days) + to_seconds(28800 + whole_draw(e, 0, 28000)) end as answer_at,
        case when wants_second then working_day(request_no + pause_days + 1) + to_seconds(30000 + whole_draw(e, 0, 20000)) end as second_request_at,
        case when wants_second then working_day(request_no + pause_days + 3) + to_seconds(30000 + whole_draw(e, 0, 20000)) end as second_answer_at,
        case
            when wants_second then greatest(undisturbed_no + pause_days + 3, request_no + pause_days + 4)
            when wants_supplement then greatest(undisturbed_no + pause_days, request_no + pause_days + 1)
            else undisturbed_no
        end as finish_no
    from planned
),

finished as (
    select
        *,
        case
            when undisturbed_no is null then null
            when finish_no = working_no
                then come_at + to_seconds(60 + floor(draw(e, 1) * (61140 - epoch(come_at - day)))::integer)
            else working_day(finish_no) + to_seconds(27000 + whole_draw(e, 1, 33000))
        end as planned_finish_at
    from scheduled
),

returned as (
    select
        *,
        case
            when [0, 0, 0, 0, 1, 1, 2, 3][1 + whole_draw(e, 2, 8)] = 0 then planned_finish_at + to_seconds(whole_draw(e, 3, 2400))
            else working_day(finish_no + [0, 0, 0, 0, 1, 1, 2, 3][1 + whole_draw(e, 2, 8)]) + to_seconds(27000 + whole_draw(e, 3, 33000))
        end as planned_return_at,
        come_at - case
            when channel = 2 then to_seconds(300 + floor(draw(b, 3) * draw(b, 3) * 64000)::integer)
            else to_seconds(60 + whole_draw(b, 3, 900))
        end as submitted_at,
        getvariable('as_of')::date + interval 1 day as cut
    from finished
),

-- only what had happened by the end of as_of
seen as (
    select
        *,
        case when planned_finish_at < cut then planned_finish_at end as finished_at,
        case when planned_finish_at < cut and planned_return_at < cut then planned_return_at end as return_at,
        case when request_at < cut then request_at end as requested_at,
        case when answer_at < cut then answer_at end as answered_at,
        case when second_request_at < cut then second_request_at end as second_requested_at,
        case when second_answer_at < cut then second_answer_at end as second_answered_at
    from returned
),

judged as (
    select
        *,
        case
            when is_refused then case when come_at + interval 1 day < cut then 3 else 1 end
            when finished_at is not null and draw(f, 0) < 0.004 then 7
            when finished_at is not null and draw(f, 0) < 0.007 then 8
            when return_at is not null then 10
            when finished_at is not null then 9
            when requested_at is not null and answered_at is null or second_requested_at is not null and second_answered_at is null then 5
            when come_at >= cut - interval 14 hour then 2
            when fee_vnd > 0 and draw(f, 0) < 0.03 then 6
            else 4
        end::tinyint as status
    from seen
)

select
    unit_no,
    procedure_no,
    strftime(day, '%Y-%m') as file_month,
    -- numbered through the stretch of days: no two stretches of a unit share a day
    concat(electronic_id, '-', strftime(day, '%y%m%d'), '-', lpad((i + 1)::varchar, 4, '0')) as dossier_code,
    come_at,
    channel,
    channel = 1 and draw(f, 1) < 0.002 as is_channel_missing,
    status,
    status not in (1, 3) as is_received,
    submitted_at,
    case when status not in (1, 3) then come_at end as received_at,
    case when status not in (1, 3) then due_at end as due_at,
    case when status in (7, 8, 9, 10) then finished_at end as finished_at,
    case when status = 10 then return_at end as returned_at,
    case when status = 3 then come_at + interval 1 day when status = 8 and draw(f, 2) < 0.5 then finished_at end as rejected_at,
    case when is_refused then 0 else (requested_at is not null)::tinyint + (second_requested_at is not null)::tinyint end as supplement_count,
    requested_at,
    answered_at,
    second_requested_at,
    second_answered_at,
    status in (9, 10) and returns_document and draw(f, 3) < e_result_rate + 0.03 * progress as has_result_file,
    draw(g, 0) < digitised_rate + 0.10 * progress as is_digitised,
    draw(g, 1) < reuse_rate + 0.06 * progress as is_reused,
    draw(g, 2) < store_rate as is_from_store,
    draw(g, 3) < vneid_rate + 0.10 * progress as is_vneid_verified,
    draw(h, 0) < 0.05 as is_database_used,
    -- one paper in twenty that costs something is free for the poor, for children, for those who served
    fee_vnd > 0 as has_fee,
    case when draw(h, 1) < 0.05 then 0 else fee_vnd end as fee_vnd,
    case
        when draw(h, 1) < 0.05 or fee_vnd = 0 then 0
        when draw(h, 2) < payment_rate * case when channel = 2 then 1 else 0.45 end then case when draw(h, 3) < 0.93 then 1 else 2 end
        when draw(h, 2) > 0.995 then 3
        else 0
    end::tinyint as paid_online,
    case when subject = 'business' or subject = 'both' and draw(a, 2) < 0.15 then 2 else 1 end::tinyint as applicant_type,
    draw(a, 3) < seen_rate as is_seen_by_portal,
    1 + (papers > 1 and draw(f, 2) < 0.4)::integer as paper_count,
    -- dirt: 1 in 1,000 comes twice, 1 in 5,000 has a copy of an unknown unit or of an impossible day
    case
        when draw(e, 1) < 0.001 and status in (9, 10) then 'repeated'
        when draw(e, 3) < 0.00015 and status = 10 then 'unknown_unit'
        when draw(e, 3) > 0.99985 and status = 10 then 'impossible_day'
        else 'clean'
    end as dirt
from judged
order by file_month, come_at, dossier_code;
