"""Points of an index by hand, in exact decimals: criteria, groups, pillars, total."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tests.oracle.raw import Parts

HUNDREDTH = Decimal("0.01")
NOTHING = Decimal(0)
Key = tuple[str, str]
"""(unit, period)."""


def half_up(value: Decimal) -> Decimal:
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Rule:
    """How a rate, or a number, becomes points."""

    maximum: Decimal
    cap: Decimal = Decimal(1)
    """The rate from which on there are all points."""
    steps: tuple[tuple[Decimal, Decimal], ...] = ()
    """From this rate or number on, so many points."""
    is_percent_first: bool = False
    """The rate is rounded to two decimals of a percent before it is multiplied."""
    of_nothing: Decimal | None = None
    """Points where there was nothing to judge; None adds nothing."""

    def points(self, numerator: Decimal, denominator: Decimal) -> Decimal | None:
        if denominator == 0:
            return self.of_nothing
        if self.steps:
            return max((points for at, points in self.steps if numerator >= at * denominator), default=NOTHING)
        if self.is_percent_first:
            percent = half_up(100 * numerator / denominator)
            return min(self.maximum, half_up(self.maximum * percent / (100 * self.cap)))
        return min(self.maximum, half_up(self.maximum * numerator / (denominator * self.cap)))


@dataclass(frozen=True)
class Criterion:
    """One scored item: its rule, where its parts come from, and what the portal publishes of its points."""

    node: str
    rule: Rule
    parts: Callable[[Key], Parts | None]
    published: Callable[[Key], Decimal | None] = lambda key: None
    whole: Decimal | None = None
    """What stands for the denominator of a plain number."""
    is_inherited: bool = False


@dataclass(frozen=True)
class Group:
    node: str
    criteria: tuple[Criterion, ...]
    pillar: str | None = None
    published: Callable[[Key], Decimal | None] = lambda key: None


@dataclass(frozen=True)
class Pack:
    id: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Score:
    """Points of a node, how they came about, and how much of the maximum could be scored."""

    points: Decimal | None
    basis: str | None
    scorable: Decimal


def score_pack(pack: Pack, keys: Iterable[Key], *, provinces: set[str]) -> dict[tuple[str, str, str], Score]:
    """(unit, period, node) → score."""
    found: dict[tuple[str, str, str], Score] = {}
    for key in keys:
        groups: dict[str, Score] = {}
        for group in pack.groups:
            parts = {one.node: score_criterion(one, key, provinces) for one in group.criteria}
            groups[group.node] = score_group(group, parts, key)
            found |= {(*key, node): score for node, score in parts.items()}
        found |= {(*key, node): score for node, score in groups.items()}
        pillars = dict.fromkeys(group.pillar for group in pack.groups if group.pillar)
        for pillar in pillars:
            below = [groups[group.node] for group in pack.groups if group.pillar == pillar]
            found[(*key, pillar)] = add_up(below)
        found[(*key, "total")] = add_up(groups.values())
    return found


def score_criterion(criterion: Criterion, key: Key, provinces: set[str]) -> Score:
    numerator, denominator = criterion.parts(key) or (None, None)
    if criterion.whole is not None and numerator is not None:
        denominator = criterion.whole
    maximum = criterion.rule.maximum
    if numerator is None or denominator is None:
        published = criterion.published(key)
        return Score(published, None if published is None else "published", NOTHING if published is None else maximum)
    points = criterion.rule.points(Decimal(numerator), Decimal(denominator))
    if denominator == 0 and criterion.rule.of_nothing == maximum:
        return Score(points, "by_rule", maximum)
    is_inherited = criterion.is_inherited and key[0] not in provinces
    return Score(points, "inherited" if is_inherited else "computed", maximum)


def score_group(group: Group, parts: Mapping[str, Score], key: Key) -> Score:
    """The sum of its own parts; where one is only known as published, the group's published points."""
    maximum = sum((one.rule.maximum for one in group.criteria), NOTHING)
    points = sum((score.points or NOTHING for score in parts.values()), NOTHING)
    bases = [score.basis for score in parts.values()]
    if all(basis not in (None, "published") for basis in bases):
        return Score(points, "computed", maximum)
    published = group.published(key)
    if published is not None:
        return Score(published, "published", maximum)
    if None not in bases:
        return Score(points, "published", maximum)
    return Score(None, None, sum((score.scorable for score in parts.values()), NOTHING))


def add_up(groups: Iterable[Score]) -> Score:
    """A pillar or the total: known where each of its groups is."""
    below = list(groups)
    scorable = sum((score.scorable for score in below), NOTHING)
    if any(score.basis is None for score in below):
        return Score(None, None, scorable)
    basis = "computed" if all(score.basis == "computed" for score in below) else "published"
    return Score(sum((score.points or NOTHING for score in below), NOTHING), basis, scorable)


# rules in short


def linear(maximum: int, *, cap: str = "1", of_nothing: int | None = None, is_percent_first: bool = False) -> Rule:
    nothing = None if of_nothing is None else Decimal(of_nothing)
    return Rule(Decimal(maximum), cap=Decimal(cap), of_nothing=nothing, is_percent_first=is_percent_first)


def steps(*pairs: tuple[str, str]) -> Rule:
    found = tuple((Decimal(at), Decimal(points)) for at, points in pairs)
    return Rule(max(points for _at, points in found), steps=found, of_nothing=NOTHING)
