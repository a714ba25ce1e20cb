-- One row per version that came (step 1) or went (-1) with the loads after $since up to $until; one that did both is none.
with

came as (
    select version_id, received_at, 1 as step
    from facts.dossier_versions
    where load_id > $since and load_id <= $until
),

went as (
    select versions.version_id, versions.received_at, -1 as step
    from facts.dossier_versions as versions
    inner join facts.dossier_retired as retired on retired.version_id = versions.version_id
    where retired.by_load_id > $since and retired.by_load_id <= $until
)

select * from came anti join went using (version_id)
union all
select * from went anti join came using (version_id)
