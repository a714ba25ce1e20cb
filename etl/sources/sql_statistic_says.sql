-- One row: nothing to read onwards from, and how many names of a page of v_ioc_dossier_stat have lost their Vietnamese letters. Reads `raw`.
select
    null::varchar as read_to,
    count(*) filter (where contains(concat(unit_or_field_name, field_name), '?')) as lost
from raw
where $fetched_at is not null
