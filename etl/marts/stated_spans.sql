-- One row per series, unit, stretch of days and measure as the sources state it, with ancestors: their own word, else the sum of their units.
-- An ancestor's sum is an estimate where a unit that has stated this measure before is silent for the stretch.
with

own as (select * from stated),

speakers as (
    select own.series, own.measure, rollup.ancestor_code as unit_code, count(distinct own.unit_code) as unit_count
    from own
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
    group by all
),

summed as (
    select
        own.series, rollup.ancestor_code as unit_code, own.start_date, own.end_date, own.measure,
        case when count(own.value) = count(*) then sum(own.value) end as value,
        bool_or(own.is_flagged) as is_flagged,
        count(*) as unit_count,
        min(own.as_of) as as_of,
        min(own.fresh_until) as fresh_until
    from own
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
    where list_contains(own.adds, 'units')
    group by all
),

derived as (
    select
        summed.* exclude (unit_count),
        summed.unit_count < speakers.unit_count as is_estimate
    from summed
    inner join speakers using (series, measure, unit_code)
    anti join own using (series, unit_code, start_date, end_date, measure)
)

select series, unit_code, start_date, end_date, measure, value, is_flagged, false as is_estimate, as_of, fresh_until from own
union all by name
select * from derived
