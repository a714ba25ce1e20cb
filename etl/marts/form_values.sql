-- One row per unit, stretch of days and measure of the report forms of dossiers, with the time at which they last said so.
with

forms_facts as (
{forms_facts}
),

forms_counted as (
{counted_forms}
)

select
    unit_code,
    start_date,
    end_date,
    measure,
    sum(value)::decimal(24, 4) as value,
    bool_or(is_flagged) as is_flagged,
    max(as_of) as as_of,
    max(fresh_until) as fresh_until
from forms_counted
group by all
