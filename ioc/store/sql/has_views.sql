-- one row: whether the snapshot has figures of former units
select count(*) > 0 from boundary_parts
