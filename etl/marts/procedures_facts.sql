-- One row per current procedure; one without dates was always in force.
select
    version_id,
    load_id,
    row_no,
    source_id,
    procedure_base,
    name,
    authority_level,
    service_level,
    eligible_full,
    has_fee,
    subject,
    coalesce(valid_from, date '1900-01-01') as valid_from,
    coalesce(valid_to, date '9999-12-31') as valid_to
from facts.procedures
