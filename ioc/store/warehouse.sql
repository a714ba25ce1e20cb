-- The writable warehouse: what came in, every version of it, and what was refused.
-- All timestamps are naive local time of Asia/Ho_Chi_Minh.

create schema if not exists facts;

-- one row per run of the pipeline
create table if not exists runs (
    run_id varchar primary key,
    trigger varchar not null,          -- manual | schedule | demo
    started_at timestamp not null,
    finished_at timestamp,
    state varchar not null             -- running | done | failed
);

-- one row per file or answer that a source gave and that was dealt with
create table if not exists loads (
    load_id bigint primary key,
    run_id varchar not null,
    source_id varchar not null,
    kind varchar not null,
    origin varchar not null,           -- file below the source's folder, or request path and period
    sha256 varchar not null,           -- of the original bytes
    size_bytes bigint not null,
    fetched_at timestamp not null,
    as_of timestamp,                   -- the source's own statement, else its newest event not after fetched_at
    landing varchar,                   -- Parquet below the store's landing folder
    rows_in bigint not null,
    loaded bigint not null,
    unchanged bigint not null,
    superseded bigint not null,
    quarantined bigint not null,
    state varchar not null,            -- loaded | failed
    error_class varchar,
    message varchar,
    warnings varchar[] not null,
    duration_s double not null
);

-- one row per source that is read onwards from where it was read last; in the transaction of its facts
create table if not exists watermarks (source_id varchar primary key, watermark varchar not null, load_id bigint not null);

-- one row per refused row; `value` is shown only where it cannot be personal
create table if not exists quarantine (
    load_id bigint not null,
    source_id varchar not null,
    row_no bigint not null,
    field varchar not null,
    reason varchar not null,
    value varchar,
    problems struct(field varchar, reason varchar, value varchar)[] not null
);

-- Corrections: what somebody stated about refused rows, each of them a load of its own.

-- one row per corrected field of a refused row; an empty field: the row was tried again as it was
create table if not exists corrections (
    correction_id varchar not null,    -- one statement may hold many rows
    source_id varchar not null,
    load_id bigint not null,           -- that refused the row
    row_no bigint not null,
    field varchar not null,            -- column of the landing
    old_value varchar,                 -- as harmless as in quarantine
    new_value varchar,
    reason varchar not null,           -- that the row was refused for
    corrected_at timestamp not null,
    corrected_by varchar not null,
    by_load_id bigint not null         -- with which the row came again
);

-- one row per load that puts rows of another one right; it speaks with the time of the load that was first refused
create table if not exists correcting_loads (
    load_id bigint primary key, corrects_load_id bigint not null, statement_load_id bigint not null
);

-- one row per refused row that a later file of the same name brought again, well
create table if not exists mended_rows (load_id bigint not null, row_no bigint not null, by_load_id bigint not null);

-- one row per spelling of a source that somebody decided to mean a unit
create table if not exists unit_aliases (
    source_id varchar not null,
    spelling varchar not null,         -- a code as the product writes codes, or a name as it landed
    is_name boolean not null,
    unit_code varchar not null,
    noted_at timestamp not null,
    noted_by varchar not null,
    primary key (source_id, spelling)
);

-- one row per refused row; resolved_by is the load that it came with again, null while it waits
create or replace view quarantine_desk as
    select quarantine.*, resolved.by_load_id as resolved_by
    from quarantine
    left join (
        select load_id, row_no, max(by_load_id) as by_load_id
        from (
            select load_id, row_no, by_load_id from corrections
            union all
            select load_id, row_no, by_load_id from mended_rows
        )
        group by all
    ) as resolved using (load_id, row_no);

-- Facts: append-only versions. The first four columns are the same for each fact; the rest is the payload.
-- A version is retired when a later one of the same key is loaded; the view without the schema's suffix is the current state.

-- one row per version of an administrative dossier (domain: national synchronisation interface)
create table if not exists facts.dossier_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    dossier_code varchar not null,
    unit_code varchar not null,
    source_unit_code varchar not null,
    processing_unit_name varchar,
    procedure_code varchar not null,
    procedure_base varchar not null,
    procedure_name varchar,
    field_code varchar,
    field_name varchar,
    channel tinyint not null,          -- 1 counter, 2 online, 3 postal
    channel_imputed boolean not null,  -- the source gave none; counted as counter
    applicant_type tinyint,
    status_code tinyint not null,      -- TrangThaiHoSo 1..10
    submitted_at timestamp,
    received_at timestamp,
    due_at timestamp,
    finished_at timestamp,
    returned_at timestamp,
    rejected_at timestamp,
    return_method varchar,
    submitted_via varchar,
    paid_online tinyint,               -- 0 none, 1 national portal, 2 local portal, 3 other; null unknown
    has_digitised_component boolean,
    vneid_verified boolean,
    attachment_count integer,
    digitised_count integer,
    reused_count integer,
    from_store_count integer,
    database_codes varchar[],
    fee_total decimal(18, 0),          -- null: no fee list came; 0: free
    has_result_file boolean,
    supplement_count integer not null,
    supplement_requested_at timestamp, -- of the latest request
    supplement_received_at timestamp,  -- of the latest request; null: still waiting
    service_level_code tinyint,        -- 4 full, 3 partial, 2 information; null: the source does not say
    has_fee_obligation boolean,        -- as stated; null: fee_total tells
    is_result_signed boolean,          -- null: unknown
    is_deleted boolean not null,       -- taken out at the source: in no figure
    issues varchar[] not null          -- oddities that do not refuse the row: channel_imputed, due_before_received, …
);

-- one row per version of one unit's answer of one evaluation endpoint for one period
create table if not exists facts.portal_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    endpoint varchar not null,
    period varchar not null,
    department_id varchar not null,
    source_unit_code varchar,
    unit_code varchar not null,        -- statistical code, or the electronic identifier where the crosswalk lacks it
    department_name varchar not null,
    department_type varchar,
    metrics struct(
        code varchar, numerator decimal(20, 4), denominator decimal(20, 4), ratio decimal(9, 4),
        points decimal(9, 4), max_points decimal(9, 4), quality_status varchar, quality_message varchar
    )[] not null
);

-- one row per version of a digital certificate
create table if not exists facts.certificate_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    serial_number varchar not null,
    unit_code varchar not null,
    source_unit_code varchar,
    holder_type varchar not null,      -- ca_nhan | co_quan | thiet_bi_dich_vu
    holder_key varchar,                -- HMAC or pseudonymous reference; null: the certificate stands for its holder
    position_group varchar not null,   -- leader | staff | other
    issuer varchar,
    device_type varchar not null,      -- TOKEN | SIM | SOFT | RSSP | HSM
    valid_from date not null,
    valid_to date not null,
    revoked_at date,
    stated_status varchar,
    last_used_at timestamp,
    register_as_of date not null
);

-- one row per version of a unit's staff figures at a day
create table if not exists facts.staff_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    unit_code varchar not null,
    source_unit_code varchar,
    register_as_of date not null,
    leaders_required bigint,
    staff_required bigint,
    with_computer bigint,
    with_official_email bigint
);

-- one row per version of an administrative procedure
create table if not exists facts.procedure_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    procedure_base varchar not null,
    name varchar not null,
    field_code varchar,
    field_name varchar,
    authority_level varchar,           -- province | commune
    service_level varchar,             -- full | partial | information | none
    eligible_full boolean,
    has_fee boolean,
    max_time double,
    max_time_unit varchar,             -- working_hours | working_days | days | months
    returns_document boolean,
    subject varchar,                   -- person | business | both
    valid_from date,
    valid_to date
);

-- one row per version of a unit's (or one of its fields') dossier counts of one stretch of days, as a report states them
create table if not exists facts.dossier_stat_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    unit_code varchar not null,
    source_unit_code varchar,
    period_start date not null,
    period_end date not null,
    field_name varchar not null,       -- '': the whole unit
    received_total bigint,             -- null: the report does not say
    received_in_period bigint,
    received_online bigint,
    received_direct_postal bigint,
    received_carried bigint,
    done_total bigint,
    done_early bigint,
    done_on_time bigint,
    done_late bigint,
    open_total bigint,
    open_in_time bigint,
    open_overdue bigint,
    withdrawn bigint,
    returned bigint,
    supplement bigint,
    on_time_includes_early boolean,    -- done_on_time counts the early ones too, and done_early is not told apart
    issues varchar[] not null,         -- sums that do not agree: received_sum, done_sum, open_sum, balance
    stated_at timestamp                -- when the report says that it was made
);

-- one row per version of a unit's document counts of one stretch of days, as a report or a document axis states them
create table if not exists facts.document_stat_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    unit_code varchar not null,
    source_unit_code varchar not null, -- two codes of one unit add up
    period_start date not null,
    period_end date not null,
    sent_total bigint,                 -- null everywhere: the source does not say
    received_total bigint,
    sent_signed bigint,
    sent_unsigned bigint,
    sent_signed_org bigint,
    sent_signed_personal bigint,
    sent_electronic bigint,
    sent_with_paper bigint,
    work_files_total bigint,
    work_files_online bigint,
    sign_rate decimal(9, 4),           -- percent as stated; never aggregated, of use only where the counts are missing
    is_parent boolean not null,        -- the figures hold those of the units below: never added to them
    issues varchar[] not null          -- signed_sum, part_exceeds_total, total_differs, children_differ, rate_differs
);

-- one row per version of a message of the document axis (edXML): a document, or the receipt of one
create table if not exists facts.message_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    message_key varchar not null,      -- who told whom what of which document, and when
    message_kind varchar not null,     -- edoc | status
    from_code varchar not null,
    from_unit_code varchar,            -- null: an outside party
    from_name varchar,
    to_codes varchar[] not null,
    to_unit_codes varchar[] not null,  -- the known ones only
    document_id varchar,               -- of an edoc
    code_number varchar,
    code_notation varchar,
    promulgation_date date,
    doc_type varchar,
    business_type tinyint,             -- 0 new, 1 revoked, 2 updated, 3 replaced
    concerned_ids varchar[] not null,  -- documents that this one revokes or replaces
    paper boolean,                     -- a paper copy is sent too; null: not said
    has_xml_signature boolean not null,
    signer_kind varchar,               -- organisation | person
    attachment_count integer not null,
    attachment_types varchar[] not null,
    attachment_pdf_signed boolean,     -- null: not looked at
    status_code varchar,               -- 01 … 16, of a receipt
    status_at timestamp,
    response_for varchar[] not null,   -- documents that a receipt speaks of
    sent_at timestamp,
    issues varchar[] not null          -- undated, in_future, attachment_unreadable, …
);

-- one row per version of a petition (phản ánh, kiến nghị); neither its text nor who sent it
create table if not exists facts.petition_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    petition_code varchar not null,
    unit_code varchar not null,
    source_unit_code varchar not null,
    field varchar not null,            -- of the known list, else 'Khác'
    class varchar,                     -- tthc | staff | other; null: not classified
    channel varchar,                   -- portal | hotline | app | direct
    received_at timestamp not null,
    due_at timestamp,                  -- as stated; null: by the source's rule
    handled_at timestamp,
    state varchar not null,            -- received | in_progress | answered | refused | transferred | closed
    satisfied boolean,                 -- null: nobody said
    reopened integer not null
);

-- one row per version of a figure that somebody wrote down for a unit and period
create table if not exists facts.reported_value_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    unit_code varchar not null,
    source_unit_code varchar not null,
    period varchar not null,
    period_start date not null,
    period_end date not null,
    metric varchar not null,           -- of the catalogue's measures of kind reported
    value decimal(24, 6) not null,
    of_value decimal(24, 6),           -- the denominator; null: never added to another figure
    bound varchar not null,            -- exact | at_least | about
    measure_unit varchar not null,
    source_document varchar not null,
    note varchar
);

-- one row per version of a plan's task
create table if not exists facts.task_versions (
    version_id bigint not null, load_id bigint not null, row_no bigint not null, source_id varchar not null,
    task_id varchar not null,
    plan varchar not null,
    phase varchar not null,            -- urgent | breakthrough | the plan's own
    pillar varchar not null,           -- institutions | infrastructure | data | platforms | people | finance
    title varchar not null,
    unit_code varchar not null,        -- who answers for it
    source_unit_code varchar not null,
    owner_role varchar,                -- a post, never a name
    product varchar not null,
    measure varchar,
    target_value decimal(24, 6),
    start_on date,
    due_on date not null,
    progress_percent decimal(5, 2),
    state varchar not null,            -- not_started | in_progress | done | cancelled
    updated_on date not null,
    done_on date,
    note varchar
);

-- one row per retired version of each fact, and the load that retired it
create table if not exists facts.dossier_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.portal_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.certificate_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.staff_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.procedure_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.dossier_stat_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.document_stat_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.message_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.petition_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.reported_value_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.task_retired (version_id bigint not null, by_load_id bigint not null);

create or replace view facts.dossiers as
    select * from facts.dossier_versions anti join facts.dossier_retired using (version_id);
create or replace view facts.portals as
    select * from facts.portal_versions anti join facts.portal_retired using (version_id);
create or replace view facts.certificates as
    select * from facts.certificate_versions anti join facts.certificate_retired using (version_id);
create or replace view facts.staffs as
    select * from facts.staff_versions anti join facts.staff_retired using (version_id);
create or replace view facts.procedures as
    select * from facts.procedure_versions anti join facts.procedure_retired using (version_id);
create or replace view facts.dossier_stats as
    select * from facts.dossier_stat_versions anti join facts.dossier_stat_retired using (version_id);

create or replace view facts.document_stats as
    select * from facts.document_stat_versions anti join facts.document_stat_retired using (version_id);
create or replace view facts.messages as
    select * from facts.message_versions anti join facts.message_retired using (version_id);
create or replace view facts.petitions as
    select * from facts.petition_versions anti join facts.petition_retired using (version_id);
create or replace view facts.reported_values as
    select * from facts.reported_value_versions anti join facts.reported_value_retired using (version_id);
create or replace view facts.tasks as
    select * from facts.task_versions anti join facts.task_retired using (version_id);

-- What the build keeps of dossiers by month of reception, so that it reads only the months that changed. The tables of counts
-- (months.event_days, ...) depend on the catalogue: the build makes them. All of it can be made again from the facts.
create schema if not exists months;

-- one row per month of reception (0001-01-01: not received): the versions current in it, and its file
create table if not exists months.dossiers (
    month date not null,
    content uhugeint not null,         -- exclusive or over the current versions
    versions bigint not null,
    rows bigint,                       -- of its Parquet file
    written varchar,                   -- the content and rules that the file tells
    patched varchar                    -- those that the file and the patches tell together
);
alter table months.dossiers add column if not exists patched varchar;
-- one row per build that wrote beside the months' files what came and which versions went
create table if not exists months.patches (patch_no bigint not null, came varchar, came_rows bigint not null, went varchar, went_rows bigint not null);
-- one row: the last load that is counted, and how
create table if not exists months.progress (
    load_id bigint not null,
    shape varchar,                     -- of the counting; null: it was broken off
    counted_on date,                   -- as of which day
    moves integer not null             -- builds since everything was counted anew
);

-- one row: every day from first_day on with the number of working days up to and including it, and those days in order
create table if not exists working_calendar (first_day date not null, numbers integer[] not null, working_days date[] not null);

-- the day that is `days` working days after `start`, by the official calendar and the office's own
create or replace macro add_working_days(start, days) as (
    (select calendar.working_days from working_calendar as calendar)[
        (select calendar.numbers from working_calendar as calendar)[
            start - (select calendar.first_day from working_calendar as calendar) + 1
        ] + days
    ]
);

-- which working day a day is, counted from the calendar's first day; a day of rest bears the number of the one before it
create or replace macro working_day_number(day) as (
    (select calendar.numbers from working_calendar as calendar)[day - (select calendar.first_day from working_calendar as calendar) + 1]
);

-- Hours of work: 8:00 to 12:00 and 13:00 to 17:00 of each working day, eight hours a day.
-- Seconds of work from the calendar's first day up to a moment; a day of rest has none.
create or replace macro worked_seconds(moment) as (
    case
        when (select calendar.working_days from working_calendar as calendar)[working_day_number(moment::date)] = moment::date
            then (working_day_number(moment::date) - 1) * 28800
                + least(greatest(epoch(moment)::bigint % 86400 - 28800, 0), 14400)
                + least(greatest(epoch(moment)::bigint % 86400 - 46800, 0), 14400)
        else working_day_number(moment::date) * 28800
    end
);

-- the moment at which so many seconds of work are over
create or replace macro moment_worked(seconds) as (
    (select calendar.working_days from working_calendar as calendar)[(seconds - 1) // 28800 + 1]::timestamp
    + to_seconds(28801 + (seconds - 1) % 28800 + case when (seconds - 1) % 28800 >= 14400 then 3600 else 0 end)
);

-- the moment `hours` hours of work after `start`
create or replace macro add_working_hours(start, hours) as (moment_worked(worked_seconds(start) + ceil(hours * 3600)::bigint));

-- the 1st or the 15th on or before a day: both calendars' periods are made of whole stretches that begin on these days
create or replace macro cell_start(day) as (day - (dayofmonth(day) - if(dayofmonth(day) < 15, 1, 15))::integer);
