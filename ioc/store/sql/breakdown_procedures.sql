-- one row per procedure of one unit and period, in one view of the boundaries, the most dossiers first
with visible as (
    select *
    from breakdown
    where boundary = $boundary and (cast($detail as varchar[]) is null or list_contains(cast($detail as varchar[]), unit_code))
),

final as (
    select
        any_value(procedure_name) as name, procedure_base, field_name,
        cast(sum(received) as bigint) as received, cast(sum(online) as bigint) as online,
        cast(sum(counter) as bigint) as counter, cast(sum(postal) as bigint) as postal,
        cast(sum(on_time) as bigint) as on_time, cast(sum(judged) as bigint) as judged,
        cast(sum(online_766) as bigint) as online_766,
        cast(sum(online_on_time) as bigint) as online_on_time, cast(sum(online_judged) as bigint) as online_judged,
        cast(sum(counter_on_time) as bigint) as counter_on_time, cast(sum(counter_judged) as bigint) as counter_judged,
        cast(sum(postal_on_time) as bigint) as postal_on_time, cast(sum(postal_judged) as bigint) as postal_judged,
        cast(sum(fee_bearing) as bigint) as fee_bearing, cast(sum(paid_online) as bigint) as paid_online
    from visible
    where
        unit_code = $unit
        and period = $period
        and (cast($field_name as varchar) is null or field_name = $field_name)
    group by field_name, procedure_base
    order by received desc, name, procedure_base
)

select * from final
