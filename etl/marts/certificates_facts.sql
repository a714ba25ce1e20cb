-- One row per current certificate. Its holder is a number of this relation alone and its own number is cut, so that neither leads to a person.
select
    version_id,
    load_id,
    row_no,
    source_id,
    unit_code,
    '…' || right(serial_number, 6) as serial_end,
    -- without a holder the certificate stands for its own
    dense_rank() over (order by coalesce(holder_key, serial_number)) as holder_no,
    holder_type,
    position_group,
    valid_from,
    valid_to,
    revoked_at,
    stated_status,
    last_used_at,
    register_as_of
from facts.certificates
