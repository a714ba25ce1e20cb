-- One row per boundary view, unit, period and measure of the data's own quality, as of the newest load of any source: so that the same loads
-- always make the same figures. Reads all_values, mart.sources.
with

sources as (select * from mart.sources),

freshness as (
{freshest_loads}
),

terms as (
{gap_terms}
),

ages as (
    select max(as_of) as as_of, max(fresh_until) as fresh_until
    from sources
    where kind in ('dossier_sync', 'sql_view')
),

stated as (
    select boundary, unit_code, period, series, measure, max(value) as value
    from all_values
    where boundary <> 'former' and (series, measure) in (select (series, measure) from terms)
    group by all
),

feeds as (select boundary, unit_code, period from stated where series = 'dossiers' and measure = 'received' and value is not null),

gaps as (
    select
        feeds.boundary,
        feeds.unit_code,
        feeds.period,
        terms.gap,
        case when count(stated.value) = count(*) then abs(sum(terms.sign * stated.value)) end as value
    from feeds
    cross join terms
    left join stated
        on stated.boundary = feeds.boundary and stated.unit_code = feeds.unit_code and stated.period = feeds.period
        and stated.series = terms.series and stated.measure = terms.measure
    group by all
),

found as (
    select feeds.boundary, feeds.unit_code, feeds.period, 'hours_since_load' as measure, freshness.hours::decimal(24, 4) as value
    from feeds
    inner join freshness using (period)
    union all
    select boundary, unit_code, period, gap, value::decimal(24, 4) from gaps where gap = 'balance_gap' and value is not null
    union all
    -- where the portal says nothing, nothing differs; of parts of periods it never speaks
    select boundary, unit_code, period, gap, coalesce(value, 0)::decimal(24, 4) from gaps semi join period_frame using (period) where gap = 'portal_gap'
)

select
    found.boundary, found.unit_code, found.period, 'quality' as series, found.measure, found.value,
    ages.as_of, ages.fresh_until, false as is_estimate, false as has_source_flag
from found
cross join ages
