-- One row per unit, period and measure of the document axis: documents counted once, in the period in which they were sent.
with

messages_facts as (
{messages_facts}
),

standing_documents as (
{standing_documents}
),

deliveries as (
{deliveries}
),

messages_counted as (
{counted_messages}
),

counted as (
    select
        unit_code,
        period,
        count(messages_sent) as messages_sent,
        count(messages_sent_of) as messages_sent_of,
        count(messages_paperless) as messages_paperless,
        count(messages_signed) as messages_signed,
        count(messages_received) as messages_received,
        count(messages_handled) as messages_handled
    from messages_counted
    group by all
),

-- a unit that the axis knows has sent nothing in a period that the messages cover, if they tell of nothing
known_days as (select min(sent_on) as first_day, max(sent_on) as last_day from standing_documents),

members as (
    select distinct rollup.ancestor_code as unit_code, rollup.first_day, rollup.last_day
    from (
        select from_unit_code as unit_code from standing_documents
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
    select unit_code, period from counted
),

filled as (
    select
        covered.unit_code,
        covered.period,
        coalesce(counted.messages_sent, 0) as messages_sent,
        coalesce(counted.messages_sent_of, 0) as messages_sent_of,
        coalesce(counted.messages_paperless, 0) as messages_paperless,
        coalesce(counted.messages_signed, 0) as messages_signed,
        coalesce(counted.messages_received, 0) as messages_received,
        coalesce(counted.messages_handled, 0) as messages_handled
    from covered
    left join counted using (unit_code, period)
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
