-- How many dossiers each unit takes in which stretch of days. Grain of stratum: unit, stretch of days (a month, or a part of one).

create table founding as select * from founding_input where getvariable('has_founding_facts');

create table stretch as
with

months as (
    select
        unnest(generate_series(date_trunc('month', getvariable('first_day')::date), getvariable('as_of')::date, interval 1 month))::date as month
),

whole as (
    select month, month as from_day, least(last_day(month), getvariable('as_of')::date) as to_day from months
),

-- the days of a month that lie outside the founding window
pieces as (
    select
        whole.month,
        unnest([
            {'from_day': whole.from_day, 'to_day': least(whole.to_day, founding.from_day - 1)},
            {'from_day': greatest(whole.from_day, founding.to_day + 1), 'to_day': whole.to_day}
        ], recursive := true)
    from whole, founding
    where whole.from_day <= founding.to_day and whole.to_day >= founding.from_day
),

stretches as (
    select month, from_day, to_day, 'any' as kind from whole
    union all
    select month, from_day, to_day, 'around' as kind from pieces where from_day <= to_day
    union all
    select null as month, from_day, to_day, 'founding' as kind from founding
)

select
    row_number() over (order by stretches.from_day, stretches.kind)::integer as stretch_no,
    stretches.*,
    (select sum(weight) from calendar where day between stretches.from_day and stretches.to_day) as weight,
    (select sum(weight) from calendar where day between stretches.month and last_day(stretches.month)) as month_weight
from stretches
order by stretch_no;

-- 1,024 slots share out the days of a stretch by their weight
create table day_slot as
with

shares as (
    select
        stretch.stretch_no,
        calendar.day,
        calendar.is_working,
        calendar.working_no,
        sum(calendar.weight) over (partition by stretch.stretch_no order by calendar.day rows unbounded preceding) as upto,
        sum(calendar.weight) over (partition by stretch.stretch_no order by calendar.day rows unbounded preceding) - calendar.weight as over,
        stretch.weight as total
    from stretch
    inner join calendar on calendar.day between stretch.from_day and stretch.to_day
)

select shares.stretch_no, slots.slot::integer as slot, shares.day, shares.is_working, shares.working_no
from shares
inner join range(1024) as slots(slot)
    on (2 * slots.slot + 1) * shares.total >= 2048 * shares.over and (2 * slots.slot + 1) * shares.total < 2048 * shares.upto
order by shares.stretch_no, slots.slot;

create table stratum as
with

placed as (
    select
        unit.unit_no,
        unit.electronic_id,
        unit.level,
        unit.monthly_mean,
        stretch.*,
        founding.received as founding_received,
        founding.online as founding_online,
        -- half of the way in the first year: 0 in July 2025, 1 two years later
        least(1, datediff('month', date '2025-07-01', stretch.from_day) / 24) as progress,
        high_word(random_bits(concat('month|', unit.electronic_id, '|', stretch.from_day))) as luck
    from unit
    left join founding on founding.unit_code = unit.unit_code
    inner join stretch
        on stretch.kind = 'any' and (
            founding.unit_code is null or stretch.to_day < founding.from_day or stretch.from_day > founding.to_day
        )
        or stretch.kind <> 'any' and founding.unit_code is not null
),

counted as (
    select
        *,
        case
            when kind = 'founding' then founding_received
            else floor(
                getvariable('scale') * monthly_mean * weight / month_weight * between_draw(luck, 0, 0.90, 1.12)
                -- dossiers by month: a dip at Tết, a peak before the school year
                * [104, 72, 108, 101, 99, 104, 106, 114, 102, 103, 101, 97][month(from_day)] / 100
                * case when from_day < date '2025-08-01' then 0.86 else 1 end
                + draw(luck, 1)
            )
        end::integer as received
    from placed
    where weight > 0
)

select
    unit_no,
    electronic_id,
    stretch_no,
    from_day,
    progress,
    draw(luck, 2) as luck,
    received,
    case when kind = 'founding' then founding_online end as exactly_online,
    -- submitted online and never accepted
    floor(received * 0.007 + draw(luck, 3))::integer as refused
from counted
order by unit_no, stretch_no;
