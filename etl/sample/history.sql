-- What former communes stated of the months before the reform: form II.06a, about as much as their successors took in afterwards.

create table former_unit as
with

-- of a divided unit the greater part belongs to its main successor
weighed as (
    select
        old_code,
        name,
        new_code,
        case when is_whole then 1.0 when is_main then 0.7 else 0.3 end
        * between_draw(low_word(random_bits(concat('former|', old_code))), 0, 0.5, 1.5) as weight
    from predecessor_input
)

select
    weighed.old_code,
    any_value(weighed.name) as name,
    sum(unit.monthly_mean * weighed.weight / totals.weight) * getvariable('scale') as monthly_mean,
    sum(unit.online_start * weighed.weight) / sum(weighed.weight) as online_start,
    sum(unit.late_rate * weighed.weight) / sum(weighed.weight) as late_rate
from weighed
inner join (select new_code, sum(weight) as weight from weighed group by all) as totals using (new_code)
inner join unit on unit.unit_code = weighed.new_code
group by weighed.old_code
order by weighed.old_code;

create table history_month as
with

months as (
    select
        unnest(generate_series(date '2025-01-01', date '2025-06-01', interval 1 month))::date as month,
        -- the new year's holidays lay at the end of January
        unnest([0.82, 0.97, 1.06, 1.0, 0.98, 1.02]) as season
),

drawn as (
    select
        former_unit.*,
        months.month,
        months.season,
        datediff('month', months.month, getvariable('first_day')::date) as months_before,
        low_word(random_bits(concat('history|', former_unit.old_code, '|', months.month))) as a,
        high_word(random_bits(concat('history|', former_unit.old_code, '|', months.month))) as b
    from former_unit
    cross join months
),

received as (
    select
        *,
        floor(monthly_mean * season * between_draw(a, 0, 0.9, 1.1) + draw(a, 1))::bigint as received,
        greatest(0.2, online_start - 0.012 * months_before) as online_rate
    from drawn
),

counted as (
    select
        *,
        least(received, floor(received * online_rate + draw(a, 2)))::bigint as online,
        least(received, floor(received * between_draw(a, 3, 0.15, 0.30) + draw(b, 0)))::bigint as open_total
    from received
),

carried as (
    select
        *,
        coalesce(lag(open_total) over (partition by old_code order by month), floor(monthly_mean * 0.2 + draw(b, 1))::bigint) as carried
    from counted
),

done as (select *, carried + received - open_total as done from carried),

late as (select *, least(done, floor(done * late_rate + draw(b, 2)))::bigint as late from done)

select
    old_code, name, month, received, online, carried, done, late, open_total,
    floor((done - late) * 0.6)::bigint as early,
    least(open_total, floor(open_total * late_rate + draw(b, 3)))::bigint as overdue
from late
order by month, old_code;
