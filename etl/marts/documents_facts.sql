-- One row per unit, code of the source and stretch of days of the counts of documents.
select
    version_id,
    load_id,
    row_no,
    source_id,
    unit_code,
    source_unit_code,
    period_start,
    period_end,
    sent_total,
    received_total,
    sent_signed,
    sent_signed_org,
    sent_signed_personal,
    sent_electronic,
    work_files_total,
    work_files_online,
    sign_rate,
    is_parent,
    len(issues) > 0 as is_flagged
from facts.document_stats
