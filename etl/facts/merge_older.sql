-- Leaves out the rows whose key is stated already as of a later day: the file is older than one that was loaded before it.
delete from accepted
where row_no in (
    select accepted.row_no
    from accepted
    inner join staged using (row_no)
    inner join facts.{fact}s as current on {same_key}
    where current.{stated_at} > staged.{stated_at}
);
