-- One row per series, unit, stretch of days, measure and unit whose word makes the figure: its own, else those of the units below it.
-- Reads stated (each unit's own word, and along what its measure adds), rollup.
with

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
    where list_contains(stated.adds, 'units')
)

select series, unit_code, start_date, end_date, measure, unit_code as speaker_code from stated
union all
select * from below anti join stated using (series, unit_code, start_date, end_date, measure)
