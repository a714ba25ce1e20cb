"""Why a rate or a score moved: a difference taken apart into parts that sum to it exactly.

A rate of a whole is the sum over its groups of share × rate within the group. Each group's part of the difference is
split symmetrically, at the midpoint of both sides, so that neither side is preferred:

    rate effect = mean share × difference of the group's rates
    mix effect  = difference of the shares × (mean rate of the group − mean rate of the whole)

The shares of each side sum to 1, so the mean rate of the whole drops out of the sum of all mix effects; it makes a
single one readable: more of what is below the average lowers the whole. A group that only one side has no second rate
to compare with: its whole part is mix. Everything is counted in fractions and becomes a float at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import final

HALF = Fraction(1, 2)
REST = "rest"
"""The group of what the named groups do not hold, and the part of a score that no criterion explains."""


class Presence(StrEnum):
    """Which sides of a comparison have cases of a group."""

    BOTH = "both"
    NEW = "new"
    VANISHED = "vanished"


@dataclass(frozen=True, slots=True)
class GroupCount:
    """The cases of one group on one side."""

    key: str
    name: str
    numerator: int | Decimal
    denominator: int | Decimal


@final
@dataclass(frozen=True, slots=True)
class Side:
    """A group's place in the whole of one side."""

    numerator: int | Decimal
    denominator: int | Decimal
    share: float
    rate: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What one group contributes to the difference of the whole."""

    key: str
    name: str
    presence: Presence
    before: Side | None
    after: Side | None
    mix: float
    """For its share of all cases has changed."""
    rate: float
    """For the rate within the group has changed."""

    @property
    def total(self) -> float:
        return self.mix + self.rate


@dataclass(frozen=True, slots=True)
class Change:
    """The difference of a rate between two sides, and its parts."""

    before: float
    after: float
    difference: float
    mix: float
    rate: float
    effects: tuple[Effect, ...]
    """The strongest first."""


@dataclass(frozen=True, slots=True)
class Points:
    """One node of an index with its points on one side."""

    node: str
    name: str
    parent: str | None
    points: Decimal | None


@dataclass(frozen=True, slots=True)
class PointsEffect:
    """What one criterion contributes to the difference of the total, or what the nodes below `node` do not explain."""

    node: str
    name: str
    before: Decimal | None
    after: Decimal | None
    difference: Decimal
    is_rest: bool


@dataclass(frozen=True, slots=True)
class PointsChange:
    """The difference of a total, and its parts in the order of the index."""

    before: Decimal
    after: Decimal
    difference: Decimal
    effects: tuple[PointsEffect, ...]


def split_change(before: Iterable[GroupCount], after: Iterable[GroupCount]) -> Change:
    """Takes the difference of two rates apart by group; ValueError where a side has no cases at all."""
    left, right = _by_key(before), _by_key(after)
    wholes = _whole(left), _whole(right)
    middle = (_rate(wholes[0]) + _rate(wholes[1])) * HALF
    parts = [_part(left.get(key), right.get(key), wholes, middle) for key in {**left, **right}]
    return Change(
        before=float(_rate(wholes[0])),
        after=float(_rate(wholes[1])),
        difference=float(_rate(wholes[1]) - _rate(wholes[0])),
        mix=float(sum((part.mix for part in parts), Fraction())),
        rate=float(sum((part.rate for part in parts), Fraction())),
        effects=tuple(sorted((part.effect() for part in parts), key=lambda effect: (-abs(effect.total), effect.key))),
    )


def split_points(before: Sequence[Points], after: Sequence[Points], *, total: str) -> PointsChange:
    """Takes the difference of two totals apart by criterion; ValueError where a total is not known.

    Points that are only known further up, such as a group's published ones, are a part of their own.
    """
    left = {node.node: node.points for node in before}
    right = {node.node: node.points for node in after}
    first, last = left.get(total), right.get(total)
    if first is None or last is None:
        raise ValueError("a total is not known")
    tree = _Tree(nodes=tuple(after), left=left, right=right)
    return PointsChange(first, last, last - first, tuple(tree.parts_of(total)))


@dataclass(frozen=True, slots=True)
class _Part:
    """An effect before it is rounded to a float."""

    before: GroupCount | None
    after: GroupCount | None
    shares: tuple[Fraction, Fraction]
    mix: Fraction
    rate: Fraction

    def effect(self) -> Effect:
        named = self.after or self.before
        assert named is not None
        return Effect(
            key=named.key,
            name=named.name,
            presence=_presence(self.before, self.after),
            before=_side(self.before, self.shares[0]),
            after=_side(self.after, self.shares[1]),
            mix=float(self.mix),
            rate=float(self.rate),
        )


def _part(
    before: GroupCount | None, after: GroupCount | None, wholes: tuple[GroupCount, GroupCount], middle: Fraction
) -> _Part:
    shares = _share(before, wholes[0]), _share(after, wholes[1])
    known = [_rate(side) for side in (before, after) if side is not None]
    # where one side is missing, the other's rate stands for both
    first, last = known[0], known[-1]
    return _Part(
        before,
        after,
        shares,
        mix=(shares[1] - shares[0]) * ((first + last) * HALF - middle),
        rate=(shares[0] + shares[1]) * HALF * (last - first),
    )


def _by_key(groups: Iterable[GroupCount]) -> dict[str, GroupCount]:
    """The groups with cases; ValueError for one that is counted twice, or counts cases out of none."""
    found: dict[str, GroupCount] = {}
    for group in groups:
        if group.denominator < 0 or (group.denominator == 0 and group.numerator != 0) or group.key in found:
            raise ValueError(f"the group {group.key} cannot be counted")
        found[group.key] = group
    return {key: group for key, group in found.items() if group.denominator}


def _whole(groups: Mapping[str, GroupCount]) -> GroupCount:
    if not groups:
        raise ValueError("a side has no cases")
    return GroupCount(
        key="",
        name="",
        numerator=sum((Decimal(group.numerator) for group in groups.values()), Decimal(0)),
        denominator=sum((Decimal(group.denominator) for group in groups.values()), Decimal(0)),
    )


def _rate(group: GroupCount) -> Fraction:
    return Fraction(group.numerator) / Fraction(group.denominator)


def _share(group: GroupCount | None, whole: GroupCount) -> Fraction:
    return Fraction() if group is None else Fraction(group.denominator) / Fraction(whole.denominator)


def _side(group: GroupCount | None, share: Fraction) -> Side | None:
    return None if group is None else Side(group.numerator, group.denominator, float(share), float(_rate(group)))


def _presence(before: GroupCount | None, after: GroupCount | None) -> Presence:
    if before is None:
        return Presence.NEW
    return Presence.BOTH if after is not None else Presence.VANISHED


@dataclass(frozen=True, slots=True)
class _Tree:
    """The nodes of an index with the points of both sides."""

    nodes: tuple[Points, ...]
    left: Mapping[str, Decimal | None]
    right: Mapping[str, Decimal | None]

    def parts_of(self, node: str) -> list[PointsEffect]:
        """The parts of a node whose points are known on both sides."""
        below = [child for child in self.nodes if child.parent == node and self._difference(child.node) is not None]
        if not below:
            return [self._effect(node, self._known_difference(node), is_rest=False)]
        parts = [part for child in below for part in self.parts_of(child.node)]
        rest = self._known_difference(node) - sum((self._known_difference(child.node) for child in below), Decimal(0))
        return [*parts, self._effect(node, rest, is_rest=True)] if rest else parts

    def _effect(self, node: str, difference: Decimal, *, is_rest: bool) -> PointsEffect:
        name = next(known.name for known in self.nodes if known.node == node)
        before, after = (None, None) if is_rest else (self.left[node], self.right[node])
        return PointsEffect(node, name, before, after, difference, is_rest)

    def _known_difference(self, node: str) -> Decimal:
        difference = self._difference(node)
        assert difference is not None
        return difference

    def _difference(self, node: str) -> Decimal | None:
        before, after = self.left.get(node), self.right.get(node)
        return None if before is None or after is None else after - before
