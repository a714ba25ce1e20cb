-- one row per snapshot: whether it has figures of former units
select count(*) > 0 from boundary_parts
