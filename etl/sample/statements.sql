-- What units state themselves: form II.06a and documents of each full month, and the petitions that citizens sent.

create table full_month as
select unnest(generate_series(getvariable('first_day')::date, getvariable('as_of')::date, interval 1 month))::date as month;

delete from full_month where last_day(month) > getvariable('as_of')::date;

-- one row per unit and month: dossiers of form II.06a, counted by the dates of the dossiers
create table form_month as
with

received as (
    select
        unit_no, date_trunc('month', received_at)::date as month, count(*) as received, count(*) filter (where channel = 2) as online
    from dossier
    where is_received
    group by all
),

done as (
    select
        unit_no,
        date_trunc('month', finished_at)::date as month,
        count(*) as done,
        count(*) filter (where finished_at::date < due_at::date) as early,
        count(*) filter (where finished_at::date > due_at::date) as late
    from dossier
    where is_received and finished_at is not null
    group by all
),

-- a dossier is overdue from the day after it was due until it is finished
falling_due as (
    select unit_no, date_trunc('month', due_at::date + 1)::date as month, count(*) as entered
    from dossier
    where is_received and (finished_at is null or finished_at::date > due_at::date)
    group by all
),

caught_up as (
    select unit_no, date_trunc('month', finished_at)::date as month, count(*) as caught_up
    from dossier
    where is_received and finished_at::date > due_at::date
    group by all
),

joined as (
    select
        unit.unit_no,
        full_month.month,
        coalesce(received.received, 0) as received,
        coalesce(received.online, 0) as online,
        coalesce(done.done, 0) as done,
        coalesce(done.early, 0) as early,
        coalesce(done.late, 0) as late,
        coalesce(falling_due.entered, 0) as falling_due,
        coalesce(caught_up.caught_up, 0) as caught_up
    from unit
    cross join full_month
    left join received on received.unit_no = unit.unit_no and received.month = full_month.month
    left join done on done.unit_no = unit.unit_no and done.month = full_month.month
    left join falling_due on falling_due.unit_no = unit.unit_no and falling_due.month = full_month.month
    left join caught_up on caught_up.unit_no = unit.unit_no and caught_up.month = full_month.month
),

running as (
    select
        *,
        sum(received - done) over upto as open_at_end,
        sum(falling_due - caught_up) over upto as overdue_at_end
    from joined
    window upto as (partition by unit_no order by month rows unbounded preceding)
)

select
    unit_no,
    month,
    (open_at_end - received + done)::bigint as carried,
    received,
    online,
    done,
    early,
    done - early - late as on_time,
    late,
    open_at_end::bigint as open_total,
    overdue_at_end::bigint as overdue
from running
order by month, unit_no;

-- one row per unit and month: documents sent and received, and how they were signed
create table document_month as
with

drawn as (
    select
        office.unit_no,
        office.officials,
        office.use_rate,
        full_month.month,
        low_word(random_bits(concat('documents|', office.electronic_id, '|', full_month.month))) as a,
        high_word(random_bits(concat('documents|', office.electronic_id, '|', full_month.month))) as b,
        datediff('month', getvariable('first_day')::date, full_month.month) as age
    from office
    cross join full_month
),

counted as (
    select
        *,
        20 + 2 * officials + whole_draw(a, 0, 60) as sent,
        least(1, 0.62 + 0.3 * use_rate + 0.006 * age + between_draw(a, 1, -0.05, 0.05)) as signed_rate
    from drawn
)

select
    unit_no,
    month,
    sent,
    floor(sent * signed_rate)::bigint as signed,
    floor(sent * signed_rate * between_draw(b, 0, 0.94, 1))::bigint as signed_org,
    floor(sent * least(1, signed_rate * between_draw(b, 1, 0.97, 1.04)))::bigint as signed_personal,
    floor(sent * between_draw(b, 2, 0.93, 1))::bigint as electronic,
    sent + whole_draw(b, 3, 200) as received,
    officials * 3 + whole_draw(a, 2, 40) as work_files,
    floor((officials * 3 + whole_draw(a, 2, 40)) * least(1, 0.7 + 0.02 * age))::bigint as work_files_online
from counted
order by month, unit_no;

-- one row per petition; most units have a few in a month
create table citizen_petition as
with

places as (
    select unit.unit_no, unit.electronic_id, unit.petition_tendency, full_month.month
    from unit
    cross join full_month
),

counted as (
    select
        *,
        floor(6 * petition_tendency * petition_tendency + draw(low_word(random_bits(concat('petitions|', electronic_id, '|', month))), 0))::integer
        as petition_count
    from places
),

each_one as (select *, unnest(range(petition_count))::integer as number from counted),

drawn as (
    select
        *,
        low_word(random_bits(concat('petition|', electronic_id, '|', month, '|', number))) as a,
        high_word(random_bits(concat('petition|', electronic_id, '|', month, '|', number))) as b
    from each_one
),

timed as (
    select
        *,
        month + to_seconds(floor(draw(a, 0) * 86400 * (last_day(month) - month + 1))::integer) as received_at,
        2 + floor(26 * draw(a, 1) * draw(a, 2))::integer as handling_days
    from drawn
)

select
    unit_no,
    concat('PA-', electronic_id, '-', strftime(month, '%y%m'), '-', lpad((number + 1)::varchar, 3, '0')) as petition_code,
    electronic_id,
    ['Đất đai', 'Hộ tịch', 'Môi trường', 'Xây dựng', 'Bảo trợ xã hội', 'Chứng thực'][1 + whole_draw(b, 0, 6)] as field,
    ['tthc', 'tthc', 'staff', 'other', 'other'][1 + whole_draw(b, 1, 5)] as class,
    ['portal', 'portal', 'hotline', 'app', 'direct'][1 + whole_draw(b, 2, 5)] as channel,
    received_at,
    case
        when received_at + to_days(handling_days) < getvariable('as_of')::date + interval 1 day then received_at + to_days(handling_days)
    end as handled_at,
    case when draw(b, 3) < 0.86 then 'true' when draw(b, 3) < 0.95 then 'false' else '' end as satisfied,
    case when draw(a, 3) > 0.97 then 1 else 0 end as reopened
from timed
order by received_at, petition_code;
