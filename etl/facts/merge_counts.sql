-- One row: the buckets of the load just merged; every row of the file is in exactly one.
select
    (select count(*) from staged) as rows_in,
    (select count(*) from accepted) - (select count(*) from known where is_same) as loaded,
    (select count(*) from known where is_same) as unchanged,
    (select count(*) from staged where len(problems) = 0) - (select count(*) from accepted) as superseded,
    (select count(*) from staged where len(problems) > 0) as quarantined,
    (select max(event_at) from staged where len(problems) = 0) as newest_event_at
