-- One row per unit, period and portal measure, with the time at which the portal last said so.
with

portal_facts as (
{portal_facts}
),

portal_counted as (
{counted_portal}
)

select unit_code, period, measure, value, quality_status, as_of, fresh_until from portal_counted
