-- One row per unit, period and register measure, judged at the period's end or the register's day, whichever is earlier.
with

certificates_facts as (
{certificates_facts}
),

certificates_counted as (
{counted_certificates}
),

staff_facts as (
{staff_facts}
),

staff_counted as (
{counted_staff}
),

counted as (
    select
        unit_code,
        period,
        sum(certificates_valid) as certificates_valid,
        case when bool_or(tells_use) then coalesce(sum(certificates_active), 0) end as certificates_active,
        coalesce(sum(certificates_expiring_30), 0) as certificates_expiring_30,
        coalesce(sum(holders_leader), 0) as holders_leader,
        coalesce(sum(holders_all), 0) as holders_all,
        bool_or(is_estimate) as is_estimate
    from certificates_counted
    group by all
),

registered as (
    select distinct rollup.ancestor_code as unit_code, periods.period
    from certificates_facts
    inner join rollup on rollup.unit_code = certificates_facts.unit_code
    inner join periods on periods.judged_on between rollup.first_day and rollup.last_day
),

filled as (
    select
        registered.unit_code,
        registered.period,
        coalesce(counted.certificates_valid, 0) as certificates_valid,
        counted.certificates_active,
        coalesce(counted.certificates_expiring_30, 0) as certificates_expiring_30,
        coalesce(counted.holders_leader, 0) as holders_leader,
        coalesce(counted.holders_all, 0) as holders_all,
        coalesce(counted.is_estimate, false) as is_estimate
    from registered
    left join counted using (unit_code, period)
),

certificate_values as (
    select unit_code, period, measure, value, is_estimate
    from filled
    unpivot include nulls (
        value for measure in (certificates_valid, certificates_active, certificates_expiring_30, holders_leader, holders_all)
    )
),

staff_levels as (
    select
        unit_code,
        period,
        sum(leaders_required) as leaders_required,
        sum(staff_required) as staff_required,
        bool_or(is_estimate) as is_estimate
    from staff_counted
    group by all
),

staff_values as (
    select unit_code, period, measure, value, is_estimate
    from staff_levels
    unpivot include nulls (value for measure in (leaders_required, staff_required))
)

select unit_code, period, measure, value::decimal(24, 4) as value, is_estimate from certificate_values
union all
select unit_code, period, measure, value::decimal(24, 4) as value, is_estimate from staff_values
