-- One row per level of units, period and procedure of that level that was in force on the day of judgement; per measure a column of
-- what it adds, null where it is not counted. Reads procedures_facts, units, periods.
with

levels as (select distinct level from units)

select
    levels.level,
    periods.period,
    facts.source_id,
    facts.load_id,
    facts.row_no,
    facts.procedure_base,
    facts.procedure_base as item,
    concat_ws(
        '; ', 'name=' || facts.name, 'authority_level=' || facts.authority_level, 'service_level=' || facts.service_level,
        'eligible_full=' || facts.eligible_full, 'has_fee=' || facts.has_fee, 'subject=' || facts.subject
    ) as statement,
    facts.eligible_full is not null as tells_eligible,
    facts.service_level is not null as tells_level,
    facts.has_fee is not null as tells_fee,
    1 as procedures,
    case when facts.subject in ('person', 'both') then 1 end as procedures_for_persons,
    case when facts.eligible_full then 1 end as procedures_eligible_full,
    case when facts.eligible_full and facts.service_level = 'full' then 1 end as procedures_full_online,
    case when facts.service_level is not null then 1 end as procedures_level_known,
    case when facts.service_level in ('partial', 'full') then 1 end as procedures_online,
    case when facts.has_fee then 1 end as procedures_with_fee
from procedures_facts as facts
inner join levels on levels.level not in ('commune', 'former_commune') or facts.authority_level is null or facts.authority_level = 'commune'
inner join periods on periods.judged_on between facts.valid_from and facts.valid_to
