"""The next best point: for every criterion how many more cases bring the next tenth, the next point, the next band."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import IntEnum, StrEnum
from math import ceil
from pathlib import Path

from ioc.access import Scope
from ioc.catalog.model import Band, Criterion, Moves
from ioc.scoring.fewest import Aim, fewest_cases
from ioc.scoring.score import TOTAL
from ioc.scoring.what_if import (
    Calculator,
    Change,
    Outcome,
    ScoreStanding,
    is_percent,
    is_plain_number,
    moves_of,
    what_if_each,
)
from ioc.store.engine import Connection
from ioc.store.score_questions import NodeScore, scores_in_view

ENOUGH_CASES = 30
"""A month with fewer shows little of what an office can do, unless the period has no more."""
MOST_NEW_CASES = 10
"""Times the cases there are: as far as new ones are looked for."""


class Goal(StrEnum):
    """What is aimed at."""

    TENTH = "tenth"
    POINT = "point"
    BAND = "band"


GAINS = {Goal.TENTH: Decimal("0.1"), Goal.POINT: Decimal(1)}


class Feasibility(IntEnum):
    """How far a rate is from what has been done; the smaller, the nearer."""

    OWN_BEST = 1
    """The unit itself has reached it in a month."""
    PEERS = 2
    """A quarter of its peers reach it in this period."""
    BEYOND = 3
    """Neither."""
    UNTOLD = 4
    """There is nothing to compare with."""


class Reason(StrEnum):
    """Why a criterion is not among the advice."""

    UNKNOWN = "unknown"
    INHERITED = "inherited"
    NO_CASES = "no_cases"
    NO_COUNTS = "no_counts"
    FULL = "full"
    NO_LEVER = "no_lever"
    LITTLE_LEFT = "little_left"


@dataclass(frozen=True)
class Experience:
    """What was reached in a criterion: by the unit in its best month, by the best quarter of its peers."""

    own_best: float | None = None
    own_best_month: str | None = None
    peer_quarter: float | None = None
    peer_count: int = 0

    def feasibility(self, rate: float) -> Feasibility:
        """How near a rate is to it."""
        if self.own_best is not None and rate <= self.own_best:
            return Feasibility.OWN_BEST
        if self.peer_quarter is not None and rate <= self.peer_quarter:
            return Feasibility.PEERS
        return Feasibility.UNTOLD if self.own_best is None and self.peer_quarter is None else Feasibility.BEYOND


@dataclass(frozen=True)
class Step:
    """So many more cases of one criterion, and what they bring."""

    criterion: Criterion
    goal: Goal
    count: int
    numerator: Decimal
    denominator: Decimal
    """Both after the step."""
    points_before: Decimal
    points_after: Decimal
    total_before: Decimal | None
    total_after: Decimal | None
    rank_after: int | None
    feasibility: Feasibility
    experience: Experience
    band: Band | None = None
    """The band that is reached, where that is the goal."""

    @property
    def total_gain(self) -> Decimal | None:
        """What the total wins; criteria that share a measure are in it."""
        if self.total_after is None or self.total_before is None:
            return None
        return self.total_after - self.total_before


@dataclass(frozen=True)
class LeftOut:
    """A criterion that nothing is advised for."""

    criterion: Criterion
    reason: Reason


@dataclass(frozen=True)
class Advice:
    """The steps of all goals, the nearest first within each, and what was left out."""

    steps: tuple[Step, ...]
    left_out: tuple[LeftOut, ...]
    next_band: Band | None
    """None above the best band, or where the total is not known."""
    points_to_band: Decimal | None


@dataclass(frozen=True)
class _Case:
    """What the search for one unit works with."""

    calculator: Calculator
    standing: ScoreStanding
    experiences: dict[str, Experience]
    next_band: Band | None


@dataclass(frozen=True)
class _Wish:
    """A goal for a criterion, and what it takes."""

    goal: Goal
    aim: Aim


def next_best(calculator: Calculator, connection: Connection, scope: Scope, *, standing: ScoreStanding) -> Advice:
    """The advice for one unit: the same figures always give the same."""
    band, missing = next_band(standing)
    case = _Case(calculator, standing, read_experiences(connection, scope, standing), band)
    reasons = {
        criterion.node: reason_against(criterion, standing.nodes[criterion.node]) for criterion in standing.criteria
    }
    wishes = [
        wish
        for criterion in standing.criteria
        if reasons[criterion.node] is None
        for wish in _wishes(criterion, standing.nodes[criterion.node], missing)
    ]
    steps = list(_steps(case, wishes))
    advised = {step.criterion.node for step in steps}
    left_out = [
        LeftOut(criterion, reasons[criterion.node] or Reason.LITTLE_LEFT)
        for criterion in standing.criteria
        if criterion.node not in advised
    ]
    order = {criterion.node: place for place, criterion in enumerate(standing.criteria)}
    goals = list(Goal)
    steps.sort(key=lambda step: (goals.index(step.goal), step.feasibility, step.count, order[step.criterion.node]))
    return Advice(tuple(steps), tuple(left_out), band, missing)


def next_band(standing: ScoreStanding) -> tuple[Band | None, Decimal | None]:
    """The lowest band above the total, and the points that are missing."""
    total = standing.nodes[TOTAL].points
    above = [band for band in standing.index.bands if total is not None and band.from_points > total]
    if total is None or not above:
        return None, None
    band = min(above, key=lambda one: one.from_points)
    return band, band.from_points - total


def reason_against(criterion: Criterion, node: NodeScore) -> Reason | None:
    """Why nothing can be advised for a criterion; None where something can."""
    if node.numerator is None or node.denominator is None:
        return Reason.UNKNOWN
    if node.basis == "inherited":
        return Reason.INHERITED
    if is_percent(criterion):
        return Reason.NO_COUNTS
    if node.denominator == 0:
        return Reason.NO_CASES
    if node.points == criterion.max_points:
        return Reason.FULL
    return Reason.NO_LEVER if moves_of(criterion.lever) is Moves.NEITHER else None


def read_experiences(connection: Connection, scope: Scope, standing: ScoreStanding) -> dict[str, Experience]:
    """Per criterion what the unit and its peers have reached."""
    rows = connection.rows(
        scores_in_view(Path(__file__).with_name("advice.sql").read_text(encoding="utf-8"), standing.boundary),
        {
            "boundary": standing.boundary,
            "index_id": standing.index.id,
            "unit": standing.unit_code,
            "period": standing.period,
            "level": standing.level,
            "parent": standing.parent_code,
            "enough": ENOUGH_CASES,
            "compare": None if scope.compare is None else sorted(scope.compare),
        },
    )
    return {node: Experience(*found) for node, *found in rows}


def most_cases(criterion: Criterion, node: NodeScore) -> int:
    """How many more cases there can be: a part is never more than its whole."""
    if node.numerator is None or node.denominator is None:
        return 0
    if is_plain_number(criterion):
        # beyond the best step nothing is won
        return max(0, ceil(max((step.at for step in criterion.steps), default=Decimal(0)) - node.numerator))
    if moves_of(criterion.lever) is Moves.BOTH:
        return MOST_NEW_CASES * int(node.denominator)
    return max(0, int(node.denominator - node.numerator))


def _wishes(criterion: Criterion, node: NodeScore, points_to_band: Decimal | None) -> Iterator[_Wish]:
    gains = dict(GAINS) if points_to_band is None else GAINS | {Goal.BAND: points_to_band}
    for goal, gain in gains.items():
        wanted = (node.points or Decimal(0)) + gain
        if wanted <= criterion.max_points:
            aim = Aim(
                criterion=criterion,
                numerator=node.numerator or Decimal(0),
                denominator=node.denominator or Decimal(0),
                is_whole_growing=moves_of(criterion.lever) is Moves.BOTH and bool(criterion.denominator),
                most=most_cases(criterion, node),
                wanted=wanted,
            )
            yield _Wish(goal, aim)


def _steps(case: _Case, wishes: Sequence[_Wish]) -> Iterator[Step]:
    """The wishes that can be fulfilled; not the band where another criterion loses so much that it is missed."""
    counts = fewest_cases(case.calculator, [wish.aim for wish in wishes])
    found = [(wish, count) for wish, count in zip(wishes, counts, strict=True) if count is not None]
    outcomes = what_if_each(
        case.calculator, case.standing, [_pulled(wish.aim.criterion, count) for wish, count in found]
    )
    for (wish, count), outcome in zip(found, outcomes, strict=True):
        step = _step(case, wish, count, outcome)
        if step.band is None or (step.total_after is not None and step.total_after >= step.band.from_points):
            yield step


def _step(case: _Case, wish: _Wish, count: int, outcome: Outcome) -> Step:
    """What a count brings to the whole."""
    criterion = wish.aim.criterion
    reached = outcome.nodes[criterion.node]
    numerator, denominator = reached.parts.numerator or Decimal(0), reached.parts.denominator or Decimal(0)
    experience = case.experiences.get(criterion.node, Experience())
    return Step(
        criterion=criterion,
        goal=wish.goal,
        count=count,
        numerator=numerator,
        denominator=denominator,
        points_before=reached.before or Decimal(0),
        points_after=reached.after or Decimal(0),
        total_before=outcome.total.before,
        total_after=outcome.total.after,
        rank_after=outcome.rank_after,
        feasibility=experience.feasibility(float(numerator) / float(denominator)),
        experience=experience,
        band=case.next_band if wish.goal is Goal.BAND else None,
    )


def _pulled(criterion: Criterion, count: int) -> dict[str, Change]:
    """So many more cases of one criterion."""
    return {criterion.node: Change(Decimal(count), is_difference=True)}
