-- One row per series, unit, stretch of days and measure as the sources state it, with ancestors: their own word, else the sum of their units.
-- A unit whose own ancestor below speaks for it is in that one's word. An ancestor's sum is an estimate where a unit that has stated this
-- measure before, and was there, is silent for the stretch.
with

own as (select * from stated),

-- of former communes and their district only the district's word counts above it
spoken_for as (
    select own.series, own.unit_code, own.start_date, own.end_date, own.measure, upward.ancestor_code
    from own
    inner join rollup as low on low.unit_code = own.unit_code and low.ancestor_code <> own.unit_code
    inner join own as above
        on above.unit_code = low.ancestor_code and above.series = own.series and above.start_date = own.start_date
        and above.end_date = own.end_date and above.measure = own.measure
    inner join rollup as upward on upward.unit_code = above.unit_code and upward.ancestor_code <> above.unit_code
),

speakers as (
    select
        own.series, own.measure, rollup.ancestor_code as unit_code,
        count(distinct own.unit_code) filter (where rollup.last_day < $reform::date) as former_count,
        count(distinct own.unit_code) filter (where rollup.last_day >= $reform::date) as present_count
    from own
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
    anti join spoken_for
        on spoken_for.series = own.series and spoken_for.unit_code = own.unit_code and spoken_for.start_date = own.start_date
        and spoken_for.end_date = own.end_date and spoken_for.measure = own.measure
        and spoken_for.ancestor_code = rollup.ancestor_code
    group by all
),

summed as (
    select
        own.series, rollup.ancestor_code as unit_code, own.start_date, own.end_date, own.measure,
        case when count(own.value) = count(*) then sum(own.value) end as value,
        bool_or(own.is_flagged) as is_flagged,
        count(*) filter (where rollup.last_day < $reform::date) as former_count,
        count(*) filter (where rollup.last_day >= $reform::date) as present_count,
        min(own.as_of) as as_of,
        min(own.fresh_until) as fresh_until
    from own
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
    anti join spoken_for
        on spoken_for.series = own.series and spoken_for.unit_code = own.unit_code and spoken_for.start_date = own.start_date
        and spoken_for.end_date = own.end_date and spoken_for.measure = own.measure
        and spoken_for.ancestor_code = rollup.ancestor_code
    where list_contains(own.adds, 'units')
    group by all
),

derived as (
    select
        summed.* exclude (former_count, present_count),
        (summed.former_count < speakers.former_count and summed.start_date < $reform::date)
        or (summed.present_count < speakers.present_count and summed.end_date >= $reform::date) as is_estimate
    from summed
    inner join speakers using (series, measure, unit_code)
    anti join own using (series, unit_code, start_date, end_date, measure)
)

select series, unit_code, start_date, end_date, measure, value, is_flagged, false as is_estimate, as_of, fresh_until from own
union all by name
select * from derived
