-- One row per series, unit, stretch of days and measure as the sources state it, with ancestors: their own word, else the sum of their units.
-- An ancestor's sum is an estimate where a unit that has stated this measure before, and was there, is silent for the stretch.
with

speakers as (
{stated_speakers}
),

spoken_for as (
{stated_spoken_for}
),

ever_spoken as (
    select
        stated.series, stated.measure, rollup.ancestor_code as unit_code,
        count(distinct stated.unit_code) filter (where rollup.last_day < $reform::date) as former_count,
        count(distinct stated.unit_code) filter (where rollup.last_day >= $reform::date) as present_count
    from stated
    inner join rollup on rollup.unit_code = stated.unit_code and rollup.ancestor_code <> stated.unit_code
    anti join spoken_for
        on spoken_for.series = stated.series and spoken_for.unit_code = stated.unit_code
        and spoken_for.start_date = stated.start_date and spoken_for.end_date = stated.end_date
        and spoken_for.measure = stated.measure and spoken_for.ancestor_code = rollup.ancestor_code
    group by all
),

summed as (
    select
        speakers.series,
        speakers.unit_code,
        speakers.start_date,
        speakers.end_date,
        speakers.measure,
        sum(stated.value) as value,
        bool_or(stated.is_flagged) as is_flagged,
        bool_and(speakers.speaker_code = speakers.unit_code) as is_own,
        count(*) filter (where rollup.last_day < $reform::date) as former_count,
        count(*) filter (where rollup.last_day >= $reform::date) as present_count,
        min(stated.as_of) as as_of,
        min(stated.fresh_until) as fresh_until
    from speakers
    inner join stated
        on stated.series = speakers.series and stated.unit_code = speakers.speaker_code
        and stated.start_date = speakers.start_date and stated.end_date = speakers.end_date and stated.measure = speakers.measure
    left join rollup on rollup.unit_code = speakers.speaker_code and rollup.ancestor_code = speakers.unit_code
    group by all
)

select
    summed.* exclude (is_own, former_count, present_count),
    not summed.is_own and (
        (summed.former_count < ever_spoken.former_count and summed.start_date < $reform::date)
        or (summed.present_count < ever_spoken.present_count and summed.end_date >= $reform::date)
    ) as is_estimate
from summed
left join ever_spoken using (series, measure, unit_code)
