-- One row per unit, stretch of days and field of the report forms of dossiers; a field without a name is the whole unit.
select
    version_id,
    load_id,
    row_no,
    source_id,
    unit_code,
    period_start,
    period_end,
    field_name,
    received_total,
    received_in_period,
    received_online,
    received_direct_postal,
    received_carried,
    done_total,
    done_early,
    done_on_time,
    done_late,
    open_total,
    open_in_time,
    open_overdue,
    len(issues) > 0 as is_flagged
from facts.dossier_stats
