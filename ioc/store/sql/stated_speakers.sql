-- One row per series, unit, stretch of days, measure and unit whose word makes the figure: its own, else those of the units below it.
-- Of former communes and their district only the district's word counts above it.
-- Reads stated (each unit's own word, and along what its measure adds), rollup.
with

spoken_for as (
{stated_spoken_for}
),

below as (
    select
        stated.series,
        rollup.ancestor_code as unit_code,
        stated.start_date,
        stated.end_date,
        stated.measure,
        stated.unit_code as speaker_code
    from stated
    inner join rollup on rollup.unit_code = stated.unit_code and rollup.ancestor_code <> stated.unit_code
    anti join spoken_for
        on spoken_for.series = stated.series and spoken_for.unit_code = stated.unit_code
        and spoken_for.start_date = stated.start_date and spoken_for.end_date = stated.end_date
        and spoken_for.measure = stated.measure and spoken_for.ancestor_code = rollup.ancestor_code
    where list_contains(stated.adds, 'units')
)

select series, unit_code, start_date, end_date, measure, unit_code as speaker_code from stated
union all
select * from below anti join stated using (series, unit_code, start_date, end_date, measure)
