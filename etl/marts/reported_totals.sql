-- One row per unit, period and reported measure: as written down, and for ancestors the sum of figures that have a denominator.
-- A figure without its denominator is never added to another; what is in a district's own word is not added above it once more.
with

own as (
    select reported.*, catalog_measures.metric
    from reported
    inner join catalog_measures on catalog_measures.measure = reported.measure
),

with_parts as (
    select own.unit_code, own.period, own.metric
    from own
    inner join catalog_measures as parts using (measure)
    where parts.part = 'denominator'
),

spoken_for as (
    select own.unit_code, own.period, own.measure, upward.ancestor_code
    from own
    inner join rollup as low on low.unit_code = own.unit_code and low.ancestor_code <> own.unit_code
    inner join own as above on above.unit_code = low.ancestor_code and above.period = own.period and above.measure = own.measure
    inner join rollup as upward on upward.unit_code = above.unit_code and upward.ancestor_code <> above.unit_code
),

summed as (
    select
        rollup.ancestor_code as unit_code,
        own.period,
        own.measure,
        sum(own.value) as value,
        case when bool_or(own.bound = 'about') then 'about' when bool_or(own.bound = 'at_least') then 'at_least' else 'exact' end as bound,
        min(own.as_of) as as_of,
        min(own.fresh_until) as fresh_until
    from own
    inner join additive_measures using (measure)
    semi join with_parts using (unit_code, period, metric)
    inner join rollup on rollup.unit_code = own.unit_code and rollup.ancestor_code <> own.unit_code
    anti join spoken_for
        on spoken_for.unit_code = own.unit_code and spoken_for.period = own.period and spoken_for.measure = own.measure
        and spoken_for.ancestor_code = rollup.ancestor_code
    group by all
),

stated as (
    select unit_code, period, measure, value, bound, as_of, fresh_until, bound <> 'exact' as is_estimate from own
    union all
    -- only who reported is in the sum, so that it is an estimate of the whole
    select *, true as is_estimate from summed anti join own using (unit_code, period, measure)
)

-- a share that came without its parts feeds a series of its own
select
    stated.unit_code, stated.period, coalesce(fed.series, 'reported') as series, stated.measure, stated.value::decimal(24, 4) as value,
    stated.as_of, stated.fresh_until, stated.is_estimate, false as has_source_flag, stated.bound
from stated
left join (select distinct measure, series from indicator_parts) as fed on fed.measure = stated.measure
