-- One row per petition, in the columns of the register of petitions.
select
    petition_code,
    electronic_id as source_unit_code,
    field,
    class,
    channel,
    strftime(received_at, '%d/%m/%Y %H:%M:%S') as received_at,
    coalesce(strftime(handled_at, '%d/%m/%Y %H:%M:%S'), '') as handled_at,
    case when handled_at is null then 'in_progress' else 'answered' end as state,
    case when handled_at is null then '' else satisfied end as satisfied,
    reopened
from citizen_petition
