-- One row per day on which dossiers were received.
select received_on as day, count(*) as dossiers
from dossier_facts
where is_received and received_on is not null
group by all
