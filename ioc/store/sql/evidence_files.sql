-- One row per file or answer that sources of some kinds gave, the newest first; of an answer for one period only that period's.
with

of_kinds as (
    select *
    from loads
    where
        state = 'loaded'
        and list_contains($kinds::varchar[], kind)
        -- an answer of the portal names the period that it is for
        and (kind <> 'national_portal' or origin like '% ' || $period::varchar)
),

final as (
    select source_id, origin, sha256, load_id, fetched_at, run_id
    from of_kinds
    -- the same answer may have been fetched again
    qualify row_number() over (partition by source_id, origin, sha256 order by fetched_at desc, load_id desc) = 1
    order by fetched_at desc, load_id desc
    limit $limit
)

select * from final
