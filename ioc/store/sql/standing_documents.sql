-- One row per document of the document axis that stands: the last word on it decides, so that a revoked or replaced one is not there and
-- an updated one once; with the message that said the last word. Reads messages_facts.
with

copies as (
    select *, coalesce(sent_at, promulgation_date::timestamp) as dated_at
    from messages_facts
    where message_kind = 'edoc' and not is_in_future
),

-- a copy of a document for each receiver may have come as a message of its own
documents as (
    select
        from_code,
        document_id,
        arg_max(from_unit_code, (coalesce(dated_at, '1900-01-01'::timestamp), version_id)) as from_unit_code,
        min(dated_at)::date as sent_on,
        arg_max(coalesce(business_type, 0), (coalesce(dated_at, '1900-01-01'::timestamp), version_id)) as last_word,
        arg_max(
            {'source_id': source_id, 'load_id': load_id, 'row_no': row_no},
            (coalesce(dated_at, '1900-01-01'::timestamp), version_id)
        ) as last_message,
        max(dated_at) as last_at,
        bool_and(paper) as paper,
        bool_or(has_xml_signature) as has_xml_signature
    from copies
    group by all
),

-- what a revocation or a replacement names beside itself, whoever of the same sender says so
withdrawn as (
    select distinct copies.from_code, concerned.document_id
    from copies
    cross join unnest(copies.concerned_ids) as concerned (document_id)
    left join documents on documents.from_code = copies.from_code and documents.document_id = concerned.document_id
    where copies.business_type in (1, 3) and concerned.document_id <> copies.document_id
        and (documents.last_at is null or copies.dated_at is null or copies.dated_at >= documents.last_at)
)

select documents.*
from documents
anti join withdrawn using (from_code, document_id)
where documents.last_word <> 1 and documents.sent_on is not null
