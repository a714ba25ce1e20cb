-- One row per role in a view, unit and smallest unit of its time within it: former units with figures count for present ones, and back.
-- Without a former unit with figures nobody has a role.
with

spoken as (select distinct unit_code from speakers),

former as (
    select boundary_tree.ancestor_code as unit_code, boundary_tree.unit_code as leaf
    from boundary_tree
    semi join passage on passage.old_code = boundary_tree.unit_code
),

present as (
    select boundary_tree.ancestor_code as unit_code, boundary_tree.unit_code as leaf
    from boundary_tree
    semi join passage on passage.new_code = boundary_tree.unit_code
),

-- what a department handles happens anywhere in its province
departments as (
    select units.unit_code, present.leaf
    from mart.units as units
    inner join present on present.unit_code = units.parent_code
    where units.level = 'department'
),

-- the views are made for the former provinces in which former units have figures
provinces as (
    select distinct tree.ancestor_code as unit_code
    from boundary_tree as tree
    semi join spoken on spoken.unit_code = tree.unit_code
    inner join former_units as top on top.unit_code = tree.ancestor_code and top.parent_code is null
),

wanted as (
    select distinct tree.unit_code
    from boundary_tree as tree
    semi join provinces on provinces.unit_code = tree.ancestor_code
    semi join mart.units as units on units.unit_code = tree.unit_code
),

touched as (
    select distinct passage.new_code as leaf
    from boundary_tree as tree
    semi join provinces on provinces.unit_code = tree.ancestor_code
    inner join passage on passage.old_code = tree.unit_code
)

select 'former_source' as role, former.unit_code, former.leaf
from former
semi join spoken on spoken.unit_code = former.unit_code
union all
select 'present_target', unit_code, leaf from present
union all
select 'present_source', unit_code, leaf from present where unit_code in (select unit_code from present semi join touched using (leaf))
union all
select 'present_source', unit_code, leaf from departments where unit_code in (select unit_code from departments semi join touched using (leaf))
union all
select 'former_target', former.unit_code, former.leaf from former semi join wanted on wanted.unit_code = former.unit_code
