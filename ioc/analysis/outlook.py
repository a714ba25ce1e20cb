"""Asks a snapshot whether units will meet an indicator's dated target, and how well that was foreseen in the past."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from statistics import fmean

from ioc.access import Scope
from ioc.analysis.forecast import LEAST_MONTHS, Course, Expected, Tried, course_of, project, try_on_past
from ioc.analysis.histories import History, histories, months_from
from ioc.catalog.model import Direction, Indicator
from ioc.store import questions
from ioc.store.engine import Connection

FORESEEN = 1 / 3
"""Of the forecasts of a unit's own past such a part must have come within their interval."""
DOUBTFUL = 0.7
"""With fewer of them the promise of 8 in 10 is not made."""
PERCENT = "percent"


class Silence(StrEnum):
    """Why nothing is forecast."""

    NO_TARGET = "no_target"
    NO_DATE = "no_date"
    DATE_REACHED = "date_reached"
    SHORT = "short"
    BOUNDARY = "boundary"
    UNFORESEEN = "unforeseen"


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is expected of one unit at the target's date; without `path` nothing is said, for `silence`."""

    unit_code: str
    unit_name: str
    indicator: str
    series: str
    months: int
    last_month: date
    last_value: float
    target: float | None
    due: date | None
    path: tuple[Expected, ...] = ()
    """Each month from the one after the newest to that of the date."""
    course: Course | None = None
    silence: Silence | None = None
    tried: int = 0
    """Forecasts of this unit's own past that are held against what came."""
    covered: int = 0

    @property
    def is_doubtful(self) -> bool:
        """Whether the unit's own past came within its intervals much more rarely than promised."""
        return self.covered < DOUBTFUL * self.tried

    @property
    def expected(self) -> Expected | None:
        """Of the month of the date."""
        return self.path[-1] if self.path else None


@dataclass(frozen=True, slots=True)
class Trial:
    """How well the past was foreseen so many months ahead."""

    months_ahead: int
    forecasts: int
    covered: float
    """Which part came within the interval, which is made for 8 of 10."""
    error: float
    """Mean distance between what was expected and what came, in the indicator's own unit."""
    naive_error: float
    """The same if one expects that nothing changes."""


def foresee(
    connection: Connection,
    scope: Scope,
    *,
    indicator: Indicator,
    units: Sequence[str],
    due: date | None = None,
    boundary: str = questions.CURRENT,
) -> list[Outlook]:
    """The outlook of each unit with monthly readings; `due` asks for another date than the target's."""
    found = histories(connection, scope, indicators=[indicator.id], units=units, boundary=boundary)
    return [outlook_of(history, indicator=indicator, due=due) for history in found[indicator.id]]


def foresee_all(
    connection: Connection, scope: Scope, *, indicators: Sequence[Indicator], units: Sequence[str]
) -> list[tuple[Indicator, Outlook]]:
    """The outlooks of several indicators, in their order; asked for at once."""
    names = [indicator.id for indicator in indicators]
    found = histories(connection, scope, indicators=names, units=units, boundary=questions.CURRENT)
    return [
        (indicator, outlook_of(history, indicator=indicator))
        for indicator in indicators
        for history in found[indicator.id]
    ]


def outlook_of(history: History, *, indicator: Indicator, due: date | None = None) -> Outlook:
    """The outlook of one unit."""
    target = indicator.target
    at = due or (target.due if target else None)
    known = Outlook(
        unit_code=history.unit.unit_code,
        unit_name=history.unit.name,
        indicator=indicator.id,
        series=history.series,
        months=len(history.values),
        last_month=history.start,
        last_value=history.values[-1],
        target=None if target is None else float(target.value),
        due=at,
    )
    silence = _silence(history, indicator=indicator, due=at)
    if silence is not None or at is None:
        return replace(known, silence=silence or Silence.NO_DATE)
    return _said(known, history, indicator)


def back_test(
    connection: Connection,
    scope: Scope,
    *,
    indicator: Indicator,
    units: Sequence[str],
    boundary: str = questions.CURRENT,
) -> list[Trial]:
    """Forecasts from each month of the past, held against what came, by how far ahead they looked."""
    by_steps: dict[int, list[Tried]] = defaultdict(list)
    found = histories(connection, scope, indicators=[indicator.id], units=units, boundary=boundary)
    for history in found[indicator.id]:
        for one in _tried(history, indicator):
            by_steps[one.steps].append(one)
    return [_trial(steps, by_steps[steps]) for steps in sorted(by_steps)]


def _silence(history: History, *, indicator: Indicator, due: date | None) -> Silence | None:
    if indicator.target is None or indicator.direction is Direction.NONE:
        return Silence.NO_TARGET
    if due is None:
        return Silence.NO_DATE
    if months_from(history.start, due) < 1:
        return Silence.DATE_REACHED
    if len(history.values) < LEAST_MONTHS:
        return Silence.BOUNDARY if history.is_cut else Silence.SHORT
    return None


def _said(known: Outlook, history: History, indicator: Indicator) -> Outlook:
    assert known.due is not None
    assert known.target is not None
    is_rate = indicator.measure_unit == PERCENT
    steps = months_from(history.start, known.due)
    forecast = project(history.values, steps=steps, is_rate=is_rate, cases=history.cases)
    covered = _covered(forecast.tried)
    tried = replace(known, tried=len(forecast.tried), covered=covered)
    if covered < FORESEEN * tried.tried:
        return replace(tried, silence=Silence.UNFORESEEN)
    course = course_of(
        forecast.path[-1],
        target=known.target,
        is_upward=indicator.direction is Direction.UP,
        decimals=indicator.decimals + 2 * is_rate,
    )
    return replace(tried, path=forecast.path, course=course)


def _covered(tried: Sequence[Tried]) -> int:
    return sum(one.is_covered for one in tried)


def _tried(history: History, indicator: Indicator) -> tuple[Tried, ...]:
    return try_on_past(history.values, is_rate=indicator.measure_unit == PERCENT, cases=history.cases)


def _trial(steps: int, tried: Sequence[Tried]) -> Trial:
    return Trial(
        months_ahead=steps,
        forecasts=len(tried),
        covered=_covered(tried) / len(tried),
        error=fmean(abs(one.expected.value - one.actual) for one in tried),
        naive_error=fmean(abs(one.naive - one.actual) for one in tried),
    )
