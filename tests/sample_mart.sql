-- A made-up but believable mart for tests of screens and questions: Hải Phòng, 16 months to 2026-10, seeded by hash.

create temp macro draw(a, b, c) as (hash(a || '|' || b || '|' || c) % 100000) / 100000.0;

insert into info values
    ('id', 'ioc-20261101T013000Z-test'), ('content_hash', 'test'), ('published_at', '2026-11-01T08:30:00'),
    ('as_of', '2026-10-31T17:00:00'), ('simulated', 'true'),
    ('site_name', 'Trung tâm điều hành thông minh thành phố Hải Phòng'), ('site_unit', '31');

insert into units
select
    code, name, short_name, 'commune', kind, '31', date '2025-07-01', null, 'H31.' || cast(100 + row_number() over (order by code) as varchar),
    sort_key, search_key,
    latitude, longitude, area_km2
from communes;
insert into units values
    ('31', 'Thành phố Hải Phòng', 'Hải Phòng', 'province', 'thanh_pho', null, date '2025-07-01', null, 'H24', 'hai phong', 'hai phong', null, null, null);

insert into periods
select strftime(m, '%Y-%m'), 'month', cast(m as date), last_day(m), 'gregorian'
from range(timestamp '2025-07-01', timestamp '2026-11-01', interval 1 month) as months (m);
insert into periods
select distinct year(start_date) || '-Q' || quarter(start_date), 'quarter', cast(date_trunc('quarter', start_date) as date),
    cast(date_trunc('quarter', start_date) + interval 3 month - interval 1 day as date), 'gregorian'
from periods;
insert into periods values
    ('2026', 'year', '2026-01-01', '2026-12-31', 'gregorian'),
    ('2026-01-01..2026-10-31', 'ytd', '2026-01-01', '2026-10-31', 'gregorian'),
    ('2025-11-01..2026-10-31', 'rolling', '2025-11-01', '2026-10-31', 'gregorian');

create temp table plan as
select * from (values
    ('tthc_publish_on_time', 1, 'TTHC công bố đúng hạn', 'Procedures published on time', 'publicity', 'percent', 'up', 1.0, 0.98, 0.02, 0.05, 'portal'),
    ('dossier_sync_rate', 4, 'Hồ sơ đồng bộ Cổng DVCQG', 'Dossiers synced', 'publicity', 'percent', 'up', 1.0, 0.985, 0.015, 1.0, 'portal'),
    ('ontime_766', 5, 'Hồ sơ xử lý trước, đúng hạn (766)', 'On-time (766)', 'progress', 'percent', 'up', 0.95, 0.94, 0.07, 1.0, 'dossiers'),
    ('ontime_completed', 6, 'Đúng hạn trên hồ sơ đã giải quyết', 'On-time of completed', 'progress', 'percent', 'up', 0.95, 0.955, 0.05, 0.9, 'dossiers'),
    ('early_rate', 7, 'Trước hạn', 'Early', 'progress', 'percent', 'up', null, 0.62, 0.2, 0.9, 'dossiers'),
    ('overdue_completed_rate', 8, 'Đã giải quyết quá hạn', 'Late completed', 'progress', 'percent', 'down', 0.0, 0.03, 0.03, 0.9, 'dossiers'),
    ('open_overdue_count', 9, 'Đang xử lý quá hạn', 'Open overdue', 'progress', 'dossiers', 'down', 0.0, 0.02, 0.02, 0.2, 'dossiers'),
    ('open_overdue_rate', 10, 'Tỷ lệ đang xử lý quá hạn', 'Open overdue rate', 'progress', 'percent', 'down', 0.0, 0.02, 0.02, 0.2, 'dossiers'),
    ('carried_over_rate', 12, 'Hồ sơ kỳ trước chuyển qua', 'Carried over', 'progress', 'percent', 'down', null, 0.12, 0.05, 1.1, 'dossiers'),
    ('due_soon_count', 13, 'Sắp đến hạn (≤ 3 ngày)', 'Due soon', 'progress', 'dossiers', 'down', null, 0.1, 0.08, 0.2, 'dossiers'),
    ('supplement_rate', 14, 'Hồ sơ phải bổ sung', 'Needs supplement', 'progress', 'percent', 'down', null, 0.06, 0.04, 1.0, 'dossiers'),
    ('rejected_rate', 16, 'Từ chối, trả lại, rút', 'Rejected/withdrawn', 'progress', 'percent', 'down', null, 0.03, 0.02, 1.0, 'dossiers'),
    ('online_submission_766', 21, 'Hồ sơ nộp trực tuyến (766)', 'Online submission (766)', 'online', 'percent', 'up', 0.5, 0.62, 0.25, 1.0, 'dossiers'),
    ('online_submission_simple', 22, 'Hồ sơ trực tuyến (06a)', 'Online (report form)', 'online', 'percent', 'up', 0.7, 0.8, 0.17, 1.0, 'dossiers'),
    ('direct_rate', 25, 'Hồ sơ trực tiếp', 'In person', 'online', 'percent', 'down', null, 0.18, 0.15, 1.0, 'dossiers'),
    ('postal_rate', 26, 'Hồ sơ bưu chính', 'By post', 'online', 'percent', 'none', null, 0.02, 0.02, 1.0, 'dossiers'),
    ('pay_dossier_online', 33, 'Hồ sơ thanh toán trực tuyến', 'Dossiers paid online', 'payment', 'percent', 'up', 0.3, 0.48, 0.3, 0.4, 'dossiers'),
    ('e_result_rate', 35, 'Cấp kết quả điện tử', 'E-result issued', 'digitisation', 'percent', 'up', 1.0, 0.78, 0.2, 0.8, 'dossiers'),
    ('digitized_rate', 36, 'Số hóa hồ sơ', 'Dossier digitised', 'digitisation', 'percent', 'up', 1.0, 0.66, 0.25, 1.0, 'dossiers'),
    ('reuse_rate', 37, 'Tái sử dụng dữ liệu số hóa', 'Data reuse', 'digitisation', 'percent', 'up', 0.8, 0.31, 0.2, 1.0, 'dossiers'),
    ('petition_on_time', 43, 'PAKN xử lý đúng hạn', 'Petitions on time', 'satisfaction', 'percent', 'up', null, 0.93, 0.1, 0.01, 'portal'),
    ('dossier_satisfaction', 45, 'Hài lòng tiếp nhận, giải quyết TTHC', 'Service satisfaction', 'satisfaction', 'percent', 'up', 0.9, 0.935, 0.06, 1.0, 'portal'),
    ('cert_coverage_leader', 57, 'Lãnh đạo có chứng thư số', 'Leaders with certificate', 'signatures', 'percent', 'up', 1.0, 0.97, 0.04, 0.015, 'certificates'),
    ('cert_coverage_staff', 58, 'CBCC có chứng thư số', 'Staff with certificate', 'signatures', 'percent', 'up', 1.0, 0.91, 0.09, 0.1, 'certificates'),
    ('cert_active_rate', 59, 'Chứng thư có phát sinh ký', 'Active certificates', 'signatures', 'percent', 'up', null, 0.7, 0.2, 0.1, 'certificates'),
    ('cert_expiring', 60, 'Chứng thư sắp hết hạn (30 ngày)', 'Expiring certificates', 'signatures', 'certificates', 'down', 0.0, 0.04, 0.05, 0.1, 'certificates')
) as plan (indicator, number, name_vi, name_en, indicator_group, measure_unit, direction, target, base, spread, share, series);

insert into indicators
select
    indicator, number, name_vi, name_en, indicator_group, 'Tử số chia mẫu số', 'Numerator over denominator', measure_unit, direction,
    case measure_unit when 'percent' then 2 else 0 end, target, 0.05, 'null', case when target is not null then 'local' end,
    case when target is not null then 'Mục tiêu minh họa' end, case series when 'portal' then 'observed' else 'official' end,
    0, case when indicator in ('online_submission_766', 'e_result_rate', 'digitized_rate') then 'may_rise'
        when indicator in ('ontime_766', 'dossier_satisfaction') then 'may_fall' end, null
from plan;

create temp table counts as
with sized as (
    select u.unit_code, p.period, p.start_date, p.end_date, cast(round((90 + 900 * pow(draw(u.unit_code, 'size', ''), 2)) * (0.85 + 0.3 * draw(u.unit_code, p.period, 'n'))) as bigint) as dossiers,
        date_diff('month', date '2025-07-01', p.start_date) as age
    from units as u cross join periods as p where u.level = 'commune' and p.kind = 'month'
)
select s.unit_code, s.period, s.start_date, plan.*, greatest(1, cast(round(s.dossiers * plan.share) as bigint)) as denominator,
    least(greatest(plan.base + plan.spread * (draw(s.unit_code, plan.indicator, '') * 1.6 - 1.0)
        + case when plan.direction = 'up' then 0.006 else -0.0008 end * (s.age - 10)
        + 0.05 * plan.spread * (draw(s.unit_code, plan.indicator, s.period) - 0.5), 0.0), 1.0) as rate
from sized as s cross join plan;

create temp table monthly as
select unit_code, 'commune' as level, '31' as parent_code, period, start_date, indicator, measure_unit, direction, target, series,
    cast(round(denominator * rate) as bigint) as numerator, denominator
from counts;
insert into monthly
select '31', 'province', null, period, start_date, indicator, measure_unit, direction, target, series, sum(numerator), sum(denominator)
from monthly group by period, start_date, indicator, measure_unit, direction, target, series;

create temp table every_period as
select unit_code, level, parent_code, p.period, indicator, measure_unit, direction, target, series, sum(numerator) as numerator, sum(denominator) as denominator
from monthly as m inner join periods as p on m.start_date between p.start_date and p.end_date
group by all;

create temp table staged as
select indicator, unit_code, level, parent_code, period, series, is_leading, numerator, denominator, value, target, status, flags,
    "rank", rank_of, previous_value, last_year_value, as_of, fresh_until, rank_best, rank_worst
from readings;
insert into staged
with valued as (
    select *, case when measure_unit = 'percent' then cast(numerator as double) / denominator else cast(numerator as double) end as value
    from every_period
),
judged as (
    select *, case direction when 'down' then value - target else target - value end as gap,
        case when level = 'commune' then rank() over (partition by indicator, period, level order by case direction when 'down' then value else -value end) end as place
    from valued
)
select
    indicator, unit_code, level, parent_code, period, series, true, numerator,
    case when measure_unit = 'percent' then denominator end, value, target,
    case when target is null then 'not_assessed' when gap <= 0 then 'on_target'
         when gap <= case measure_unit when 'percent' then 0.05 else 2000 end then 'at_risk' else 'off_target' end,
    list_filter([case when denominator < 30 then 'small_n' end, case when series = 'portal' and unit_code = '31' then 'source_flag' end], lambda f: f is not null),
    place, case when place is not null then 114 end,
    null, null, timestamp '2026-10-31 17:00:00', case series when 'portal' then timestamp '2026-11-10 17:00:00' else timestamp '2026-11-30 17:00:00' end,
    case when measure_unit = 'percent' and place is not null then greatest(1, place - 4) end,
    case when measure_unit = 'percent' and place is not null then least(114, place + 7) end
from judged;

update staged set previous_value = earlier.value
from staged as earlier
where earlier.indicator = staged.indicator and earlier.unit_code = staged.unit_code and length(staged.period) = 7
    and earlier.period = strftime(try_cast(staged.period || '-01' as date) - interval 1 month, '%Y-%m');
update staged set last_year_value = earlier.value
from staged as earlier
where earlier.indicator = staged.indicator and earlier.unit_code = staged.unit_code and length(staged.period) = 7
    and earlier.period = strftime(try_cast(staged.period || '-01' as date) - interval 1 year, '%Y-%m');
-- A value that nobody delivered: never green, never zero.
update staged set value = null, numerator = null, denominator = null, status = 'not_assessed', previous_value = null
where indicator = 'dossier_satisfaction' and period = '2026-10' and unit_code in ('31', (select min(unit_code) from units where level = 'commune'));

insert into readings by name select * from staged order by period, indicator, unit_code;

insert into daily
select indicator, unit_code, cast(d as date), floor(numerator / 30), floor(denominator / 30)
from monthly, range(timestamp '2026-10-01', timestamp '2026-11-01', interval 1 day) as days (d)
where period = '2026-10' and indicator in ('online_submission_766', 'ontime_766');

create temp table criteria as
select * from (values
    ('1.1', 'CKMB', 'Công bố đúng hạn', 6, 0.99, 'tthc_publish_on_time'), ('1.2', 'CKMB', 'Cập nhật, công khai đúng hạn', 4, 0.97, null),
    ('1.3', 'CKMB', 'Công khai đầy đủ nội dung', 2, 1.0, null), ('1.4', 'CKMB', 'Đồng bộ hồ sơ', 6, 0.98, 'dossier_sync_rate'),
    ('2.1', 'TDGQ', 'Xử lý trước, đúng hạn', 20, 0.93, 'ontime_766'),
    ('3.1', 'CLGQ', 'Cung cấp dịch vụ công trực tuyến', 2, 0.4, null), ('3.2', 'CLGQ', 'Dịch vụ có phát sinh hồ sơ', 4, 0.2, null), ('3.3', 'CLGQ', 'Hồ sơ nộp trực tuyến', 6, 0.95, 'online_submission_766'),
    ('3.5', 'TTTT', 'TTHC được tích hợp thanh toán', 2, 0.7, null), ('3.5b', 'TTTT', 'TTHC có giao dịch trực tuyến', 2, 0.6, null), ('3.6', 'TTTT', 'Hồ sơ thanh toán trực tuyến', 6, 0.5, 'pay_dossier_online'),
    ('4.1', 'MDSH', 'Cấp kết quả điện tử', 6, 0.78, 'e_result_rate'), ('4.2', 'MDSH', 'Số hóa hồ sơ', 4, 0.66, 'digitized_rate'), ('4.3', 'MDSH', 'Khai thác lại dữ liệu số hóa', 2, 0.4, 'reuse_rate'),
    ('4.4', 'MDSH', 'Kết nối kho dữ liệu cá nhân', 4, 0.05, null), ('4.5a', 'MDSH', 'TTHC kết nối dữ liệu dân cư', 2, 0.5, null), ('4.5b', 'MDSH', 'Hồ sơ dùng dữ liệu dân cư', 2, 0.4, null), ('4.6', 'MDSH', 'Chứng thực bản sao điện tử', 2, 0.9, null),
    ('5.2', 'MDHL', 'PAKN xử lý đúng hạn', 6, 0.93, 'petition_on_time'), ('5.3', 'MDHL', 'Hài lòng trong xử lý PAKN', 6, 0.85, null), ('5.4', 'MDHL', 'Hài lòng tiếp nhận, giải quyết', 6, 0.97, 'dossier_satisfaction')
) as criteria (node, parent_node, name_vi, max_points, base, indicator);
create temp table grouped as
select * from (values
    ('CKMB', 1, 'Công khai, minh bạch', 18), ('TDGQ', 2, 'Tiến độ giải quyết', 20), ('CLGQ', 3, 'Dịch vụ công trực tuyến', 12),
    ('TTTT', 4, 'Thanh toán trực tuyến', 10), ('MDSH', 5, 'Số hóa hồ sơ', 22), ('MDHL', 6, 'Mức độ hài lòng', 18)
) as grouped (node, position, name_vi, max_points);

insert into index_nodes values ('qd766_portal_2026', 'total', 'total', null, 0, 'Bộ chỉ số 766', 'Decision 766', 100, 'Tổng các nhóm', 'Sum of groups', false, 'score_766_total', 'observed', '766/QĐ-TTg', null);
insert into index_nodes select 'qd766_portal_2026', node, 'group', 'total', position * 100, name_vi, name_vi, max_points, null, null, false, null, 'observed', '766/QĐ-TTg', null from grouped;
insert into index_nodes
select 'qd766_portal_2026', c.node, 'criterion', c.parent_node, g.position * 100 + row_number() over (partition by c.parent_node order by c.node), c.name_vi, c.name_vi, c.max_points,
    'Điểm tối đa × tỷ lệ', 'Maximum × rate', c.node in ('1.1', '1.2', '1.3'), c.indicator, 'observed', '766/QĐ-TTg', null
from criteria as c inner join grouped as g on c.parent_node = g.node;
insert into index_bands values
    ('qd766_portal_2026', 'excellent', 'Xuất sắc', 'Excellent', 90, 'official'), ('qd766_portal_2026', 'good', 'Tốt', 'Good', 80, 'draft'),
    ('qd766_portal_2026', 'fair', 'Khá', 'Fair', 70, 'draft'), ('qd766_portal_2026', 'medium', 'Trung bình', 'Medium', 50, 'draft'), ('qd766_portal_2026', 'weak', 'Yếu', 'Weak', 0, 'official');

create temp table pointed as
select u.unit_code, u.level, u.parent_code, p.period, p.start_date, c.node, c.parent_node, c.max_points,
    cast(round(c.max_points * least(1, greatest(0, c.base + case when c.node in ('1.1', '1.2', '1.3') then 0 else 0.22 * (draw(case when u.level = 'province' then 'mid' else u.unit_code end, c.node, '') - 0.55) + 0.008 * (date_diff('month', date '2026-05-01', p.start_date)) end)), 2) as decimal(9, 2)) as points
from units as u cross join periods as p cross join criteria as c
where p.kind = 'month' or p.period = '2026';

insert into scores
with per_group as (
    select unit_code, level, parent_code, period, start_date, parent_node as node, 'group' as kind, sum(points) as points, sum(max_points) as max_points from pointed group by all
),
per_total as (
    select unit_code, level, parent_code, period, start_date, 'total' as node, 'total' as kind, sum(points) as points, 100 as max_points from pointed group by all
),
everything as (
    select unit_code, level, parent_code, period, start_date, node, 'criterion' as kind, points, max_points from pointed
    union all by name select * from per_group union all by name select * from per_total
)
select
    'qd766_portal_2026', unit_code, level, parent_code, period, node, kind, points, max_points,
    case when node in ('1.1', '1.2', '1.3') and level = 'commune' then 'inherited' when node in ('CLGQ', '3.1', '3.2') then 'published' else 'computed' end,
    points, 100, case when kind = 'criterion' then cast(points * 10 as bigint) end, case when kind = 'criterion' then cast(max_points * 10 as bigint) end,
    case when level = 'commune' then rank() over (partition by node, period, level order by points desc) end, case when level = 'commune' then 114 end,
    lag(points) over (partition by unit_code, node, length(period) order by start_date), [], timestamp '2026-10-31 17:00:00', timestamp '2026-11-30 17:00:00',
    null, 'current', null, null
from everything
order by period, node, unit_code;

insert into breakdown by name
select u.unit_code, p.period, f.field_name, f.base || '.' || n as procedure_base, 'Thủ tục ' || n || ' – ' || f.field_name as procedure_name,
    r.received, cast(floor(r.received * f.rate) as bigint) as online, r.received - cast(floor(r.received * f.rate) as bigint) - cast(floor(r.received * 0.02) as bigint) as counter, cast(floor(r.received * 0.02) as bigint) as postal,
    cast(floor(r.received * 0.94) as bigint) as on_time, r.received as judged,
    cast(floor(r.received * f.rate * 0.9) as bigint) as online_766, cast(floor(r.received * f.rate * 0.97) as bigint) as online_on_time, cast(floor(r.received * f.rate) as bigint) as online_judged,
    cast(floor(r.received * 0.01) as bigint) as supplemented_more, cast(floor(r.received * 0.4) as bigint) as fee_bearing, cast(floor(r.received * 0.2) as bigint) as paid_online
from units as u, periods as p,
    (values ('Hộ tịch', '1.0001', 0.9), ('Chứng thực', '1.0002', 0.35), ('Đất đai', '1.0003', 0.72), ('Bảo trợ xã hội', '1.0004', 0.8), ('Xây dựng', '1.0005', 0.66), ('Hộ kinh doanh', '1.0006', 0.97)) as f (field_name, base, rate),
    range(1, 4) as procedures (n),
    lateral (select cast(5 + floor(60 * draw(u.unit_code, f.base, cast(n as varchar) || p.period)) as bigint) as received) as r
where p.period in ('2026-10', '2026');

insert into satisfaction by name
select
    unit_code, period, 'dossiers' as kind, field_name, sum(judged) as cases, sum(on_time) as content, sum(supplemented_more) as supplements,
    sum(judged - on_time - supplemented_more) as overdue, 0 as disliked, 0 as repeated
from breakdown
group by all;
insert into satisfaction by name
select
    u.unit_code, p.period, 'petitions' as kind, f.field_name, f.class, f.cases, f.cases - f.overdue - f.disliked - f.repeated as content,
    0 as supplements, f.overdue, f.disliked, f.repeated
from units as u, periods as p,
    (values ('Đất đai', 'tthc', 9, 2, 1, 0), ('Đất đai', 'staff', 3, 0, 2, 0), ('Môi trường', 'other', 5, 0, 0, 1)) as f (field_name, class, cases, overdue, disliked, repeated)
where p.period in ('2026-10', '2026');

-- Two summer months whose fields add up to the reading: a third of all dossiers are about land, and nobody hands those in online.
insert into breakdown by name
select
    m.unit_code, m.period, f.field_name, f.base as procedure_base, f.field_name as procedure_name, f.received, f.online,
    f.received - f.online as counter, 0 as postal, 0 as on_time, 0 as judged
from monthly as m,
    lateral (values
        ('Hộ tịch', '1.0001', m.denominator - m.denominator // 3, least(m.numerator, m.denominator - m.denominator // 3)),
        ('Đất đai', '1.0003', m.denominator // 3, greatest(0, m.numerator - (m.denominator - m.denominator // 3)))
    ) as f (field_name, base, received, online)
where m.indicator = 'online_submission_simple' and m.period in ('2026-07', '2026-08');

insert into sources values
    ('one_stop', 'dossier_sync', '2026-11-01 08:00:00', '2026-10-31 17:00:00', 93600, '2026-11-30 17:00:00', 41231, 41187, 12, 8, 24, 0, 24),
    ('portal', 'national_portal', '2026-11-01 06:00:00', '2026-10-31 00:00:00', 129600, '2026-11-01 12:00:00', 5402, 5402, 0, 0, 0, 0, 0),
    ('register', 'certificates', '2026-10-28 09:00:00', '2026-10-25 00:00:00', 3456000, '2026-12-04 00:00:00', 9120, 9118, 0, 0, 2, 1, 2),
    ('staff', 'staff', '2026-10-01 09:00:00', '2026-10-01 00:00:00', 3456000, '2026-11-10 00:00:00', 116, 116, 0, 0, 0, 0, 0);
insert into loads values
    (1, 'run-1', 'staff', 'staff', 'nhan-su.csv', 'aa', 9120, '2026-10-01 09:00:00', '2026-10-01', 116, 116, 0, 0, 0, 'loaded', null, null, [], 0.2),
    (2, 'run-2', 'register', 'certificates', 'chung-thu.csv', 'bb', 991200, '2026-10-28 09:00:00', '2026-10-25', 9120, 9118, 0, 0, 2, 'loaded', null, null, [], 1.1),
    (3, 'run-2', 'register', 'certificates', 'chung-thu-hong.csv', 'cc', 12, '2026-10-28 09:00:02', null, 0, 0, 0, 0, 0, 'failed', 'UNREADABLE', 'Tệp không đọc được', [], 0.1),
    (4, 'run-3', 'portal', 'national_portal', 'transparency?time=month', 'dd', 182000, '2026-11-01 06:00:00', '2026-10-31', 5402, 5402, 0, 0, 0, 'loaded', null, null, ['TEMP_NATIONAL_REPORT_DENOMINATOR'], 41.0),
    (5, 'run-4', 'one_stop', 'dossier_sync', 'ho-so-2026-10.json', 'ee', 52000000, '2026-11-01 08:00:00', '2026-10-31 17:00:00', 41231, 41187, 12, 8, 24, 'loaded', null, null, [], 6.4);
insert into quarantine
select 5, 'one_stop', 'ho-so-2026-10.json', 100 + n, 'NgayTiepNhan', 'VALUE', '31/02/2026' from range(1, 25) as rows_ (n);
insert into quarantine values (2, 'register', 'chung-thu.csv', 17, 'don_vi', 'UNKNOWN_UNIT', 'H31.999'), (2, 'register', 'chung-thu.csv', 18, 'don_vi', 'MISSING', null);
insert into reconciliations by name
select 'ontime_766' as subject, unit_code, '2026-10' as period, 'dossiers' as left_series, 0.94 as left_value, 'portal' as right_series, 0.93 as right_value, 0.01 as difference, false as agrees from units where level = 'commune' limit 7;
insert into reconciliations values ('total', '31', '2026-10', 'computed', 74.11, 'published', 74.11, 0, true, null, null);

-- Months from the 15th to the 14th, the newest not over.
insert into periods
select 'vpcp:' || strftime(m, '%Y-%m'), 'month', cast(m - interval 1 month + interval 14 days as date), cast(m + interval 13 days as date), 'vpcp'
from range(timestamp '2026-08-01', timestamp '2026-12-01', interval 1 month) as months (m);
insert into readings
select * replace ('vpcp:' || period as period) from readings where period in ('2026-09', '2026-10');

-- What one ward was formed from; of one of the former wards only a part.
insert into units (unit_code, name, short_name, level, kind, parent_code, valid_to, sort_key, search_key) values
    ('31@2024-12-31', 'Thành phố Hải Phòng', 'Hải Phòng', 'former_province', 'thanh_pho', null, '2025-06-30', 'hai phong', 'hai phong'),
    ('311@2024-12-31', 'Huyện Thủy Nguyên', 'Thủy Nguyên', 'former_district', 'huyen', '31@2024-12-31', '2025-06-30', 'thuy nguyen', 'thuy nguyen'),
    ('11557@2024-12-31', 'Xã Thủy Đường', 'Thủy Đường', 'former_commune', 'xa', '311@2024-12-31', '2025-06-30', 'thuy duong', 'thuy duong'),
    ('11560@2024-12-31', 'Xã Hòa Bình', 'Hòa Bình', 'former_commune', 'xa', '311@2024-12-31', '2025-06-30', 'hoa binh', 'hoa binh');
insert into lineage values
    ('11557@2024-12-31', '11557', 'whole', true, 1, 'whole'), ('11560@2024-12-31', '11557', 'part', false, 0.4, 'area'),
    ('311@2024-12-31', '11557', 'part', true, null, null), ('31@2024-12-31', '11557', 'part', false, null, null);
