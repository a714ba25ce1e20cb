-- Points in whole numbers: nothing here passes through a binary fraction.

-- a / b, rounded half up; a >= 0, b > 0
create or replace temp macro half_up(a, b) as (2 * a::hugeint + b::hugeint) // (2 * b::hugeint);

-- a decimal with at most four places as a whole number of ten-thousandths
create or replace temp macro ten_thousandths(a) as (a::decimal(24, 4) * 10000)::hugeint;

-- hundredths of a percent of n / d
create or replace temp macro rounded_percent(n, d) as half_up(10000 * n::hugeint, d::hugeint);

-- hundredths of a point for the rate n / d under a maximum (hundredths) and a cap (ten-thousandths)
create or replace temp macro hundredths_of(n, d, maximum, cap) as least(
    maximum::hugeint, half_up(maximum::hugeint * n::hugeint * 10000, d::hugeint * cap::hugeint)
);

-- Points of one rate; null where a part is not known, or where the denominator is 0 and the policy gives none.
-- rounding: points | percent; zero: null | zero | full
create or replace temp macro points_of(numerator, denominator, max_points, cap, rounding, zero) as (case
    when numerator is null or denominator is null then null
    when denominator <= 0 then case zero when 'full' then max_points when 'zero' then 0 end
    when rounding = 'percent' then hundredths_of(
        rounded_percent(ten_thousandths(greatest(numerator, 0)), ten_thousandths(denominator)), 10000,
        max_points::decimal(9, 2) * 100, ten_thousandths(cap)
    ) * 0.01::decimal(3, 2)
    else hundredths_of(
        ten_thousandths(greatest(numerator, 0)), ten_thousandths(denominator),
        max_points::decimal(9, 2) * 100, ten_thousandths(cap)
    ) * 0.01::decimal(3, 2)
end)::decimal(9, 2);

-- Points of the best step that the rate (or number, over 1) has reached, 0 below all of them; compared without dividing.
create or replace temp macro points_of_steps(numerator, denominator, steps) as coalesce(
    list_max(list_transform(
        list_filter(steps, lambda step: ten_thousandths(numerator) * 10000 >= ten_thousandths(step.from_rate) * ten_thousandths(denominator)),
        lambda step: step.points
    )),
    0
)::decimal(9, 2);

-- points_of, but by steps where the criterion has any
create or replace temp macro points_by_rule(numerator, denominator, max_points, cap, rounding, zero, steps) as case
    when len(steps) > 0 and numerator is not null and denominator > 0 then points_of_steps(numerator, denominator, steps)
    else points_of(numerator, denominator, max_points, cap, rounding, zero)
end;
