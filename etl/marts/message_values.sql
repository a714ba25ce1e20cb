-- One row per unit, period and measure of the document axis: documents counted once, in the period in which they were sent.
-- The last word on a document decides: a revoked or replaced one is not counted, an updated one once. Receipts count up to the period's end.
with

messages as (select * from facts.messages),

copies as (
    select *, coalesce(sent_at, promulgation_date::timestamp) as dated_at
    from messages
    where message_kind = 'edoc' and not list_contains(issues, 'in_future')
),

-- a copy of a document for each receiver may have come as a message of its own
documents as (
    select
        from_code,
        document_id,
        arg_max(from_unit_code, (coalesce(dated_at, '1900-01-01'::timestamp), version_id)) as from_unit_code,
        min(dated_at)::date as sent_on,
        arg_max(coalesce(business_type, 0), (coalesce(dated_at, '1900-01-01'::timestamp), version_id)) as last_word,
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
),

standing as (
    select documents.*
    from documents
    anti join withdrawn using (from_code, document_id)
    where documents.last_word <> 1 and documents.sent_on is not null
),

sent as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        count(*) as messages_sent,
        count(standing.paper) as messages_sent_of,
        count(*) filter (where not standing.paper) as messages_paperless,
        count(*) filter (where not standing.paper and standing.has_xml_signature) as messages_signed
    from standing
    inner join rollup on rollup.unit_code = standing.from_unit_code
    inner join periods on standing.sent_on between periods.start_date and periods.judged_on
    group by all
),

deliveries as (
    select distinct standing.from_code, standing.document_id, standing.sent_on, receiver.unit_code
    from standing
    inner join copies on copies.from_code = standing.from_code and copies.document_id = standing.document_id
    cross join unnest(copies.to_unit_codes) as receiver (unit_code)
),

handled as (
    select receipts.from_unit_code as unit_code, answered.document_id, min(receipts.status_at) as handled_at
    from messages as receipts
    cross join unnest(receipts.response_for) as answered (document_id)
    where receipts.message_kind = 'status' and receipts.status_code = '06' and receipts.from_unit_code is not null
    group by all
),

received as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        count(*) as messages_received,
        -- a receipt without its time is taken at its word
        count(*) filter (where handled.document_id is not null and coalesce(handled.handled_at <= periods.judged_at, true)) as messages_handled
    from deliveries
    inner join rollup on rollup.unit_code = deliveries.unit_code
    inner join periods on deliveries.sent_on between periods.start_date and periods.judged_on
    left join handled on handled.unit_code = deliveries.unit_code and handled.document_id = deliveries.document_id
    group by all
),

-- a unit that the axis knows has sent nothing in a period that the messages cover, if they tell of nothing
known_days as (select min(sent_on) as first_day, max(sent_on) as last_day from standing),

members as (
    select distinct rollup.ancestor_code as unit_code, rollup.first_day, rollup.last_day
    from (
        select from_unit_code as unit_code from standing
        union
        select unit_code from deliveries
    ) as party
    inner join rollup on rollup.unit_code = party.unit_code
),

covered as (
    select members.unit_code, periods.period
    from members
    cross join known_days
    inner join periods
        on periods.end_date >= greatest(known_days.first_day, members.first_day)
        and periods.start_date <= least(known_days.last_day, members.last_day)
    union
    select unit_code, period from sent
    union
    select unit_code, period from received
),

filled as (
    select
        covered.unit_code,
        covered.period,
        coalesce(sent.messages_sent, 0) as messages_sent,
        coalesce(sent.messages_sent_of, 0) as messages_sent_of,
        coalesce(sent.messages_paperless, 0) as messages_paperless,
        coalesce(sent.messages_signed, 0) as messages_signed,
        coalesce(received.messages_received, 0) as messages_received,
        coalesce(received.messages_handled, 0) as messages_handled
    from covered
    left join sent using (unit_code, period)
    left join received using (unit_code, period)
),

message_values as (
    select unit_code, period, measure, value
    from filled
    unpivot (
        value for measure in (
            messages_sent, messages_sent_of, messages_paperless, messages_signed, messages_received, messages_handled
        )
    )
)

select
    unit_code,
    period,
    measure,
    value::decimal(24, 4) as value,
    -- the signature is that of the message, which stands for the document's
    measure = 'messages_signed' as is_estimate
from message_values
