-- One row per part, measure and dossier that the measure counted, of one unit and period; `counted` adds up to the part.
-- Reads the relation dossier_facts, and the snapshot's units and ledger.
with

asked as (
    select
        $unit::varchar as asked_unit,
        $start::date as asked_start,
        $judged_on::date as asked_judged_on,
        $judged_at::timestamp as asked_judged_at
),

members as (
    select units.unit_code, units.name, units.sort_key
    from units
    inner join asked
        on units.unit_code = asked.asked_unit
        or units.unit_code in (
            select reported_code from boundary_parts
            where boundary = 'current' and not is_estimate and boundary_parts.unit_code = asked.asked_unit
        )
        or (units.parent_code = asked.asked_unit and units.valid_to is null and units.level in ('commune', 'department'))
),

-- read once for each measure, and then only the columns that it needs
facts as not materialized (
    select dossier_facts.*, asked.*
    from dossier_facts
    cross join asked
    where dossier_facts.unit_code in (select unit_code from members)
),

counted as (
{counted}
),

final as (
    select
        counted.part,
        counted.measure,
        counted.counted,
        counted.dossier_code,
        counted.unit_code,
        members.name as unit_name,
        counted.procedure_base,
        counted.received_at,
        counted.due_at,
        counted.due_until,
        counted.ended_at,
        counted.status_code,
        counted.channel,
        counted.source_id,
        loads.origin,
        counted.row_no,
        loads.sha256,
        counted.load_id,
        loads.fetched_at,
        loads.run_id,
        count(*) over (partition by counted.part) as rows_of_part,
        sum(counted.counted) over (partition by counted.part) as total_of_part
    from counted
    inner join members on members.unit_code = counted.unit_code
    left join loads on loads.load_id = counted.load_id
    order by counted.place, members.sort_key, counted.received_at, counted.dossier_code
    limit $limit
)

select * from final
