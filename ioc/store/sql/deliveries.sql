-- One row per standing document of the document axis and known unit that it was sent to, with the first message that names it.
-- Reads standing_documents (see standing_documents.sql), messages_facts.
select
    standing.from_code,
    standing.document_id,
    standing.sent_on,
    receiver.unit_code,
    arg_min({'source_id': copies.source_id, 'load_id': copies.load_id, 'row_no': copies.row_no}, copies.version_id) as first_message
from standing_documents as standing
inner join messages_facts as copies
    on copies.message_kind = 'edoc' and not copies.is_in_future
    and copies.from_code = standing.from_code and copies.document_id = standing.document_id
cross join unnest(copies.to_unit_codes) as receiver (unit_code)
group by all
