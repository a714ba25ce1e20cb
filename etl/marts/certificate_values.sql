-- One row per unit, period and register measure, judged at the period's end or the register's day, whichever is earlier.
with

certificates as (select * from facts.certificates),

staffs as (select * from facts.staffs),

first_registers as (select unit_code, min(register_as_of) as first_as_of from certificates group by all),

judged as (
    select
        rollup.ancestor_code as unit_code,
        periods.period,
        periods.judged_on,
        periods.judged_on < first_registers.first_as_of as is_estimate,
        certificates.serial_number,
        coalesce(certificates.holder_key, certificates.serial_number) as holder,
        certificates.position_group,
        certificates.holder_type = 'ca_nhan' as is_person,
        certificates.valid_to - periods.judged_on <= 30 as expires_soon,
        certificates.last_used_at::date between periods.start_date and periods.end_date as is_used,
        -- only the last use is known, so earlier periods cannot tell
        periods.end_date >= certificates.register_as_of as tells_use
    from certificates
    inner join first_registers using (unit_code)
    inner join rollup on rollup.unit_code = certificates.unit_code
    inner join periods
        -- a unit's register says nothing of days on which the unit was not there
        on periods.judged_on between rollup.first_day and rollup.last_day
        and certificates.valid_from <= periods.judged_on
        and certificates.valid_to >= periods.judged_on
        and (certificates.revoked_at is null or certificates.revoked_at > periods.judged_on)
    where certificates.stated_status is null or certificates.stated_status not in ('revoked', 'suspended')
),

counted as (
    select
        unit_code,
        period,
        count(*) as certificates_valid,
        case when bool_or(tells_use) then count(*) filter (where is_used) end as certificates_active,
        count(*) filter (where expires_soon) as certificates_expiring_30,
        count(distinct holder) filter (where is_person and position_group = 'leader') as holders_leader,
        count(distinct holder) filter (where is_person) as holders_all,
        bool_or(is_estimate) as is_estimate
    from judged
    group by all
),

registered as (
    select distinct rollup.ancestor_code as unit_code, periods.period
    from certificates
    inner join rollup on rollup.unit_code = certificates.unit_code
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

-- the last staff figures of or before the day; where there are none yet, the first ones, as an estimate
nearest_staff as (
    select
        staffs.unit_code,
        periods.period,
        staffs.leaders_required,
        staffs.staff_required,
        staffs.register_as_of > periods.judged_on as is_estimate
    from staffs
    cross join periods
    qualify row_number() over (
        partition by staffs.unit_code, periods.period
        order by staffs.register_as_of > periods.judged_on, abs(staffs.register_as_of - periods.judged_on)
    ) = 1
),

staff_levels as (
    select
        rollup.ancestor_code as unit_code,
        nearest_staff.period,
        sum(nearest_staff.leaders_required)::bigint as leaders_required,
        sum(nearest_staff.staff_required)::bigint as staff_required,
        bool_or(nearest_staff.is_estimate) as is_estimate
    from nearest_staff
    inner join rollup on rollup.unit_code = nearest_staff.unit_code
    inner join periods
        on periods.period = nearest_staff.period and periods.judged_on between rollup.first_day and rollup.last_day
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
