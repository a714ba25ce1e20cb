-- One row per landed row, typed by the contract of its kind.
create or replace temp table staged as
select * from (
{contract}
);

-- One row per good row that is the last of its key in the file.
create or replace temp table accepted as
with

good as (select * from staged where len(problems) = 0),

repeated as (
    select {key}, max(row_no) as last_row_no
    from good
    group by all
    having count(*) > 1
)

select good.*
from good
left join repeated using ({key})
where repeated.last_row_no is null or good.row_no = repeated.last_row_no;

-- One row per accepted row whose key is known, and whether it says anything new.
create or replace temp table known as
select
    accepted.row_no,
    current.version_id,
    row({accepted_payload}) is not distinct from row({current_payload}) as is_same
from accepted
inner join facts.{fact}s as current using ({key});

insert into facts.{fact}_retired
select version_id, $load_id from known where not is_same;

insert into facts.{fact}_versions (version_id, load_id, row_no, source_id, {payload})
select $load_id * 4294967296 + row_no, $load_id, row_no, $source_id, {payload}
from accepted
where row_no not in (select row_no from known where is_same);

insert into quarantine
select $load_id, $source_id, row_no, problems[1].field, problems[1].reason, problems[1].value, problems
from staged
where len(problems) > 0;
