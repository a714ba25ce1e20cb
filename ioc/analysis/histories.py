"""The months of units that a forecast can be made of: without a gap, on one boundary, of one series."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from statistics import median
from typing import TypeAlias

from ioc.access import Scope
from ioc.store import questions
from ioc.store.engine import Connection
from ioc.store.questions import TrendPoint, UnitRow

HISTORY = 36
"""How many months back may still say something."""
CourseName: TypeAlias = tuple[str, str]
"""Of an indicator and a unit."""


@dataclass(frozen=True, slots=True)
class History:
    """Months of one unit without a gap, the newest last."""

    unit: UnitRow
    series: str
    start: date
    """The first day of the newest month."""
    values: tuple[float, ...]
    cases: float | None
    is_cut: bool
    """Whether older months were left out because the unit's boundary changed."""


def histories(
    connection: Connection, scope: Scope, *, indicators: Sequence[str], units: Sequence[str], boundary: str
) -> dict[str, list[History]]:
    """For each indicator the months of each unit since the newest gap or change of boundary.

    They are of the series that leads now. Months before a change belong to them where they were brought to the unit's
    boundary.
    """
    until = _newest_month(connection)
    if until is None:
        return {indicator: [] for indicator in indicators}
    named = {row.unit_code: row for row in questions.units(connection, scope, codes=units, with_former=True)}
    is_moved = boundary != questions.REPORTED and questions.has_views(connection)
    ask = partial(_points, connection, scope, until=until, boundary=boundary)
    found = ask(indicators=indicators, units=units, series=None)
    for series, courses in _changed(found).items():
        # what leads now did not always lead: its own past is asked for
        own = ask(indicators=[one for one, _unit in courses], units=[one for _indicator, one in courses], series=series)
        found |= {course: own[course] for course in courses}
    known = {course: [point for point in points if point.value is not None] for course, points in found.items()}
    return {
        indicator: [
            _history(named[code], points, is_moved=is_moved)
            for code in named
            if (points := known.get((indicator, code)))
        ]
        for indicator in indicators
    }


def _newest_month(connection: Connection) -> date | None:
    """The end of the newest month that is over by the data's own time."""
    as_of = questions.info(connection).as_of
    ends = [row.end_date for row in questions.periods(connection, kind="month", calendar="gregorian")]
    return max((end for end in ends if as_of is None or end <= as_of.date()), default=None)


def _points(
    connection: Connection,
    scope: Scope,
    *,
    indicators: Sequence[str],
    units: Sequence[str],
    until: date,
    series: str | None,
    boundary: str,
) -> dict[CourseName, list[TrendPoint]]:
    found: dict[CourseName, list[TrendPoint]] = defaultdict(list)
    for point in questions.trend(
        connection,
        scope,
        indicators=list(dict.fromkeys(indicators)),
        units=list(dict.fromkeys(units)),
        until=until,
        count=HISTORY,
        series=series,
        boundary=boundary,
    ):
        found[point.indicator, point.unit_code].append(point)
    return found


def _changed(found: Mapping[CourseName, Sequence[TrendPoint]]) -> dict[str, list[CourseName]]:
    """The courses in which another series led before, by the series that leads now."""
    changed: dict[str, list[CourseName]] = defaultdict(list)
    for course, points in found.items():
        series = next((point.series for point in reversed(points) if point.value is not None), None)
        if series is not None and {point.series for point in points} != {series}:
            changed[series].append(course)
    return changed


def _history(unit: UnitRow, points: Sequence[TrendPoint], *, is_moved: bool) -> History:
    own = [point for point in points if is_moved or unit.valid_from is None or point.start_date >= unit.valid_from]
    run = _run(own or points[-1:])
    cases = [float(point.denominator) for point in run if point.denominator]
    return History(
        unit=unit,
        series=run[-1].series,
        start=run[-1].start_date,
        values=tuple(_filled(run)),
        cases=median(cases) if cases else None,
        is_cut=len(own) < len(points),
    )


def _run(points: Sequence[TrendPoint]) -> list[TrendPoint]:
    """The newest months without more than one missing between two of them."""
    first = len(points) - 1
    while first > 0 and months_from(points[first - 1].start_date, points[first].start_date) <= 2:
        first -= 1
    return list(points[first:])


def _filled(points: Sequence[TrendPoint]) -> Iterable[float]:
    """The values, with the middle of its neighbours for a missing month."""
    before: TrendPoint | None = None
    for point in points:
        value = _value(point)
        if before is not None and months_from(before.start_date, point.start_date) == 2:
            yield (_value(before) + value) / 2
        yield value
        before = point


def _value(point: TrendPoint) -> float:
    assert point.value is not None
    return point.value


def months_from(first: date, last: date) -> int:
    """How many months lie between the months of two days."""
    return (last.year - first.year) * 12 + last.month - first.month
