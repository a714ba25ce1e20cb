-- What a figure means, said once: its value, its state and its place; for the build and for questions about other periods.
create or replace temp macro value_of(numerator, denominator, is_ratio, zero_policy, scale) as
    case
        -- in decimals: 18.66 percent is 0.1866
        when not is_ratio then (numerator::decimal(24, 4) * scale::decimal(9, 6))::double
        when denominator = 0 then case zero_policy when 'zero' then 0.0 when 'full' then 1.0 end
        else numerator::double / denominator::double * scale
    end;

create or replace temp macro status_of(figure, target, at_risk_within, direction) as
    case
        when figure is null or target is null or direction = 'none' then 'not_assessed'
        when direction = 'up' and figure >= target then 'on_target'
        when direction = 'down' and figure <= target then 'on_target'
        when abs(figure - target) <= at_risk_within then 'at_risk'
        else 'off_target'
    end;

-- how far two series of one figure may be apart and still agree: a point of a percentage, a hundredth of a count
create or replace temp macro disagreement_allowed(measure_unit, figure) as
    case measure_unit when 'percent' then 0.01 when 'points' then 0.005 else greatest(0.5, 0.01 * abs(figure)) end;

-- the smaller, the better the place
create or replace temp macro place_of(figure, direction) as case direction when 'up' then -figure else figure end;
