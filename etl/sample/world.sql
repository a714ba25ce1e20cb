-- The made-up province: one row per day, procedure and unit, with the tendencies of each unit.

create table calendar as
with

days as (
    select unnest(generate_series(date '2025-06-02', getvariable('as_of')::date + 250, interval 1 day))::date as day
),

weighed as (
    select
        days.day,
        isodow(days.day) <= 5 and holidays.day is null as is_working,
        -- how many dossiers come on such a day; some communes open on Saturday morning
        case when holidays.day is not null then 0 else [115, 110, 105, 100, 95, 10, 0][isodow(days.day)] end as weight
    from days
    left join holidays on holidays.day = days.day
)

select
    day,
    is_working,
    weight,
    count(*) filter (where is_working) over (order by day rows unbounded preceding)::integer as working_no
from weighed
order by day;

set variable working_days = (select list(day order by day) from calendar where is_working);

create table procedure as
select
    row_number() over (order by authority_level, agency nulls first, procedure_code)::integer as procedure_no,
    *,
    -- the land offices' software writes due days without a time
    field_code = 'G11-DD01' as is_due_without_time,
    wire_of({'MaTTHC': procedure_code, 'TenTTHC': name, 'MaLinhVuc': field_code, 'TenLinhVuc': field_name}) as wire
from procedure_input
order by procedure_no;

create table unit as
with

drawn as (
    select
        *,
        low_word(random_bits(concat('unit|', electronic_id, '|a'))) as a,
        high_word(random_bits(concat('unit|', electronic_id, '|a'))) as b,
        low_word(random_bits(concat('unit|', electronic_id, '|b'))) as c,
        high_word(random_bits(concat('unit|', electronic_id, '|b'))) as d
    from unit_input
),

weighed as (
    select
        *,
        case
            when level = 'department' then dossiers_per_month
            when unit_code = getvariable('large_commune') then 920
            when kind = 'dac_khu' then case when area_km2 < 10 then 16 else 210 end
            when kind = 'phuong' then between_draw(a, 0, 230, 560)
            else between_draw(a, 0, 140, 360)
        end as weight
    from drawn
),

scaled as (
    select
        *,
        case
            when level = 'department' then weight
            else weight * getvariable('mean_per_commune') * count(*) over (partition by level) / sum(weight::integer) over (partition by level)
        end as monthly_mean
    from weighed
)

select
    unit_no,
    unit_code,
    electronic_id,
    department_id,
    name,
    wire_of({'DonViXuLy': name}) as wire,
    level,
    kind,
    officials,
    monthly_mean,
    -- share of dossiers submitted online at the start and two years later
    case when level = 'department' then 0.80 + 0.15 * draw(a, 1) else 0.42 + 0.46 * draw(a, 1) end as online_start,
    case
        when level = 'department' then 0.97 + 0.02 * draw(a, 2)
        else (0.42 + 0.46 * draw(a, 1)) + (0.99 - (0.42 + 0.46 * draw(a, 1))) * between_draw(a, 2, 0.35, 0.98)
    end as online_end,
    -- squared: most units are rarely late, a few often
    0.015 + 0.20 * draw(a, 3) * draw(b, 0) as late_rate,
    between_draw(b, 1, 0.62, 0.985) as e_result_rate,
    between_draw(b, 2, 0.16, 0.46) as digitised_rate,
    between_draw(b, 3, 0.08, 0.44) as reuse_rate,
    0.03 * draw(c, 0) * draw(c, 1) as store_rate,
    between_draw(c, 2, 0.20, 0.72) as vneid_rate,
    1 - 0.45 * draw(c, 3) * draw(d, 0) - 0.02 as payment_rate,
    between_draw(d, 1, 0.015, 0.06) as supplement_rate,
    -- what reaches the national portal
    least(1, between_draw(d, 2, 0.98, 1.004)) as seen_rate,
    draw(d, 3) as petition_tendency
from scaled
order by unit_no;

-- 4,096 slots share out the procedures of a unit's list by their weight
create table procedure_slot as
with

shares as (
    select
        agency,
        procedure_no,
        sum(weight) over (partition by agency order by procedure_no rows unbounded preceding) as upto,
        sum(weight) over (partition by agency order by procedure_no rows unbounded preceding) - weight as over,
        sum(weight) over (partition by agency) as total
    from procedure
)

select shares.agency, slots.slot::integer as slot, shares.procedure_no
from shares
inner join range(4096) as slots(slot)
    on (2 * slots.slot + 1) * shares.total >= 8192 * shares.over and (2 * slots.slot + 1) * shares.total < 8192 * shares.upto
order by shares.agency, slots.slot;
