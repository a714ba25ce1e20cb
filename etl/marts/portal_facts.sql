-- One row per endpoint, unit and period of the portal's answers.
select version_id, load_id, row_no, source_id, endpoint, period, unit_code, metrics
from facts.portals
