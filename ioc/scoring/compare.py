"""Two indices on the same facts, side by side: field names are the columns that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ioc.store.score_questions import Score


@dataclass(frozen=True)
class CompareRow:
    """The points of one unit at one node of two indices; what only one of them has is empty on the other side."""

    unit_code: str
    unit_name: str
    level: str
    period: str
    node: str
    index: str | None
    points: Decimal | None
    max_points: Decimal | None
    rank: int | None
    other_index: str | None
    other_points: Decimal | None
    other_max_points: Decimal | None
    other_rank: int | None
    difference: Decimal | None
    """Points of the other index less those of the first, where both have the same maximum."""
    boundary: str


def compare_rows(first: Iterable[Score], other: Iterable[Score]) -> list[CompareRow]:
    """Pairs the points by unit and node: the first index in its order, then what only the other one has."""
    left = {(score.unit_code, score.node): score for score in first}
    right = {(score.unit_code, score.node): score for score in other}
    return [_row(left.get(key), right.get(key)) for key in (left | right)]


def _row(left: Score | None, right: Score | None) -> CompareRow:
    known = left or right
    assert known is not None
    return CompareRow(
        unit_code=known.unit_code,
        unit_name=known.unit_name,
        level=known.level,
        period=known.period,
        node=known.node,
        index=left.index_id if left else None,
        points=left.points if left else None,
        max_points=left.max_points if left else None,
        rank=left.rank if left else None,
        other_index=right.index_id if right else None,
        other_points=right.points if right else None,
        other_max_points=right.max_points if right else None,
        other_rank=right.rank if right else None,
        difference=_difference(left, right),
        boundary=known.boundary,
    )


def _difference(left: Score | None, right: Score | None) -> Decimal | None:
    if left is None or right is None or left.points is None or right.points is None:
        return None
    return right.points - left.points if left.max_points == right.max_points else None
