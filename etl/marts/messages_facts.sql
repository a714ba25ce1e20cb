-- One row per current message of the document axis: a document, or the receipt of one.
select
    version_id,
    load_id,
    row_no,
    source_id,
    message_kind,
    from_code,
    from_unit_code,
    to_unit_codes,
    document_id,
    promulgation_date,
    business_type,
    concerned_ids,
    paper,
    has_xml_signature,
    status_code,
    status_at,
    response_for,
    sent_at,
    list_contains(issues, 'in_future') as is_in_future
from facts.messages
