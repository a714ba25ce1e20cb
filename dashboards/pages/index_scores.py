"""What the index page and its exports read: the tree of one unit, the ranking of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from dashboards.filters import Filters
from dashboards.view import View
from ioc.store import score_questions
from ioc.store.questions import PeriodRow
from ioc.store.score_questions import IndexNode, NodeScore, Score

TOTAL = "total"


@dataclass(frozen=True)
class Ranked:
    """One unit's place: its score of the chosen node, those of the groups, and how far it moved."""

    score: Score
    groups: Mapping[str, Decimal | None]
    total: Decimal | None
    moved: int | None
    """Places gained since the previous period; None where it cannot be known."""
    is_whole: bool = True
    """Whether inherited points are among them: bands are for all points."""


def chosen_index(view: View, filters: Filters) -> str | None:
    """The index of the address, if the snapshot has it."""
    index = filters.index or view.index_id
    return index if (index, TOTAL) in view.cover.nodes else None


def chosen_unit(view: View, filters: Filters) -> str:
    return filters.unit or view.site_unit


def group_nodes(view: View, index: str, *, kind: str = "group") -> list[IndexNode]:
    """The groups (or the pillars) of an index in its own order."""
    nodes = [node for (owner, _name), node in view.cover.nodes.items() if owner == index and node.kind == kind]
    return sorted(nodes, key=lambda node: node.position)


def has_inherited(view: View, index: str) -> bool:
    """Whether units take over points of an index from the one above them."""
    return any(owner == index and node.is_inherited for (owner, _name), node in view.cover.nodes.items())


def ranked_node(view: View, filters: Filters, index: str) -> IndexNode:
    """The node that the ranking is by: the total unless a group or a pillar is chosen."""
    chosen = view.cover.nodes.get((index, filters.group or TOTAL))
    return chosen if chosen and chosen.kind in ("group", "pillar") else view.cover.nodes[index, TOTAL]


def read_tree(view: View, filters: Filters, index: str, period: PeriodRow) -> list[NodeScore]:
    """Every node with the chosen unit's points, in the index's order or the greatest loss first."""
    unit = chosen_unit(view, filters)
    nodes = score_questions.score_tree(view.connection, view.scope, index=index, unit=unit, period=period.period)
    if filters.sort != "loss":
        return nodes
    criteria = [node for node in nodes if node.kind == "criterion"]
    return sorted(criteria, key=lambda node: (node.lost_points is None, -(node.lost_points or 0), node.position))


def read_ranking(view: View, filters: Filters, index: str, period: PeriodRow) -> list[Ranked]:
    """The communes of the site by the chosen node, those without points last."""
    node = ranked_node(view, filters, index)
    wanted = {TOTAL, node.node, *(group.node for group in group_nodes(view, index))}
    scores = score_questions.scores(
        view.connection,
        view.scope,
        index=index,
        period=period.period,
        nodes=sorted(wanted),
        parent=view.site_unit,
        level="commune",
        without_inherited=filters.is_without_inherited,
    )
    points: dict[str, dict[str, Decimal | None]] = defaultdict(dict)
    for score in scores:
        points[score.unit_code][score.node] = score.points
    chosen = sorted(
        (score for score in scores if score.node == node.node), key=lambda row: (row.rank is None, row.rank)
    )
    before = _ranks_before(chosen) if view.scope.compare is None else {}
    found = [_ranked(score, points[score.unit_code], before.get(score.unit_code)) for score in chosen]
    return [replace(one, is_whole=not filters.is_without_inherited) for one in found]


def _ranked(score: Score, points: Mapping[str, Decimal | None], rank_before: int | None) -> Ranked:
    moved = None if score.rank is None or rank_before is None else rank_before - score.rank
    groups = {node: value for node, value in points.items() if node != TOTAL}
    return Ranked(score=score, groups=groups, total=points.get(TOTAL), moved=moved)


def _ranks_before(scores: Sequence[Score]) -> dict[str, int]:
    """The places by the previous period's points, equal points sharing one; only among all can a place be told."""
    known = sorted(
        ((score.previous_points, score.unit_code) for score in scores if score.previous_points is not None),
        reverse=True,
    )
    ranks: dict[str, int] = {}
    place = 0
    for number, (points, unit) in enumerate(known, start=1):
        place = place if number > 1 and points == known[number - 2][0] else number
        ranks[unit] = place
    return ranks
