-- One row per current dossier, with what the counting rules need; reads the relation `dossier_rows` and the register.
-- Rules: contracts "Counting rules"; the portal operator's formula document for 2.1 (on time); form II.06a for finished_on.
with

dossiers as (select * from dossier_rows where not is_deleted),

procedures as (select * from facts.procedures),

known as (
    select
        dossiers.*,
        coalesce(procedures.name, dossiers.procedure_name) as known_procedure_name,
        coalesce(procedures.field_name, dossiers.field_name) as known_field_name,
        procedures.returns_document,
        procedures.subject as procedure_subject,
        coalesce(dossiers.service_level_code = 4, procedures.service_level = 'full') as is_full_online,
        procedures.eligible_full as is_eligible_full,
        -- a procedure's maximum time in its own unit; half a working day is four working hours
        case
            when procedures.max_time_unit = 'working_hours' then procedures.max_time
            when procedures.max_time_unit = 'working_days' and procedures.max_time <> floor(procedures.max_time) then procedures.max_time * 8
        end as max_working_hours,
        ceil(procedures.max_time)::integer as max_days,
        procedures.max_time_unit
    from dossiers
    left join procedures on procedures.procedure_base = dossiers.procedure_base
),

timed as (
    select
        *,
        received_at::date as received_on,
        due_at::date as due_on,
        supplement_requested_at::date as requested_on,
        -- the end by priority of states: processed (9), returned (10), then stopped, refused, withdrawn (8, 3, 7)
        case
            when status_code in (3, 7, 8, 9, 10) then coalesce(finished_at, returned_at, rejected_at)
            when status_code = 5 and supplement_count = 1 then supplement_requested_at
        end as ended_at,
        -- the books balance: what bears an end before its reception is settled on the day of its reception
        case
            when status_code in (7, 9, 10) and coalesce(finished_at, returned_at, rejected_at) is not null
                then greatest(coalesce(finished_at, returned_at, rejected_at)::date, received_at::date)
        end as finished_on,
        -- most dossiers use none
        case when len(database_codes) > 0 then list_has_any(database_codes, ['CSDLQGDC', 'CSDLDC', 'CSDLQGVDC']) else false end as uses_population_database,
        case when len(database_codes) > 0 then list_has_any(database_codes, ['CSDLQGDD', 'CSDLDD', 'CSDLQGVDD']) else false end as uses_land_database,
        case when len(database_codes) > 0 then list_has_any(database_codes, ['CSDLHT', 'CSDLHTDT', 'CSDLQGHT']) else false end as uses_civil_status_database,
        case when len(database_codes) > 0 then list_has_any(database_codes, ['CSDLDN', 'CSDLQGDN', 'CSDLQGDKDN', 'CSDLDKDN']) else false end as uses_business_database,
        -- one supplement stops the clock
        case
            when supplement_count = 1 and status_code <> 5 and supplement_received_at > supplement_requested_at
                then supplement_received_at - supplement_requested_at
            else interval 0 second
        end as paused,
        case
            when due_at is not null then due_at
            when max_time_unit = 'months' then date_trunc('day', received_at) + to_months(max_days)
            when max_time_unit = 'days' then date_trunc('day', received_at) + to_days(max_days)
            when max_working_hours is not null then add_working_hours(received_at, max_working_hours)
            when max_time_unit = 'working_days' then add_working_days(received_at::date, max_days)::timestamp
        end as due_or_maximum_at
    from known
)

select
    version_id,
    load_id,
    row_no,
    source_id,
    dossier_code,
    unit_code,
    procedure_base,
    known_procedure_name as procedure_name,
    known_field_name as field_name,
    procedure_subject,
    returns_document,
    is_full_online,
    is_eligible_full,
    status_code,
    channel,
    channel_imputed,
    received_at,
    due_at,
    finished_at,
    returned_at,
    received_on,
    due_on,
    finished_on,
    requested_on,
    ended_at,
    -- a due time of 00:00 means the end of that day
    case
        when due_or_maximum_at = date_trunc('day', due_or_maximum_at) then due_or_maximum_at + interval 1 day - interval 1 microsecond
        else due_or_maximum_at
    end + paused as due_until,
    due_or_maximum_at is not null or supplement_count > 1 as is_judged,
    status_code not in (1, 3) and received_at is not null as is_received,
    rejected_at is not null as is_rejected,
    -- while a supplement is awaited, the form counts the dossier as in time
    least(finished_on, case when status_code = 5 then coalesce(requested_on, received_on) end) as processing_until,
    -- days of the calendar from reception to the end, without those on which the citizen was waited for
    case when status_code in (9, 10) then greatest(0, finished_on - received_on - case
        when paused > interval 0 second then supplement_received_at::date - requested_on else 0
    end) end as processing_days,
    supplement_count,
    coalesce(has_digitised_component, false) or coalesce(digitised_count, 0) > 0 as is_digitised,
    reused_count,
    from_store_count,
    coalesce(vneid_verified, false)
    or coalesce(from_store_count, 0) > 0
    or uses_population_database as uses_population_data,
    uses_population_database,
    uses_land_database,
    uses_civil_status_database,
    uses_business_database,
    paid_online,
    fee_total,
    coalesce(has_fee_obligation, fee_total > 0) as has_fee,
    coalesce(has_result_file, false) as has_result_file,
    is_result_signed
from timed
