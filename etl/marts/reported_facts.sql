-- One row per source, unit, period and metric that somebody wrote a figure down for.
select
    version_id,
    load_id,
    row_no,
    source_id,
    unit_code,
    period,
    period_start,
    period_end,
    metric,
    value,
    of_value,
    bound,
    source_document
from facts.reported_values
