-- One row per procedure: the name and the field under which it is shown.
with

procedure_names as (
    select procedure_base, procedure_name as name, null as field, sum(dossiers) as dossiers
    from months.procedure_names where procedure_name is not null group by all having sum(dossiers) > 0
    union all
    select procedure_base, null, field_name, sum(dossiers)
    from months.procedure_names where field_name is not null group by all having sum(dossiers) > 0
),

procedures as (select procedure_base from months.procedure_names group by all having sum(dossiers) > 0),

-- names drift; the most frequent one stands for the procedure, of several the first in order
frequent as (
    select
        procedure_base,
        arg_min(name, (-dossiers, name)) filter (where name is not null) as procedure_name,
        arg_min(field, (-dossiers, field)) filter (where field is not null) as field_name
    from procedure_names
    group by all
)

select procedures.procedure_base, frequent.procedure_name, frequent.field_name
from procedures
left join frequent using (procedure_base)
order by procedures.procedure_base
