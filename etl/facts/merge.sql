-- One row per landed row, typed by the contract of its kind.
create or replace temp table staged as
select * from (
{contract}
);

-- One row per key of the good rows: the newest row of the file that bears it, by default the last.
create or replace temp table accepted as
select {newest_row_no} as row_no, {key}
from staged
where len(problems) = 0
group by all;

{older}
{corrected}
-- One row per accepted row whose key is known; of millions of versions no more is read than their keys.
create or replace temp table matched as
select accepted.row_no, versions.version_id
from facts.{fact}_versions as versions
inner join accepted using ({key})
anti join facts.{fact}_retired as retired on retired.version_id = versions.version_id;

-- One row per accepted row whose key is known, and whether it says anything new.
create or replace temp table known as
with

-- told by their numbers first, so that nothing is compared where no key is known
told_again as (select * from staged where row_no in (select row_no from matched))

select
    matched.row_no,
    matched.version_id,
    row({accepted_payload}) is not distinct from row({current_payload}) as is_same
from matched
inner join told_again as accepted on accepted.row_no = matched.row_no
inner join facts.{fact}_versions as current on current.version_id = matched.version_id;

insert into facts.{fact}_retired
select version_id, $load_id from known where not is_same;

insert into facts.{fact}_versions (version_id, load_id, row_no, source_id, {payload})
select $load_id * 4294967296 + row_no, $load_id, row_no, $source_id, {payload}
from staged
where row_no in (select row_no from accepted) and row_no not in (select row_no from known where is_same);

insert into quarantine
select $load_id, $source_id, row_no, problems[1].field, problems[1].reason, problems[1].value, problems
from staged
where len(problems) > 0;
