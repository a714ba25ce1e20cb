-- One row per row that an earlier file had refused and that this load has again, the same but for the refused fields.
-- Reads landed (rows of the earlier file), staged. A row that the earlier file had too, and well, is no mended one.
with

good as (
    select *
    from read_parquet({landing})
    where row_no in (select row_no from staged where len(problems) = 0)
),

came_new as (
    select good.*
    from good
    anti join read_parquet({earlier}) as earlier on {all_same}
)

select distinct landed.row_no
from landed
inner join came_new on {others_same}
where landed.row_no in ({rows}) and ({tells_something})
