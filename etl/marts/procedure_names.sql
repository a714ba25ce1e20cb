-- One row per procedure, name and field that dossiers bear.
select procedure_base, procedure_name, field_name, count(*) as dossiers
from dossier_facts
group by all
