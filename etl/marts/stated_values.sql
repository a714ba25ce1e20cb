-- One row per series, unit, period and measure: the source's own statement for just these days, else what its months make; where these do not
-- reach to the period's end, `covered_until` is the day up to which they do.
with

units as (select * from mart.units),

stretches as (
{stated_stretches}
)

select
    stretches.series,
    stretches.unit_code,
    stretches.period,
    stretches.measure,
    sum(spans.value) filter (where stretches.is_added) as value,
    bool_or(spans.is_flagged) as is_flagged,
    bool_or(spans.is_estimate) as is_estimate,
    max(spans.as_of) as as_of,
    max(stretches.covered_until) as covered_until,
    max(spans.fresh_until) as fresh_until
from stretches
inner join stated_spans as spans
    on spans.series = stretches.series and spans.unit_code = stretches.unit_code
    and spans.start_date = stretches.start_date and spans.end_date = stretches.end_date and spans.measure = stretches.measure
group by all
