-- One row: as of when dossiers are, and until when that is fresh; of an opened mart.
select max(as_of) as as_of, max(fresh_until) as fresh_until
from sources
where kind in ('dossier_sync', 'sql_view')
