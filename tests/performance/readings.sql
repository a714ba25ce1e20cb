-- Three million dossiers of 150 communes over 24 months, spread by hash: as a warehouse has them once they are loaded.
insert into facts.dossier_versions by name
with

drawn as (
    select
        range as number,
        hash(range) as first, hash(range + 7919) as second, hash(range + 104729) as third
    from range($dossiers)
),

spread as (
    select
        number,
        $codes[(1 + (second // 1000) % len($codes))::bigint] as unit_code,
        ((third // 1000) % 200)::integer as procedure_number,
        (second % 1000) / 1000.0 as a,
        (third % 1000) / 1000.0 as b,
        -- as they came: a warehouse has the newest last
        date_trunc('second', timestamp '2024-11-01' + to_seconds((number * 730 * 86400 // $dossiers)::bigint)) as received_at
    from drawn
),

ended as (
    select *, received_at + to_days((b * 12)::integer) as end_at, timestamp '2026-10-31 17:00:00' as as_of
    from spread
)

select
    4294967296 + number as version_id, 1 as load_id, number as row_no, 'one_stop' as source_id, 'H29.' || number as dossier_code,
    unit_code, unit_code as source_unit_code,
    '1.' || lpad(procedure_number::varchar, 6, '0') as procedure_code, '1.' || lpad(procedure_number::varchar, 6, '0') as procedure_base,
    'Thủ tục ' || procedure_number as procedure_name, 'F' || procedure_number % 20 as field_code, 'Lĩnh vực ' || procedure_number % 20 as field_name,
    (1 + (a * 2.1)::integer % 3)::tinyint as channel, false as channel_imputed, 1::tinyint as applicant_type,
    case when end_at > as_of then 4 when b > 0.98 then 7 when a > 0.1 then 10 else 9 end::tinyint as status_code,
    received_at as submitted_at, received_at,
    case when b < 0.97 then received_at + to_days(3 + (a * 12)::integer) end as due_at,
    case when end_at <= as_of then end_at end as finished_at, case when end_at <= as_of then end_at end as returned_at,
    (a > 0.5)::tinyint as paid_online, a > 0.3 as has_digitised_component, b > 0.4 as vneid_verified, 3 as attachment_count,
    1 as digitised_count, (a > 0.8)::integer as reused_count, (b > 0.9)::integer as from_store_count,
    case when a > 0.7 then ['CSDLQGDC'] else [] end as database_codes, case when b > 0.5 then 20000 else 0 end as fee_total,
    a > 0.2 as has_result_file, (b > 0.95)::integer as supplement_count,
    case when b > 0.95 then received_at + interval 1 day end as supplement_requested_at,
    case when b > 0.95 then received_at + interval 2 day end as supplement_received_at,
    false as is_deleted, [] as issues
from ended
