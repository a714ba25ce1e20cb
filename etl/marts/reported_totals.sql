-- One row per unit, period and reported measure: as written down, and for ancestors the sum of figures that have a denominator.
with

speakers as (
{reported_speakers}
),

summed as (
    select
        speakers.unit_code,
        speakers.period,
        speakers.measure,
        sum(reported.value) as value,
        case
            when bool_or(reported.bound = 'about') then 'about' when bool_or(reported.bound = 'at_least') then 'at_least' else 'exact'
        end as bound,
        min(reported.as_of) as as_of,
        min(reported.fresh_until) as fresh_until,
        -- only who reported is in a sum, so that it is an estimate of the whole
        bool_or(reported.bound <> 'exact' or speakers.speaker_code <> speakers.unit_code) as is_estimate
    from speakers
    inner join reported
        on reported.unit_code = speakers.speaker_code and reported.period = speakers.period and reported.measure = speakers.measure
    group by all
)

-- a share that came without its parts feeds a series of its own
select
    summed.unit_code, summed.period, coalesce(fed.series, 'reported') as series, summed.measure, summed.value::decimal(24, 4) as value,
    summed.as_of, summed.fresh_until, summed.is_estimate, false as has_source_flag, summed.bound
from summed
left join (select distinct measure, series from indicator_parts) as fed on fed.measure = summed.measure
