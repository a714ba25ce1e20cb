-- What a figure means, said once: its value, its state and its place; for the build and for questions about other periods.
create or replace temp macro value_of(numerator, denominator, is_ratio, zero_policy, scale) as
    case
        -- in decimals: 18.66 percent is 0.1866
        when not is_ratio then (numerator::decimal(24, 4) * scale::decimal(9, 6))::double
        when denominator = 0 then case zero_policy when 'zero' then 0.0 when 'full' then 1.0 end
        else numerator::double / denominator::double * scale
    end;

-- whether a figure is as good as something that lies so far on the worse side of the target; in decimals: 0.95 less 0.005 is 0.945
create or replace temp macro reaches(figure, target, distance, direction) as
    case direction
        when 'down' then figure <= (target::decimal(18, 9) + distance::decimal(18, 9))::double
        else figure >= (target::decimal(18, 9) - distance::decimal(18, 9))::double
    end;

-- what a figure does to a threshold that is so far from the target: true switches on, false switches off, null leaves it as it was
create or replace temp macro switch_of(figure, target, distance, hysteresis, direction) as
    case
        when reaches(figure, target, distance, direction) then true
        when not reaches(figure, target, distance::decimal(18, 9) + hysteresis::decimal(18, 9), direction) then false
    end;

-- the state by the two thresholds, the target and the limit of risk
create or replace temp macro status_by(figure, target, direction, is_met, is_near) as
    case
        when figure is null or target is null or direction = 'none' then 'not_assessed'
        when is_met then 'on_target'
        when is_near then 'at_risk'
        else 'off_target'
    end;

-- the state of a figure that has no past
create or replace temp macro status_of(figure, target, at_risk_within, direction) as
    status_by(
        figure, target, direction, reaches(figure, target, 0, direction), reaches(figure, target, at_risk_within, direction)
    );

-- what slices of a divided unit's figure make; the slices of all its parts together always make the whole
create or replace temp macro part_of(figure, slices) as list_sum(list_transform(
    slices, lambda it: round(figure::decimal(24, 4) * it.upto, 4) - round(figure::decimal(24, 4) * it.since, 4)
))::decimal(24, 4);

-- Between which two ends a figure lies, however the cases of divided units were spread: a count has none or all of them; a rate, the
-- numerator of which is a part of its denominator, at one end only those outside the numerator, at the other only those within.
create or replace temp macro range_of(least_numerator, most_numerator, least_denominator, most_denominator, is_rate, is_ratio, scale) as
    case
        when not is_ratio then {
            'least': (least_numerator::decimal(24, 4) * scale::decimal(9, 6))::double,
            'most': (most_numerator::decimal(24, 4) * scale::decimal(9, 6))::double
        }
        when is_rate and least_numerator <= least_denominator
            and most_numerator - least_numerator <= most_denominator - least_denominator
            then list_transform(
                [{
                    'inside': least_denominator + most_numerator - least_numerator,
                    'outside': most_denominator - most_numerator + least_numerator
                }],
                lambda it: {
                    -- with no case on one side the rate is known, whatever there is of the other
                    'least': case when it.outside > 0 then least_numerator::double / it.outside::double else 1.0 end * scale,
                    'most': case when it.inside > 0 then most_numerator::double / it.inside::double else 0.0 end * scale
                }
            )[1]
    end;

-- how far two series of one figure may be apart and still agree: a point of a percentage, a hundredth of a count
create or replace temp macro disagreement_allowed(measure_unit, figure) as
    case measure_unit when 'percent' then 0.01 when 'points' then 0.005 else greatest(0.5, 0.01 * abs(figure)) end;

-- a share of so few cases that one of them more or less moves it far
create or replace temp macro is_small(measure_unit, denominator) as coalesce(measure_unit = 'percent' and denominator between 1 and 29, false);
