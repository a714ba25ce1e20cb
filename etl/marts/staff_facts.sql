-- One row per unit and day of a register of staff.
select version_id, load_id, row_no, source_id, unit_code, register_as_of, leaders_required, staff_required
from facts.staffs
