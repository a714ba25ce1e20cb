-- One row per criterion of an index that has points, of one unit and period, in the order of the index.
select
    scores.node, nodes.name_vi, nodes.name_en, nodes.rule_vi, nodes.rule_en, scores.points, nodes.is_inherited
from scores
inner join index_nodes as nodes on nodes.index_id = scores.index_id and nodes.node = scores.node
where
    scores.index_id = $index and scores.unit_code = $unit and scores.period = $period and scores.kind = 'criterion'
    and scores.points is not null
    and ($with_inherited or not nodes.is_inherited)
order by nodes.position
