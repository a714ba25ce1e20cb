"""What may be asked of a snapshot about scores: points of units, the tree of an index, its bands; within a Scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from ioc.access import Scope
from ioc.periods import parse_period
from ioc.store.asking import answer, ask, detail_units, listed, read_question, seen_units
from ioc.store.bearers import refuse_other_bearers
from ioc.store.engine import Connection
from ioc.store.questions import CURRENT, REPORTED

FOUND_SCORES = "{found_scores}"
"""Where a question about scores leaves open of which view."""


@dataclass(frozen=True, slots=True)
class Score:
    index_id: str
    unit_code: str
    unit_name: str
    short_name: str
    level: str
    parent_code: str | None
    period: str
    node: str
    kind: str
    points: Decimal | None
    max_points: Decimal
    basis: str | None
    published_points: Decimal | None
    scorable_points: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    rank: int | None
    rank_of: int | None
    previous_points: Decimal | None
    flags: Sequence[str]
    as_of: datetime | None
    fresh_until: datetime | None
    compared_previous: str | None = None
    """Of a period that is not over: the part of the earlier one whose points are previous_points."""
    boundary: str = CURRENT
    points_low: Decimal | None = None
    points_high: Decimal | None = None
    """Between the two the points lie, however divided units' cases were spread; None where no slice is in them."""


@dataclass(frozen=True, slots=True)
class NodeScore:
    """A node of an index with one unit's points; without points where nobody knows them."""

    node: str
    kind: str
    parent_node: str | None
    position: int
    name_vi: str
    name_en: str
    max_points: Decimal
    rule_vi: str | None
    rule_en: str | None
    is_inherited: bool
    indicator: str | None
    evidence: str | None
    legal_source: str | None
    points: Decimal | None
    basis: str | None
    published_points: Decimal | None
    scorable_points: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    rank: int | None
    rank_of: int | None
    previous_points: Decimal | None
    flags: Sequence[str]
    as_of: datetime | None
    fresh_until: datetime | None
    compared_previous: str | None = None
    whole: Decimal | None = None
    """Of a criterion without a denominator what stands for one: 1 of a plain number, 100 of a published percent."""
    boundary: str = CURRENT
    points_low: Decimal | None = None
    points_high: Decimal | None = None
    """As of scores."""

    @property
    def lost_points(self) -> Decimal | None:
        """What is missing to the maximum."""
        return None if self.points is None else self.max_points - self.points

    @property
    def is_without_cases(self) -> bool:
        """A criterion whose points nobody could earn: there was nothing to count in the period."""
        return self.kind == "criterion" and self.points is None and self.denominator == 0


@dataclass(frozen=True, slots=True)
class IndexNode:
    index_id: str
    node: str
    kind: str
    parent_node: str | None
    position: int
    name_vi: str
    name_en: str
    max_points: Decimal
    rule_vi: str | None
    rule_en: str | None
    is_inherited: bool
    indicator: str | None
    evidence: str | None
    legal_source: str | None


@dataclass(frozen=True, slots=True)
class Band:
    """Holds points at or above `from_points`."""

    index_id: str
    band: str
    name_vi: str
    name_en: str
    from_points: Decimal
    evidence: str | None


def scores(
    connection: Connection,
    scope: Scope,
    *,
    index: str,
    period: str,
    kind: str | None = None,
    nodes: Sequence[str] | None = None,
    units: Sequence[str] | None = None,
    level: str | None = None,
    parent: str | None = None,
    without_inherited: bool = False,
    boundary: str = CURRENT,
) -> list[Score]:
    """Points of units in one period, by rank; `kind` is total, pillar, group or criterion.

    `without_inherited` leaves out the criteria that units only inherit, and ranks anew by the points that are left. As
    reported, a unit is not asked for days on which another one bore its code: a UsageError names that one.
    """
    if boundary == REPORTED:
        refuse_other_bearers(connection, units or (), period=parse_period(period))
    asked = {
        "index_id": index,
        "boundary": boundary,
        "period": period,
        "kind": kind,
        "nodes": listed(nodes),
        "units": listed(units),
        "level": level,
        "parent": parent,
    }
    sql = read_question("scores")
    if without_inherited:
        sql = sql.replace(FOUND_SCORES, read_question("scores_without_inherited"))
    sql = scores_in_view(sql, boundary)
    return answer(connection, Score, sql, {**seen_units(scope), **asked})


def score_tree(
    connection: Connection, scope: Scope, *, index: str, unit: str, period: str, boundary: str = CURRENT
) -> list[NodeScore]:
    """Every node of an index with one unit's points; as reported, of the days on which it was there alone."""
    if boundary == REPORTED:
        refuse_other_bearers(connection, [unit], period=parse_period(period))
    asked = {"index_id": index, "unit": unit, "period": period, "boundary": boundary}
    sql = scores_in_view(read_question("score_tree"), boundary)
    return answer(connection, NodeScore, sql, {**detail_units(scope), **asked})


def scores_in_view(sql: str, boundary: str) -> str:
    """The SQL with the scores of $index_id in the view $boundary for {found_scores}."""
    source = "scores_as_reported" if boundary == REPORTED else "scores_of_view"
    return sql.replace(FOUND_SCORES, read_question(source))


def index_nodes(connection: Connection, *, index: str | None = None) -> list[IndexNode]:
    """The tree of an index, or of all."""
    return ask(connection, IndexNode, "index_nodes", {"index_id": index})


def bands(connection: Connection, *, index: str) -> list[Band]:
    """The bands of an index, the best first."""
    return ask(connection, Band, "bands", {"index_id": index})
