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

-- one row per retired version of each fact, and the load that retired it
create table if not exists facts.dossier_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.portal_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.certificate_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.staff_retired (version_id bigint not null, by_load_id bigint not null);
create table if not exists facts.procedure_retired (version_id bigint not null, by_load_id bigint not null);

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

-- the day that is `days` working days after `start`; Saturdays and Sundays do not count
create or replace macro add_working_days(start, days) as
    start - greatest(isodow(start) - 5, 0)::integer
    + ((days // 5) * 7 + days % 5 + case when least(isodow(start), 5) + days % 5 > 5 then 2 else 0 end)::integer;
