-- One row per cell of the breakdown, its procedure and its time that differs from what it was: by what moved, or since its day has come.
select unit_code, cell, procedure_base, open_until
from moved_received_cells
union
select unit_code, cell, procedure_base, open_until
from months.received_cells
where not_before > $moved_after::date
