-- One row per unit, period, reported measure and unit whose word makes the figure: its own, else those of the units below it.
-- A figure without its denominator is never added to another. Reads reported (see counted_reported.sql), catalog_measures,
-- additive_measures, rollup.
with

own as (
    select reported.unit_code, reported.period, reported.measure, catalog_measures.metric, catalog_measures.part
    from reported
    inner join catalog_measures using (measure)
),

with_parts as (select unit_code, period, metric from own where part = 'denominator'),

below as (
    select rollup.ancestor_code as unit_code, own.period, own.measure, own.unit_code as speaker_code
    from own
    inner join additive_measures using (measure)
    semi join with_parts using (unit_code, period, metric)
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
)

select unit_code, period, measure, unit_code as speaker_code from reported
union all
select * from below anti join reported using (unit_code, period, measure)
