-- One row per version of a plan's task, former ones too: how far a task was on a day is what was said until then.
select
    versions.version_id,
    versions.load_id,
    versions.row_no,
    versions.source_id,
    versions.task_id,
    versions.plan,
    versions.title,
    versions.unit_code,
    versions.start_on,
    versions.due_on,
    versions.progress_percent,
    versions.state,
    versions.updated_on,
    versions.done_on,
    retired.version_id is null as is_current,
    coalesce(source_rules.stagnation_days, 14) as stagnation_days
from facts.task_versions as versions
left join facts.task_retired as retired on retired.version_id = versions.version_id
left join source_rules on source_rules.source_id = versions.source_id
