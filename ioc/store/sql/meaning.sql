-- What a figure means, said once: its value, its state and its place; for the build and for questions about other periods.
create or replace temp macro value_of(numerator, denominator, is_ratio, zero_policy, scale) as
    case
        when not is_ratio then numerator::double * scale
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

-- the smaller, the better the place
create or replace temp macro place_of(figure, direction) as case direction when 'up' then -figure else figure end;
