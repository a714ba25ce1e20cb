-- One row: as of when dossiers are, and until when that is fresh.
select max(as_of) as as_of, max(fresh_until) as fresh_until
from mart.sources
where kind in ('dossier_sync', 'sql_view')
