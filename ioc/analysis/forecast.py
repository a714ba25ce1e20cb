"""Where a monthly figure is heading: a damped trend with an interval, and whether the target is within reach.

The figure is forecast on a scale without bounds (the log-odds of a rate, the logarithm of a count), so that a rate
stays between 0 and 1. A line through the medians of all slopes starts the model and holds single odd months back,
such as a newest month whose dossiers are still open. statsmodels' exponential smoothing with a damped trend does the
rest, and intervals are widened until those of the unit's own past would have held what came. Of a few smoothing
settings the likeliest one is taken instead of a free search: a dozen months do not hold enough to estimate five
parameters, and the answer is the same on every machine.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import product
from typing import TypeAlias, final

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.tsa.exponential_smoothing.ets import ETSModel

LEAST_MONTHS = 8
"""A shorter history says nothing."""
COVERAGE = 0.8
"""How often the interval should hold what comes."""
ODD_MONTH = 3.0
"""How many usual deviations from the line make a month odd."""
LEVEL_STEPS = (0.1, 0.3, 0.6)
TREND_STEPS = (0.05, 0.3)
DAMPINGS = (0.9, 0.98, 0.995)
FURTHEST = 6
"""How many months ahead is tried on the past."""
LEAST_TRIED = 5
"""Fewer forecasts of the past teach nothing."""
STATES = 3
"""What is estimated from the history besides its spread: level, slope and the setting."""
LEAST_SPREAD = 0.02
"""Of the log scale: a figure that never moved still may."""
LEAST_USUAL = 0.05
"""Of the log scale: so near to the line no month is odd, however smooth the others are."""
NO_MISSES = 1e-12
FORECASTS_KEPT = 2000
"""In each process."""
SLOPE_DOUBT = 2.0
"""How much further than by chance alone the slope may be off: trends turn. Chosen by trying it on the past."""
FEW_CASES = 1000.0
"""Stands for the number of cases of a rate that nobody counted."""

Values: TypeAlias = np.ndarray[tuple[int], np.dtype[np.float64]]


class Course(StrEnum):
    """Whether a target will be met."""

    ON_COURSE = "on_course"
    AT_RISK = "at_risk"
    OUT_OF_REACH = "out_of_reach"


@final
@dataclass(frozen=True, slots=True)
class Expected:
    """One month ahead: the middle of what is expected, and the bounds that hold it in 8 of 10 cases."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Tried:
    """What a forecast of the past said of a month that is known by now."""

    steps: int
    expected: Expected
    naive: float
    """The last known value."""
    actual: float

    @property
    def is_covered(self) -> bool:
        return self.expected.low <= self.actual <= self.expected.high


@dataclass(frozen=True, slots=True)
class Forecast:
    """The months ahead, and what forecasts of the past were worth."""

    path: tuple[Expected, ...]
    tried: tuple[Tried, ...]


@dataclass(frozen=True, slots=True)
class Scale:
    """How a figure is stretched over all numbers, and back."""

    is_rate: bool
    cases: float
    """Of a rate: how many cases a month usually has; 0 of 5 and 0 of 5,000 are not the same."""

    def stretch(self, values: Values) -> Values:
        """Values on the scale without bounds."""
        if not self.is_rate:
            return np.log1p(np.maximum(values, 0.0))
        odds = (values.clip(0.0, 1.0) * self.cases + 0.5) / (self.cases + 1.0)
        return np.log(odds / (1.0 - odds))

    def back(self, stretched: float) -> float:
        """The value of a point of the scale."""
        if not self.is_rate:
            return math.expm1(max(stretched, 0.0))
        odds = 1.0 / (1.0 + math.exp(-min(max(stretched, -50.0), 50.0)))
        return min(max((odds * (self.cases + 1.0) - 0.5) / self.cases, 0.0), 1.0)


def project(history: Sequence[float], *, steps: int, is_rate: bool, cases: float | None = None) -> Forecast:
    """The months that follow a history of at least LEAST_MONTHS, each with its interval."""
    if len(history) < LEAST_MONTHS or steps < 1:
        raise ValueError("the history is too short")
    return _project(tuple(history), steps=steps, is_rate=is_rate, cases=cases)


@lru_cache(maxsize=FORECASTS_KEPT)
def _project(history: tuple[float, ...], *, steps: int, is_rate: bool, cases: float | None) -> Forecast:
    """It takes ten milliseconds, and follows from the history alone: every page that shows it shares it."""
    scale, values = _stretched(history, is_rate=is_rate, cases=cases)
    past = _try(values)
    width = _width(_without_odd_misses(past, values))
    path = [_expected(scale, guess, width=width) for guess in _guess(values, steps=steps)]
    return Forecast(tuple(path), _tried(scale, history, past))


def try_on_past(history: Sequence[float], *, is_rate: bool, cases: float | None = None) -> tuple[Tried, ...]:
    """Forecasts from each month of the past that has enough months before it, held against what came."""
    scale, values = _stretched(history, is_rate=is_rate, cases=cases)
    return _tried(scale, history, _try(values))


def course_of(expected: Expected, *, target: float, is_upward: bool, decimals: int = 4) -> Course:
    """On course if the target is expected to be met, at risk if it lies within the interval, else out of reach."""

    def meets(value: float) -> bool:
        shown, aim = round(value, decimals), round(target, decimals)
        return shown >= aim if is_upward else shown <= aim

    if meets(expected.value):
        return Course.ON_COURSE
    return Course.AT_RISK if meets(expected.high if is_upward else expected.low) else Course.OUT_OF_REACH


@dataclass(frozen=True, slots=True)
class Guess:
    """One month ahead on the scale without bounds."""

    mean: float
    reach: float
    """From the mean to either bound, before it is widened by what the past teaches."""


@dataclass(frozen=True, slots=True)
class PastGuess:
    """What was guessed of a month of the past from the months before `known`."""

    known: int
    steps: int
    guess: Guess
    width: float
    miss: float
    """How far off it was, as a multiple of the reach."""

    @property
    def month(self) -> int:
        """The place of the month in the history."""
        return self.known + self.steps - 1


def _stretched(history: Sequence[float], *, is_rate: bool, cases: float | None) -> tuple[Scale, Values]:
    scale = Scale(is_rate, max(cases or FEW_CASES, 1.0))
    return scale, scale.stretch(np.asarray(history, dtype=np.float64))


def _guess(values: Values, *, steps: int) -> list[Guess]:
    means, deviations = _smooth(_without_odd_months(values), steps=steps)
    reach = float(stats.t.ppf((1 + COVERAGE) / 2, len(values) - STATES))
    return [Guess(float(mean), reach * float(one)) for mean, one in zip(means, deviations, strict=True)]


def _try(values: Values) -> list[PastGuess]:
    """Guesses of the past; each is widened only by what was known at its time."""
    tried: list[PastGuess] = []
    for known in range(LEAST_MONTHS, len(values)):
        width = _width([one for one in tried if one.month < known])
        guesses = _guess(values[:known], steps=min(FURTHEST, len(values) - known))
        tried += [
            PastGuess(known, step, guess, width, abs(float(values[known + step - 1]) - guess.mean) / guess.reach)
            for step, guess in enumerate(guesses, start=1)
        ]
    return tried


def _without_odd_misses(past: Sequence[PastGuess], values: Values) -> list[PastGuess]:
    """The same guesses, held against months without what was odd: one such month should not widen all to come."""
    usual = _without_odd_months(values)
    return [replace(one, miss=abs(float(usual[one.month]) - one.guess.mean) / one.guess.reach) for one in past]


def _width(past: Sequence[PastGuess]) -> float:
    """By how much intervals must be widened so that those of the past had held what came as often as promised."""
    if len(past) < LEAST_TRIED:
        return 1.0
    return max(1.0, float(np.quantile([one.miss for one in past], COVERAGE)))


def _expected(scale: Scale, guess: Guess, *, width: float) -> Expected:
    reach = guess.reach * width
    return Expected(scale.back(guess.mean), scale.back(guess.mean - reach), scale.back(guess.mean + reach))


def _tried(scale: Scale, history: Sequence[float], past: Sequence[PastGuess]) -> tuple[Tried, ...]:
    return tuple(
        Tried(
            steps=one.steps,
            expected=_expected(scale, one.guess, width=one.width),
            naive=history[one.known - 1],
            actual=history[one.month],
        )
        for one in past
    )


def _line(values: Values) -> tuple[float, float]:
    """Intercept and slope through the median of all slopes."""
    slope, intercept = stats.theilslopes(values, np.arange(len(values)))[:2]
    return float(intercept), float(slope)


def _without_odd_months(values: Values) -> Values:
    """Single odd months are pulled in to the edge of the usual; many of them are a change, and stay."""
    intercept, slope = _line(values)
    line = intercept + slope * np.arange(len(values))
    apart = values - line
    usual = max(float(np.median(np.abs(apart - np.median(apart)))) * 1.4826, LEAST_USUAL)
    is_odd = np.abs(apart) > ODD_MONTH * usual
    if is_odd.sum() > len(values) // 4:
        return values
    pulled: Values = np.where(is_odd, line + np.clip(apart, -usual, usual), values)
    return pulled


@dataclass(frozen=True, slots=True)
class Setting:
    """How fast the model follows: the level, the trend, and how fast the trend wears off."""

    level: float
    trend: float
    damping: float

    def misses(self, values: Values, *, level: float, slope: float) -> float:
        """The sum of squares of one month's errors: the likeliest setting has the least."""
        total = 0.0
        for value in values:
            expected = level + self.damping * slope
            miss = float(value) - expected
            level, slope = expected + self.level * miss, self.damping * slope + self.trend * miss
            total += miss * miss
        return total

    def reach_of_slope(self, steps: int) -> Values:
        """By how many monthly slopes the figure has gone on after 1, 2, … months."""
        reach: Values = np.cumsum(self.damping ** np.arange(1, steps + 1))
        return reach


SETTINGS = tuple(
    Setting(level, level * trend, damping) for level, trend, damping in product(LEVEL_STEPS, TREND_STEPS, DAMPINGS)
)


def _smooth(values: Values, *, steps: int) -> tuple[Values, Values]:
    """Means and standard deviations of the months ahead, by the likeliest setting."""
    intercept, slope = _line(values)
    start = intercept - slope
    setting = min(SETTINGS, key=lambda one: one.misses(values, level=start, slope=slope))
    misses = setting.misses(values, level=start, slope=slope)
    # for what the history's length costs; statsmodels divides by the number of months, and takes the slope for known
    spread = max(math.sqrt(misses / (len(values) - STATES)), LEAST_SPREAD)
    reach = setting.reach_of_slope(steps)
    if misses < NO_MISSES:
        means, of_months = intercept + slope * (len(values) - 1) + slope * reach, np.arange(1.0, steps + 1)
    else:
        means, of_months = _ahead(values, setting, level=start, slope=slope, steps=steps)
    of_slope = SLOPE_DOUBT**2 * 12.0 / len(values) ** 3 * reach**2
    return means, spread * np.sqrt(of_months + of_slope)


def _ahead(values: Values, setting: Setting, *, level: float, slope: float, steps: int) -> tuple[Values, Values]:
    """Means of the months ahead, and their variances as multiples of one month's."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # of the parameters' own errors, which nobody asks for
        warnings.simplefilter("ignore")
        model = ETSModel(
            pd.Series(values),
            error="add",
            trend="add",
            damped_trend=True,
            initialization_method="known",
            initial_level=level,
            initial_trend=slope,
        )
        smoothed = model.smooth([setting.level, setting.trend, setting.damping, level, slope])
        predicted = smoothed.get_prediction(start=len(values), end=len(values) + steps - 1)
    return np.asarray(predicted.predicted_mean), np.asarray(predicted.forecast_variance) / float(smoothed.mse)
