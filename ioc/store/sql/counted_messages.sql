-- One row per unit at each level, period and document of the axis that it sent, or received, in the period; per measure a column of what
-- the document adds, null where it is not counted. Receipts count up to the period's end.
-- Reads standing_documents, deliveries (see the files of these names), messages_facts, periods, rollup.
with

handled as (
    select receipts.from_unit_code as unit_code, answered.document_id, min(receipts.status_at) as handled_at
    from messages_facts as receipts
    cross join unnest(receipts.response_for) as answered (document_id)
    where receipts.message_kind = 'status' and receipts.status_code = '06' and receipts.from_unit_code is not null
    group by all
),

sent as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        standing.from_unit_code as own_unit_code,
        unnest(standing.last_message),
        standing.document_id as item,
        standing.sent_on as day,
        'paper=' || standing.paper || '; has_xml_signature=' || standing.has_xml_signature as statement,
        1 as messages_sent,
        case when standing.paper is not null then 1 end as messages_sent_of,
        case when not standing.paper then 1 end as messages_paperless,
        case when not standing.paper and standing.has_xml_signature then 1 end as messages_signed
    from standing_documents as standing
    inner join rollup on rollup.unit_code = standing.from_unit_code
    inner join periods on standing.sent_on between periods.start_date and periods.judged_on
),

received as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        deliveries.unit_code as own_unit_code,
        unnest(deliveries.first_message),
        deliveries.document_id as item,
        deliveries.sent_on as day,
        handled.handled_at as ended_at,
        1 as messages_received,
        -- a receipt without its time is taken at its word
        case when handled.document_id is not null and coalesce(handled.handled_at <= periods.judged_at, true) then 1 end as messages_handled
    from deliveries
    inner join rollup on rollup.unit_code = deliveries.unit_code
    inner join periods on deliveries.sent_on between periods.start_date and periods.judged_on
    left join handled on handled.unit_code = deliveries.unit_code and handled.document_id = deliveries.document_id
)

select * from sent
union all by name
select * from received
