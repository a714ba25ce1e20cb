"""The fewest further cases of a criterion that bring it to so many points: guessed, then settled by the rule itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import TypeAlias

from ioc.catalog.model import Criterion
from ioc.scoring.score import cap_of
from ioc.scoring.what_if import Asked, Calculator

HALF_POINT_STEP = Decimal("0.005")
"""Points are rounded half up to hundredths."""
PERCENT_STEPS = 10_000
"""Hundredths of a percent in a whole."""
Probe: TypeAlias = tuple[int, int]
"""Which of several questions, and a count that may be its answer."""


@dataclass(frozen=True)
class Aim:
    """Points of a criterion that are looked for, from so many cases up to so many more."""

    criterion: Criterion
    numerator: Decimal
    denominator: Decimal
    is_whole_growing: bool
    """A further case belongs to the whole, too."""
    most: int
    wanted: Decimal

    def asked(self, count: int) -> Asked:
        """The criterion with so many more cases."""
        return self.criterion, self.numerator + count, self.denominator + (count if self.is_whole_growing else 0)

    def guess(self) -> int:
        """About how many it takes; near, but the rule has the last word."""
        rate = _rate_for(self.criterion, self.wanted)
        missing = rate * self.denominator - self.numerator
        if not self.is_whole_growing:
            return ceil(missing)
        return ceil(missing / (1 - rate)) if rate < 1 else self.most


def _rate_for(criterion: Criterion, points: Decimal) -> Decimal:
    """About the least rate with these points."""
    if criterion.steps:
        return min((step.at for step in criterion.steps if step.points >= points), default=Decimal(0))
    rate = cap_of(criterion) * (points - HALF_POINT_STEP) / criterion.max_points
    if criterion.rounding == "percent":
        return (ceil(rate * PERCENT_STEPS) - Decimal("0.5")) / PERCENT_STEPS
    return rate


def fewest_cases(calculator: Calculator, aims: Sequence[Aim]) -> list[int | None]:
    """For each aim the fewest cases, None if even the most do not reach it."""

    def reaches(probes: Sequence[Probe]) -> list[bool]:
        asked = [aims[place].asked(count) for place, count in probes]
        calculator.learn(asked)
        points = [calculator.points(*one) for one in asked]
        return [
            found is not None and found >= aims[place].wanted for (place, _), found in zip(probes, points, strict=True)
        ]

    return fewest(reaches, [aim.most for aim in aims], [aim.guess() for aim in aims])


def fewest(
    reaches: Callable[[Sequence[Probe]], Sequence[bool]], most: Sequence[int], guesses: Sequence[int]
) -> list[int | None]:
    """For each of several questions the smallest count from 1 to its `most` that reaches; None if none does.

    `reaches` answers all probes at once; more never reach less. Where a guess is right it is asked only once.
    """
    too_few, enough = [0] * len(most), [limit + 1 for limit in most]
    probes = [
        (place, count)
        for place, (limit, guess) in enumerate(zip(most, guesses, strict=True))
        for count in _within(limit, (guess - 1, guess, limit))
    ]
    while probes:
        for (place, count), is_enough in zip(probes, reaches(probes), strict=True):
            if is_enough:
                enough[place] = min(enough[place], count)
            else:
                too_few[place] = max(too_few[place], count)
        probes = [
            (place, (low + high) // 2)
            for place, (low, high) in enumerate(zip(too_few, enough, strict=True))
            if high - low > 1
        ]
    return [count if count <= limit else None for count, limit in zip(enough, most, strict=True)]


def _within(limit: int, counts: Iterable[int]) -> list[int]:
    """Each count that is possible, once."""
    return list(dict.fromkeys(count for count in counts if 1 <= count <= limit))
