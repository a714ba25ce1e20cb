-- One row per unit, period and reported measure: the newest statement, as it was written down and never added up.
with

reported_facts as (
{reported_facts}
),

reported_counted as (
{counted_reported}
)

select unit_code, start_date, end_date, period, measure, value, bound, as_of, fresh_until from reported_counted
