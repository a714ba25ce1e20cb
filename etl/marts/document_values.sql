-- One row per unit, stretch of days and measure of documents, as the sources state it.
with

documents_facts as (
{documents_facts}
),

documents_counted as (
{counted_documents}
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
from documents_counted
group by all
