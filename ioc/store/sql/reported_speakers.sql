-- One row per unit, period, reported measure and unit whose word makes the figure: its own, else those of the units below it.
-- A figure without its denominator is never added to another. Reads reported (see counted_reported.sql), catalog_measures,
-- additive_measures, rollup.
with

with_parts as (
    select reported.unit_code, reported.period, reported.metric
    from reported
    inner join catalog_measures as parts using (measure)
    where parts.part = 'denominator'
),

below as (
    select rollup.ancestor_code as unit_code, reported.period, reported.measure, reported.unit_code as speaker_code
    from reported
    inner join additive_measures using (measure)
    semi join with_parts using (unit_code, period, metric)
    inner join rollup on rollup.unit_code = reported.unit_code and rollup.ancestor_code <> reported.unit_code
)

select unit_code, period, measure, unit_code as speaker_code from reported
union all
select * from below anti join reported using (unit_code, period, measure)
