-- Leaves out the corrected rows whose key a load after the refused one has stated: that statement is the newer one.
delete from accepted
where row_no in ({restated}) or row_no in (
    select accepted.row_no
    from accepted
    inner join facts.{fact}s as current using ({key})
    left join correcting_loads on correcting_loads.load_id = current.load_id
    where coalesce(correcting_loads.statement_load_id, current.load_id) > $statement_load_id
);
