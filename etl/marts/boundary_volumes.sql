-- One row per unit and way of knowing it: what it received in the 12 months before the reform (former units) or after it (present ones).
with

dossiers as (
    select unit_code, 'dossiers' as basis, cell as month, received
    from months.received_cells
    where not_before is null or not_before <= $as_of::date
),

forms as (
    select
        unit_code, 'form_06a' as basis, period_start as month,
        coalesce(received_in_period, received_online + received_direct_postal, received_total - received_carried) as received
    from facts.dossier_stats
    where field_name = '' and period_start = date_trunc('month', period_start) and period_end = last_day(period_start)
    -- several sources may state the same month
    qualify row_number() over (partition by unit_code, period_start order by load_id desc) = 1
),

known as (select * from dossiers union all by name select * from forms)

select known.unit_code, known.basis, sum(known.received)::bigint as received
from known
left join former_units using (unit_code)
where known.month >= $reform::date - interval 12 month and known.month < $reform::date + interval 12 month
    and (known.month < $reform::date) = (former_units.unit_code is not null)
group by all
having sum(known.received) > 0
