-- one row per node of an index, in its order
select
    index_id, node, kind, parent_node, position, name_vi, name_en, max_points,
    rule_vi, rule_en, is_inherited, indicator, evidence, legal_source
from index_nodes
where cast($index_id as varchar) is null or index_id = $index_id
order by index_id, position
