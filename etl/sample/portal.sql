-- What the portal shows: one row per period, unit and metric, from the dossiers that reached it.
-- Points by the rules of Decision 766 as the portal applies them, in integers: hundredths of a point, half up.

create macro half_up(n, d) as ((2 * n + d) // (2 * d));
-- full marks at `cap` hundredths of the ratio; null where there is nothing to judge
create macro linear_points(n, d, max_points, cap) as
    case when d > 0 then least(max_points * 100, half_up(max_points * 10000 * n::hugeint, d * cap)) end;
create macro ratio_of(n, d) as case when d > 0 then half_up(10000 * n::hugeint, d) end;
-- the ratio is rounded to hundredths of a percent first
create macro percent_first_points(n, d, max_points, cap) as
    case when d > 0 then least(max_points * 100, half_up(max_points * 10000 * ratio_of(n, d), 10000 * cap)) else 0 end;

create table period as
with

months as (
    select
        unnest(generate_series(date_trunc('month', getvariable('first_day')::date), getvariable('as_of')::date, interval 1 month))::date as month
),

all_periods as (
    select strftime(month, '%Y-%m') as period, month as from_day, last_day(month) as to_day, 'month' as kind
    from months
    where last_day(month) <= getvariable('as_of')::date
    union
    select
        concat(year(month), '-Q', quarter(month)),
        date_trunc('quarter', month)::date,
        (date_trunc('quarter', month) + interval 3 month - interval 1 day)::date,
        'quarter'
    from months
    union
    select year(month)::varchar, date_trunc('year', month)::date, make_date(year(month), 12, 31), 'year'
    from months
)

select
    row_number() over (order by from_day, kind)::integer as period_no,
    *,
    least(to_day, getvariable('as_of')::date) + interval 1 day as judged_until
from all_periods
order by period_no;

-- the months of each period that have begun
create table period_month as
select
    period_no,
    unnest(generate_series(date_trunc('month', from_day), least(to_day, getvariable('as_of')::date), interval 1 month))::date as month
from period;

create table ending as
-- one row per dossier that the portal saw: when it ended and until when it would have been in time
select
    dossier.unit_no,
    dossier.procedure_no,
    date_trunc('month', received_at)::date as month,
    is_seen_by_portal,
    channel,
    supplement_count,
    finished_at is not null as is_completed,
    datediff('minute', received_at, finished_at) as minutes,
    case when status = 5 and supplement_count = 1 then requested_at else coalesce(finished_at, rejected_at) end as ended_at,
    case when due_at = date_trunc('day', due_at) then due_at + interval 1 day - interval 1 microsecond else due_at end
    + case when supplement_count = 1 and status <> 5 and answered_at > requested_at then answered_at - requested_at else interval 0 second end as due_until,
    has_result_file,
    is_digitised and (has_result_file or not procedure.returns_document) as is_digitised,
    is_reused,
    is_from_store,
    is_vneid_verified or is_from_store or is_database_used as uses_population_data,
    dossier.fee_vnd > 0 as is_owing,
    dossier.fee_vnd > 0 and paid_online in (1, 2) as is_paid_online,
    dossier.fee_vnd > 0 and paid_online = 2 as is_paid_locally,
    channel = 2 and (has_result_file or not procedure.returns_document) as is_online,
    procedure.subject <> 'business' as is_for_persons
from dossier
inner join procedure on procedure.procedure_no = dossier.procedure_no
where is_received;

create table use_of_procedure as
-- one row per period, unit and procedure
select
    period.period_no,
    ending.unit_no,
    ending.procedure_no,
    any_value(ending.is_for_persons) as is_for_persons,
    count(*)::bigint as all_received,
    count(*) filter (where is_seen_by_portal)::bigint as received,
    count(*) filter (
        where is_seen_by_portal and supplement_count <= 1 and coalesce(ended_at, period.judged_until - interval 1 microsecond) <= due_until
    )::bigint as on_time,
    count(*) filter (where is_seen_by_portal and is_completed)::bigint as completed,
    sum(minutes) filter (where is_seen_by_portal and is_completed)::bigint as minutes,
    count(*) filter (where is_seen_by_portal and has_result_file)::bigint as with_result,
    count(*) filter (where is_seen_by_portal and is_digitised)::bigint as digitised,
    count(*) filter (where is_seen_by_portal and is_reused)::bigint as reused,
    count(*) filter (where is_seen_by_portal and is_from_store)::bigint as from_store,
    count(*) filter (where is_seen_by_portal and uses_population_data)::bigint as population_data,
    count(*) filter (where is_seen_by_portal and is_owing)::bigint as owing,
    count(*) filter (where is_seen_by_portal and is_paid_online)::bigint as paid,
    count(*) filter (where is_seen_by_portal and is_paid_locally)::bigint as paid_locally,
    count(*) filter (where is_seen_by_portal and is_online)::bigint as online,
    count(*) filter (where is_seen_by_portal and channel = 3)::bigint as postal,
    count(*) filter (
        where is_seen_by_portal and is_online
        and supplement_count <= 1 and coalesce(ended_at, period.judged_until - interval 1 microsecond) <= due_until
    )::bigint as online_on_time
from ending
inner join period_month on period_month.month = ending.month
inner join period on period.period_no = period_month.period_no
group by period.period_no, ending.unit_no, ending.procedure_no;

create table petition as
-- one row per unit and month in which somebody complained: all, of procedures, of officials, in time, satisfied
with

months as (
    select unnest(generate_series(date_trunc('month', getvariable('first_day')::date), getvariable('as_of')::date, interval 1 month))::date as month
),

drawn as (
    select
        unit.unit_no,
        months.month,
        low_word(random_bits(concat('petition|', unit.electronic_id, '|', months.month))) as a,
        high_word(random_bits(concat('petition|', unit.electronic_id, '|', months.month))) as b,
        unit.petition_tendency
    from unit, months
    where unit.monthly_mean > 0
),

counted as (
    select *, 1 + whole_draw(a, 1, 3) as petitions from drawn where draw(a, 0) < 0.07 * petition_tendency * petition_tendency
)

select
    unit_no,
    month,
    petitions,
    whole_draw(a, 2, petitions + 1) as of_procedures,
    petitions - case when draw(a, 3) < 0.25 then 1 else 0 end as on_time,
    petitions - case when draw(b, 0) < 0.40 then 1 else 0 end as satisfied
from counted;

create table tally as
-- one row per period and unit, the province (unit 0) included
with

members as (
    select unit_no, unit_no as member_no from unit
    union all
    select 0, unit_no from unit
),

by_procedure as (
    select
        use_of_procedure.period_no,
        members.unit_no,
        use_of_procedure.procedure_no,
        any_value(is_for_persons) as is_for_persons,
        sum(columns(* exclude (period_no, unit_no, procedure_no, is_for_persons, member_no)))::bigint
    from use_of_procedure
    inner join members on members.member_no = use_of_procedure.unit_no
    group by use_of_procedure.period_no, members.unit_no, use_of_procedure.procedure_no
),

summed as (
    select
        period_no,
        unit_no,
        sum(columns(* exclude (period_no, unit_no, procedure_no, is_for_persons)))::bigint,
        count(*) filter (where online > 0) as procedures_online,
        count(*) filter (where population_data > 0 and is_for_persons) as procedures_population_data,
        count(*) filter (where paid > 0) as procedures_paid_online,
        count(*) filter (where paid_locally > 0) as procedures_fee_synced
    from by_procedure
    group by period_no, unit_no
),

petitions as (
    select
        period.period_no,
        members.unit_no,
        sum(petitions)::bigint as petitions,
        sum(of_procedures)::bigint as petitions_of_procedures,
        sum(on_time)::bigint as petitions_on_time,
        sum(satisfied)::bigint as petitions_satisfied
    from petition
    inner join members on members.member_no = petition.unit_no
    inner join period on petition.month between period.from_day and period.to_day
    group by period.period_no, members.unit_no
),

-- what each unit has in its list
lists as (
    select
        members.unit_no,
        count(distinct procedure.procedure_no) as authority,
        count(distinct procedure.procedure_no) filter (where service_level = 'partial') as partial_services,
        count(distinct procedure.procedure_no) filter (where service_level = 'full') as full_services,
        count(distinct procedure.procedure_no) filter (where has_fee) as with_fee,
        count(distinct procedure.procedure_no) filter (where subject <> 'business') as for_persons
    from members
    inner join unit on unit.unit_no = members.member_no
    inner join procedure on procedure.agency = case when unit.level = 'department' then unit.electronic_id else '' end
    group by members.unit_no
)

select
    period.period_no,
    places.unit_no,
    lists.* exclude (unit_no),
    -- a commune's real list is some 300 procedures longer than the sample's, and so are these
    coalesce(lists.authority, 0) + case when places.unit_no = 0 then 280 when places.level = 'commune' then 300 else 2 end as services,
    coalesce(lists.with_fee, 0) + case when places.unit_no = 0 then 190 when places.level = 'commune' then 32 else 1 end as fee_procedures,
    coalesce(lists.for_persons, 0) + case when places.unit_no = 0 then 240 when places.level = 'commune' then 270 else 2 end as listed_for_persons,
    coalesce(columns(summed.* exclude (period_no, unit_no)), 0),
    coalesce(columns(petitions.* exclude (period_no, unit_no)), 0),
    -- a few dossiers in a thousand end in time and still displease
    draw(low_word(random_bits(concat('displeased|', places.unit_no, '|', period.period))), 0) as displeasure,
    draw(low_word(random_bits(concat('flag|', places.unit_no))), 1) < 0.7 as is_national_report_missing
from period
cross join (select unit_no, level from unit union all select 0, 'province') as places
left join lists on lists.unit_no = places.unit_no
left join summed on summed.period_no = period.period_no and summed.unit_no = places.unit_no
left join petitions on petitions.period_no = period.period_no and petitions.unit_no = places.unit_no;

create table publicity as
-- one row per period: the province's publication of procedures, which every unit inherits
select
    period_no,
    case when kind = 'month' and draw(word, 0) < 0.25 then 0 else 6 + whole_draw(word, 0, 60) * datediff('month', from_day, judged_until) end as published,
    draw(word, 1) as promptness,
    draw(word, 2) as update_promptness,
    2130 + datediff('month', date '2025-07-01', from_day) as public_procedures,
    2130 + datediff('month', date '2025-07-01', from_day) - whole_draw(word, 3, 40) as full_procedures
from (select *, low_word(random_bits(concat('publicity|', period))) as word from period);

create table metric as
-- one row per period, unit, group and criterion
with

judged as (
    select
        tally.*,
        published,
        floor(published * promptness * 0.4)::bigint as published_on_time,
        floor(published * (0.5 + 0.5 * update_promptness))::bigint as updated_on_time,
        public_procedures,
        full_procedures,
        on_time - least(on_time, floor(received * displeasure * 0.004)::bigint) as satisfied_dossiers,
        case when is_national_report_missing then received else all_received end as reported
    from tally
    inner join publicity using (period_no)
),

listed as (
    select
        period_no,
        unit_no,
        unnest([
            {'group_code': 'CKMB', 'place': 1, 'code': 'PUBLISH_ON_TIME', 'name': 'Tỷ lệ TTHC công bố đúng hạn',
                'n': published_on_time, 'd': published, 'max_points': 6, 'cap': 100, 'empty_points': null::integer},
            {'group_code': 'CKMB', 'place': 2, 'code': 'PUBLIC_UPDATE_ON_TIME', 'name': 'Tỷ lệ TTHC cập nhật, công khai đúng hạn',
                'n': updated_on_time, 'd': published, 'max_points': 4, 'cap': 100, 'empty_points': null},
            {'group_code': 'CKMB', 'place': 3, 'code': 'PUBLIC_CONTENT_FULL', 'name': 'Tỷ lệ TTHC công khai đầy đủ nội dung',
                'n': full_procedures, 'd': public_procedures, 'max_points': 2, 'cap': 100, 'empty_points': null},
            {'group_code': 'CKMB', 'place': 4, 'code': 'DOSSIER_SYNC', 'name': 'Tỷ lệ hồ sơ đồng bộ lên Cổng DVCQG',
                'n': received, 'd': reported, 'max_points': 6, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 1, 'code': 'ORIGINAL_RESULT_AVAILABLE',
                'name': 'Tỷ lệ hồ sơ thủ tục hành chính có cấp kết quả giải quyết thủ tục hành chính điện tử',
                'n': with_result, 'd': received, 'max_points': 6, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 2, 'code': 'SO_HOA_GIAY_TO_GIAI_QUYET',
                'name': 'Tỷ lệ hồ sơ thủ tục hành chính thực hiện số hóa hồ sơ',
                'n': digitised, 'd': received, 'max_points': 4, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 3, 'code': 'REUSED_DIGITIZED_DATA',
                'name': 'Tỷ lệ hồ sơ khai thác, sử dụng lại thông tin, dữ liệu số hóa',
                'n': reused, 'd': received, 'max_points': 2, 'cap': 80, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 4, 'code': 'SYNCED_WITH_DVCQG_PERSONAL_STORAGE',
                'name': 'Tỷ lệ hồ sơ TTHC được số hóa có kết nối, chia sẻ dữ liệu phục vụ tái sử dụng',
                'n': from_store, 'd': received, 'max_points': 4, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 5, 'code': 'CITIZEN_DATA_CONNECTED_DOSSIER',
                'name': 'Tỷ lệ hồ sơ TTHC có sử dụng thông tin, dữ liệu dân cư',
                'n': population_data, 'd': received, 'max_points': 2, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 6, 'code': 'CITIZEN_DATA_CONNECTED_FORMALITY',
                'name': 'Tỷ lệ TTHC triển khai kết nối, chia sẻ dữ liệu dân cư phục vụ GQ TTHC',
                'n': procedures_population_data, 'd': listed_for_persons, 'max_points': 2, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDSH', 'place': 7, 'code': 'ELECTRONIC_CERTIFIED_COPY',
                'name': 'Tỷ lệ cung cấp dịch vụ chứng thực bản sao điện tử từ bản chính',
                'n': null, 'd': null, 'max_points': 2, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDHL', 'place': 1, 'code': 'PETITION_CLASSIFICATION_TTHC', 'name': 'Tỷ lệ PAKN về quy định, thủ tục hành chính',
                'n': petitions_of_procedures, 'd': petitions, 'max_points': 0, 'cap': 100, 'empty_points': null},
            {'group_code': 'MDHL', 'place': 2, 'code': 'DOSSIER_RECEIVING_SATISFACTION', 'name': 'Tỷ lệ hài lòng trong tiếp nhận, giải quyết TTHC',
                'n': satisfied_dossiers, 'd': received, 'max_points': 6, 'cap': 90, 'empty_points': 0},
            {'group_code': 'MDHL', 'place': 3, 'code': 'PETITION_PROCESSING_ON_TIME', 'name': 'Tỷ lệ PAKN xử lý đúng hạn',
                'n': petitions_on_time, 'd': petitions, 'max_points': 6, 'cap': 100, 'empty_points': 600},
            {'group_code': 'MDHL', 'place': 4, 'code': 'PETITION_HANDLING_SATISFACTION', 'name': 'Tỷ lệ hài lòng trong xử lý PAKN',
                'n': petitions_satisfied, 'd': petitions, 'max_points': 6, 'cap': 100, 'empty_points': 600},
            {'group_code': 'MDHL', 'place': 5, 'code': 'PETITION_CLASSIFICATION_STAFF',
                'name': 'Tỷ lệ PAKN về hành vi cán bộ, công chức, viên chức',
                'n': petitions - petitions_of_procedures, 'd': petitions, 'max_points': 0, 'cap': 100, 'empty_points': null}
        ], recursive := true),
        received,
        is_national_report_missing
    from judged
)

select
    * exclude (received, is_national_report_missing),
    case
        when code = 'ELECTRONIC_CERTIFIED_COPY' then 10000
        when d > 0 then ratio_of(n, d)
        when group_code = 'MDHL' then 0
    end as ratio,
    case
        when code = 'ELECTRONIC_CERTIFIED_COPY' then 200
        when max_points = 0 then null
        when d > 0 then linear_points(n, d, max_points, cap)
        else empty_points
    end as points,
    case
        when code <> 'DOSSIER_SYNC' then null
        when received = 0 then 'NO_NATIONAL_REPORT_DATA'
        when is_national_report_missing then 'TEMP_NATIONAL_REPORT_DENOMINATOR'
    end as quality_status
from listed;

create table group_points as
-- one row per period, unit and group
select period_no, unit_no, group_code, sum(coalesce(points, 0))::bigint as points
from metric
group by period_no, unit_no, group_code
union all
select period_no, unit_no, 'TDGQ', coalesce(linear_points(on_time, received, 20, 100), 0) from tally
union all
-- a commune's share of offered services is not published and not counted
select
    period_no,
    unit_no,
    'CLGQ',
    case when received = 0 then 0 else
        case when unit_no = 0 then percent_first_points(partial_services + full_services, authority, 2, 80) else 0 end
        + percent_first_points(procedures_online, services, 4, 100)
        + percent_first_points(online, received, 6, 50)
    end
from tally
union all
select
    period_no,
    unit_no,
    'TTTT',
    percent_first_points(procedures_fee_synced, fee_procedures, 2, 80)
    + percent_first_points(procedures_paid_online, fee_procedures, 2, 80)
    + percent_first_points(paid, owing, 6, 100)
from tally;

-- numbers as the portal writes them, without trailing zeros: 600 hundredths are 6, 750 are 7.5
create macro json_number(hundredths) as (
    (hundredths // 100)::varchar || case
        when hundredths % 100 = 0 then ''
        when hundredths % 10 = 0 then '.' || (hundredths // 10 % 10)
        else '.' || lpad((hundredths % 100)::varchar, 2, '0')
    end
)::json;
create macro average_days(minutes, dossiers) as case when dossiers > 0 then half_up(minutes * 100, dossiers * 1440) else 0 end;
