"""What may be asked of a snapshot: one question, one function, one .sql file, always within a Scope.

Answers are frozen records, not DataFrames: a screen asks for tens or hundreds of rows, and building a DataFrame
for them costs more than the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ioc.access import Scope
from ioc.periods import parse_period
from ioc.store.asking import answer, ask, detail_units, listed, read_question, seen_units
from ioc.store.bearers import refuse_other_bearers
from ioc.store.engine import Connection

ALL_SERIES = "all"
"""Asks for every series instead of the leading one."""
CURRENT = "current"
"""Present units with the history of what they were formed from."""
REPORTED = "reported"
"""Each unit as it reported itself."""
FORMER = "former"
"""The units before the reform with all that happened on their territory."""
BOUNDARIES = (CURRENT, REPORTED, FORMER)


@dataclass(frozen=True, slots=True)
class Info:
    """What a snapshot says of itself."""

    snapshot_id: str
    published_at: datetime | None
    as_of: datetime | None
    is_simulated: bool
    site_name: str
    site_unit: str
    properties: dict[str, str]


@dataclass(frozen=True, slots=True)
class UnitRow:
    unit_code: str
    name: str
    short_name: str
    level: str
    kind: str
    parent_code: str | None
    valid_from: date | None
    valid_to: date | None
    electronic_id: str | None
    sort_key: str
    search_key: str
    latitude: float | None
    longitude: float | None
    area_km2: float | None


@dataclass(frozen=True, slots=True)
class PeriodRow:
    period: str
    kind: str
    start_date: date
    end_date: date
    calendar: str = "gregorian"


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    indicator: str
    number: int
    name_vi: str
    name_en: str
    indicator_group: str
    formula_vi: str
    formula_en: str
    measure_unit: str
    direction: str
    decimals: int
    target: float | None
    at_risk_within: float | None
    """How far on the wrong side of the target still counts as at risk."""
    zero_policy: str | None
    target_status: str | None
    target_source: str | None
    evidence: str
    hysteresis: float | None = None
    """How far a figure must go back past a threshold before its state does."""
    while_open: str | None = None
    """may_rise or may_fall: what the cases of a period that are still open can do to it."""
    target_due: date | None = None
    """By when the target is to be reached."""


@dataclass(frozen=True, slots=True)
class Reading:
    """A rate's value is a fraction, unrounded."""

    indicator: str
    unit_code: str
    unit_name: str
    short_name: str
    level: str
    parent_code: str | None
    period: str
    series: str
    is_leading: bool
    numerator: Decimal | None
    denominator: Decimal | None
    value: float | None
    target: float | None
    status: str
    flags: Sequence[str]
    rank: int | None
    rank_of: int | None
    previous_value: float | None
    last_year_value: float | None
    as_of: datetime | None
    fresh_until: datetime | None
    bound: str | None = None
    """Of a reported figure: exact, at_least, about."""
    rank_best: int | None = None
    """The places that the number of cases allows (95 %), from this one"""
    rank_worst: int | None = None
    """to this one; of rates with counted cases only."""
    compared_previous: str | None = None
    """Of a period that is not over: the part of the earlier one whose value is previous_value."""
    compared_last_year: str | None = None
    boundary: str = CURRENT
    range_low: float | None = None
    range_high: float | None = None
    """Between the two the figure lies, however a divided unit's cases were spread; None where it is exact."""


@dataclass(frozen=True, slots=True)
class TrendPoint:
    indicator: str
    unit_code: str
    period: str
    start_date: date
    end_date: date
    series: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: float | None
    target: float | None
    status: str
    flags: Sequence[str]
    boundary: str = CURRENT
    range_low: float | None = None
    range_high: float | None = None


@dataclass(frozen=True, slots=True)
class LineageRow:
    """A unit of the other time that a unit came from (predecessor) or went to (successor)."""

    relation: str
    unit_code: str
    unit_name: str
    level: str
    parent_code: str | None
    parent_name: str | None
    extent: str
    """whole | part: how much of the former unit's territory is meant."""
    is_main: bool
    """Whether the present unit took all or most of the former one."""
    share: float | None
    """Of the former unit's cases; None where nobody knows."""
    basis: str | None
    """whole | shares | dossiers | form_06a | area | equal: by what the share was found."""


@dataclass(frozen=True, slots=True)
class DayCount:
    indicator: str
    unit_code: str
    day: date
    numerator: Decimal | None
    denominator: Decimal | None


def info(connection: Connection) -> Info:
    """The snapshot's own properties; they are about no unit."""
    properties = {str(key): str(value) for key, value in connection.rows(read_question("info")) if value is not None}
    return Info(
        snapshot_id=properties.get("id", ""),
        published_at=_moment(properties.get("published_at")),
        as_of=_moment(properties.get("as_of")),
        is_simulated=properties.get("simulated", "").lower() in ("true", "1"),
        site_name=properties.get("site_name", ""),
        site_unit=properties.get("site_unit", ""),
        properties=properties,
    )


def units(
    connection: Connection,
    scope: Scope,
    *,
    level: str | None = None,
    parent: str | None = None,
    codes: Sequence[str] | None = None,
    with_former: bool = False,
) -> list[UnitRow]:
    """Units in the order of the Vietnamese alphabet."""
    asked = {"level": level, "parent": parent, "units": listed(codes), "with_former": with_former}
    return ask(connection, UnitRow, "units", {**seen_units(scope), **asked})


def periods(connection: Connection, *, kind: str | None = None, calendar: str | None = None) -> list[PeriodRow]:
    """Periods that have readings, the newest first."""
    return ask(connection, PeriodRow, "periods", {"kind": kind, "calendar": calendar})


def indicators(connection: Connection) -> list[IndicatorRow]:
    """The catalogue of this snapshot."""
    return ask(connection, IndicatorRow, "indicators", {})


def readings(
    connection: Connection,
    scope: Scope,
    *,
    period: str,
    indicators: Sequence[str] | None = None,
    units: Sequence[str] | None = None,
    level: str | None = None,
    parent: str | None = None,
    series: str | None = None,
    without_small: bool = False,
    boundary: str = CURRENT,
) -> list[Reading]:
    """Readings of one period: of the leading series unless one, or ALL_SERIES, is asked for.

    `without_small` ranks anew without the rates of few cases; these have no place. As reported, a unit is not asked
    for days on which another one bore its code: a UsageError names that one.
    """
    if boundary == REPORTED:
        refuse_other_bearers(connection, units or (), period=parse_period(period))
    asked = {
        "period": period,
        "boundary": boundary,
        "indicators": listed(indicators),
        "units": listed(units),
        "level": level,
        "parent": parent,
        "series": series,
    }
    sql = read_question("readings").format(readings=_ranked_readings() if without_small else "readings")
    return answer(connection, Reading, sql, {**seen_units(scope), **asked})


def _ranked_readings() -> str:
    return "(" + read_question("readings_without_small").format(ranks=read_question("ranks")) + ")"


def trend(
    connection: Connection,
    scope: Scope,
    *,
    indicators: Sequence[str],
    units: Sequence[str],
    until: date,
    kind: str = "month",
    calendar: str = "gregorian",
    count: int = 13,
    series: str | None = None,
    boundary: str = CURRENT,
) -> list[TrendPoint]:
    """The last `count` periods of a kind and calendar that end by `until`, oldest first; as reported, of own days."""
    asked = {
        "boundary": boundary,
        "indicators": list(indicators),
        "units": list(units),
        "until": until,
        "kind": kind,
        "calendar": calendar,
        "count": count,
        "series": series,
    }
    return ask(connection, TrendPoint, "trend", {**detail_units(scope), **asked})


def lineage(connection: Connection, scope: Scope, *, unit: str) -> list[LineageRow]:
    """What a unit was formed from, or what became of it; none for units that are not of the snapshot's area."""
    return ask(connection, LineageRow, "lineage", {**seen_units(scope), "unit": unit})


def has_views(connection: Connection) -> bool:
    """Whether any former unit has figures: without one, today's boundaries are all there is."""
    return bool(connection.row(read_question("has_views"))[0])


def daily(
    connection: Connection, scope: Scope, *, indicators: Sequence[str], unit: str, first_day: date, last_day: date
) -> list[DayCount]:
    """Counts by day, both ends included."""
    asked = {"indicators": list(indicators), "unit": unit, "first_day": first_day, "last_day": last_day}
    return ask(connection, DayCount, "daily", {**detail_units(scope), **asked})


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
