-- One row per unit, period, reported measure and unit whose word makes the figure: its own, else those of the units below it.
-- A figure without its denominator is never added to another; what is in a district's own word is not added above it once more. Reads reported (see counted_reported.sql), catalog_measures,
-- additive_measures, rollup.
with

own as (
    select reported.unit_code, reported.period, reported.measure, catalog_measures.metric, catalog_measures.part
    from reported
    inner join catalog_measures using (measure)
),

with_parts as (select unit_code, period, metric from own where part = 'denominator'),

spoken_for as (
    select own.unit_code, own.period, own.measure, upward.ancestor_code
    from own
    inner join rollup as low on low.unit_code = own.unit_code and low.ancestor_code <> own.unit_code
    inner join own as above on above.unit_code = low.ancestor_code and above.period = own.period and above.measure = own.measure
    inner join rollup as upward on upward.unit_code = above.unit_code and upward.ancestor_code <> above.unit_code
),

below as (
    select rollup.ancestor_code as unit_code, own.period, own.measure, own.unit_code as speaker_code
    from own
    inner join additive_measures using (measure)
    semi join with_parts using (unit_code, period, metric)
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
    anti join spoken_for
        on spoken_for.unit_code = own.unit_code and spoken_for.period = own.period and spoken_for.measure = own.measure
        and spoken_for.ancestor_code = rollup.ancestor_code
)

select unit_code, period, measure, unit_code as speaker_code from reported
union all
select * from below anti join reported using (unit_code, period, measure)
