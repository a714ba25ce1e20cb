"""What may be asked of a snapshot: one question, one function, one .sql file, always within a Scope.

Answers are frozen records, not DataFrames: a screen asks for tens or hundreds of rows, and building a DataFrame
for them costs more than the query.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, TypeVar

from ioc.access import Scope
from ioc.errors import UsageError
from ioc.periods import parse_period
from ioc.store.bearers import refuse_other_bearers
from ioc.store.composed import composed_sql
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql
from ioc.units import FORMER_SUFFIX

ALL_SERIES = "all"
"""Asks for every series instead of the leading one."""
CURRENT = "current"
"""Present units with the history of what they were formed from."""
REPORTED = "reported"
"""Each unit as it reported itself."""
FORMER = "former"
"""The units before the reform with all that happened on their territory."""
BOUNDARIES = (CURRENT, REPORTED, FORMER)
FOUND_SCORES = "{found_scores}"
"""Where a question about scores leaves open of which view."""

Record = TypeVar("Record")


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
class BreakdownRow:
    name: str
    procedure_base: str | None
    field_name: str
    received: int
    online: int
    counter: int
    postal: int
    on_time: int
    judged: int
    online_766: int
    """Submitted online, with an electronic result where a document is due."""
    online_on_time: int
    online_judged: int
    counter_on_time: int
    counter_judged: int
    postal_on_time: int
    postal_judged: int
    fee_bearing: int
    paid_online: int


@dataclass(frozen=True, slots=True)
class SatisfactionPart:
    """Dossiers or petitions of a field (or class): each that is not content stands under its first reason."""

    kind: str
    """dossiers | petitions."""
    part: str | None
    """The field or class; None where the source names none."""
    cases: int | Decimal
    """Whole but where slices of divided units are in it."""
    content: int | Decimal
    supplements: int | Decimal
    """Asked for a supplement more than once."""
    overdue: int | Decimal
    disliked: int | Decimal
    repeated: int | Decimal
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class SatisfactionReason:
    """How many dossiers or petitions are not content for one reason."""

    kind: str
    reason: str
    """supplements | overdue | disliked | repeated."""
    cases: int | Decimal
    of_cases: int | Decimal
    is_estimate: bool = False


@dataclass(frozen=True, slots=True)
class SourceRow:
    source_id: str
    kind: str
    last_load_at: datetime | None
    as_of: datetime | None
    fresh_within_s: int | None
    fresh_until: datetime | None
    rows_in: int
    loaded: int
    unchanged: int
    superseded: int
    quarantined: int
    failed_loads: int
    waiting: int
    """Refused rows that nothing has mended yet."""


@dataclass(frozen=True, slots=True)
class LoadRow:
    load_id: int
    run_id: str
    source_id: str
    kind: str
    origin: str
    sha256: str | None
    size_bytes: int | None
    fetched_at: datetime
    as_of: datetime | None
    rows_in: int
    loaded: int
    unchanged: int
    superseded: int
    quarantined: int
    state: str
    error_class: str | None
    message: str | None
    warnings: Sequence[str]
    duration_s: float | None


@dataclass(frozen=True, slots=True)
class LoadDay:
    """How the loads of one source ended that were fetched on one day."""

    source_id: str
    day: date
    done: int
    failed: int


@dataclass(frozen=True, slots=True)
class QuarantineRow:
    load_id: int
    source_id: str
    origin: str
    row_no: int
    field: str | None
    reason: str
    value: str | None


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    source_id: str
    origin: str
    row_no: int
    field: str
    old_value: str | None
    new_value: str | None
    reason: str
    corrected_at: datetime
    corrected_by: str
    is_accepted: bool


@dataclass(frozen=True, slots=True)
class Reconciliation:
    subject: str
    unit_code: str
    unit_name: str | None
    period: str
    left_series: str
    left_value: float | None
    right_series: str
    right_value: float | None
    difference: float | None
    agrees: bool
    left_denominator: Decimal | None = None
    right_denominator: Decimal | None = None


@dataclass(frozen=True, slots=True)
class ReconciliationCounts:
    compared: int
    agreeing: int


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
    asked = {"level": level, "parent": parent, "units": _list(codes), "with_former": with_former}
    return _ask(connection, UnitRow, "units", {**_both(scope), **asked})


def periods(connection: Connection, *, kind: str | None = None, calendar: str | None = None) -> list[PeriodRow]:
    """Periods that have readings, the newest first."""
    return _ask(connection, PeriodRow, "periods", {"kind": kind, "calendar": calendar})


def indicators(connection: Connection) -> list[IndicatorRow]:
    """The catalogue of this snapshot."""
    return _ask(connection, IndicatorRow, "indicators", {})


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
        "indicators": _list(indicators),
        "units": _list(units),
        "level": level,
        "parent": parent,
        "series": series,
    }
    sql = read_question("readings").format(readings=_ranked_readings() if without_small else "readings")
    return _answer(connection, Reading, sql, {**_both(scope), **asked})


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
    return _ask(connection, TrendPoint, "trend", {**_detail(scope), **asked})


def lineage(connection: Connection, scope: Scope, *, unit: str) -> list[LineageRow]:
    """What a unit was formed from, or what became of it; none for units that are not of the snapshot's area."""
    return _ask(connection, LineageRow, "lineage", {**_both(scope), "unit": unit})


def has_views(connection: Connection) -> bool:
    """Whether any former unit has figures: without one, today's boundaries are all there is."""
    return bool(connection.row(read_question("has_views"))[0])


def daily(
    connection: Connection, scope: Scope, *, indicators: Sequence[str], unit: str, first_day: date, last_day: date
) -> list[DayCount]:
    """Counts by day, both ends included."""
    asked = {"indicators": list(indicators), "unit": unit, "first_day": first_day, "last_day": last_day}
    return _ask(connection, DayCount, "daily", {**_detail(scope), **asked})


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
        "nodes": _list(nodes),
        "units": _list(units),
        "level": level,
        "parent": parent,
    }
    sql = read_question("scores")
    if without_inherited:
        sql = sql.replace(FOUND_SCORES, read_question("scores_without_inherited"))
    sql = scores_in_view(sql, boundary)
    return _answer(connection, Score, sql, {**_both(scope), **asked})


def score_tree(
    connection: Connection, scope: Scope, *, index: str, unit: str, period: str, boundary: str = CURRENT
) -> list[NodeScore]:
    """Every node of an index with one unit's points; as reported, of the days on which it was there alone."""
    if boundary == REPORTED:
        refuse_other_bearers(connection, [unit], period=parse_period(period))
    asked = {"index_id": index, "unit": unit, "period": period, "boundary": boundary}
    sql = scores_in_view(read_question("score_tree"), boundary)
    return _answer(connection, NodeScore, sql, {**_detail(scope), **asked})


def scores_in_view(sql: str, boundary: str) -> str:
    """The SQL with the scores of $index_id in the view $boundary for {found_scores}."""
    source = "scores_as_reported" if boundary == REPORTED else "scores_of_view"
    return sql.replace(FOUND_SCORES, read_question(source))


def breakdown(
    connection: Connection,
    scope: Scope,
    *,
    unit: str,
    period: str,
    by: str = "field",
    field: str | None = None,
    boundary: str = CURRENT,
) -> list[BreakdownRow]:
    """Channels and timeliness by field, or by procedure (of one field, if given).

    On any boundaries the dossiers of units that went as a whole: those of divided ones are nobody's but their own.
    """
    asked = {"unit": unit, "period": period, "boundary": _kept_in(connection, unit, boundary, series="dossiers")}
    if by == "field":
        return _ask(connection, BreakdownRow, "breakdown_fields", {**_detail(scope), **asked})
    if by == "procedure":
        parameters = {**_detail(scope), **asked, "field_name": field}
        return _ask(connection, BreakdownRow, "breakdown_procedures", parameters)
    raise UsageError(f"breakdown by {by!r}: allowed are field and procedure")


def satisfaction(
    connection: Connection,
    scope: Scope,
    *,
    unit: str,
    period: str,
    by: str = "field",
    boundary: str = CURRENT,
    with_estimates: bool = False,
) -> list[SatisfactionPart]:
    """Dossiers and petitions by field, or petitions by class, with the reasons why some are not content.

    `with_estimates` adds the slices of divided units, each field by the unit's declared share; these parts say so.
    """
    if by not in ("field", "class"):
        raise UsageError(f"satisfaction by {by!r}: allowed are field and class")
    asked = {"unit": unit, "period": period, "by": by, "boundary": boundary}
    sql = _cases(connection, "satisfaction_parts", with_estimates=with_estimates)
    return _count(connection, scope, SatisfactionPart, sql, asked)


def satisfaction_reasons(
    connection: Connection,
    scope: Scope,
    *,
    unit: str,
    period: str,
    boundary: str = CURRENT,
    with_estimates: bool = False,
) -> list[SatisfactionReason]:
    """The reasons why dossiers and petitions of a unit are not content, the most frequent first."""
    asked = {"unit": unit, "period": period, "boundary": boundary}
    sql = _cases(connection, "satisfaction_reasons", with_estimates=with_estimates)
    return _count(connection, scope, SatisfactionReason, sql, asked)


def sources(connection: Connection) -> list[SourceRow]:
    """Each source's state as of the build; says nothing of single units."""
    return _ask(connection, SourceRow, "sources", {})


def loads(connection: Connection, scope: Scope, *, source: str | None = None, limit: int = 200) -> list[LoadRow]:
    """The newest loads, for whoever sees all units."""
    return _ask(connection, LoadRow, "loads", {**_detail(scope), "source_id": source, "limit": limit})


def load_days(connection: Connection, scope: Scope, *, since: date) -> list[LoadDay]:
    """How the loads of each source ended by day, for whoever sees all units."""
    return _ask(connection, LoadDay, "load_days", {**_detail(scope), "since": since})


def quarantine_rows(
    connection: Connection, scope: Scope, *, source: str | None = None, load: int | None = None, limit: int = 500
) -> list[QuarantineRow]:
    """The newest refused rows, for whoever sees all units."""
    asked = {"source_id": source, "load_id": load, "limit": limit}
    return _ask(connection, QuarantineRow, "quarantine_rows", {**_detail(scope), **asked})


def corrections(
    connection: Connection, scope: Scope, *, source: str | None = None, limit: int = 500
) -> list[CorrectionRow]:
    """What was stated about refused rows, the newest first, for whoever sees all units."""
    return _ask(connection, CorrectionRow, "corrections", {**_detail(scope), "source_id": source, "limit": limit})


def reconciliations(
    connection: Connection,
    scope: Scope,
    *,
    period: str | None = None,
    unit: str | None = None,
    only_differing: bool = False,
    limit: int = 1000,
) -> list[Reconciliation]:
    """Comparisons of series, disagreements first."""
    asked = {"period": period, "unit": unit, "only_differing": only_differing, "limit": limit}
    return _ask(connection, Reconciliation, "reconciliations", {**_detail(scope), **asked})


def reconciliation_counts(connection: Connection, scope: Scope, *, period: str | None = None) -> ReconciliationCounts:
    """How many comparisons of series there are, and how many of them agree."""
    (found,) = _ask(connection, ReconciliationCounts, "reconciliation_counts", {**_detail(scope), "period": period})
    return found


def index_nodes(connection: Connection, *, index: str | None = None) -> list[IndexNode]:
    """The tree of an index, or of all."""
    return _ask(connection, IndexNode, "index_nodes", {"index_id": index})


def bands(connection: Connection, *, index: str) -> list[Band]:
    """The bands of an index, the best first."""
    return _ask(connection, Band, "bands", {"index_id": index})


@lru_cache(maxsize=64)
def read_question(name: str) -> str:
    """The text of `sql/<name>.sql`, with the queries that it is made of."""
    return composed_sql(name)


def _ask(connection: Connection, record: type[Record], name: str, parameters: dict[str, Any]) -> list[Record]:
    return _answer(connection, record, read_question(name), parameters)


def _answer(connection: Connection, record: type[Record], sql: str, parameters: dict[str, Any]) -> list[Record]:
    return [record(*row) for row in connection.rows(sql, parameters)]


def _cases(connection: Connection, name: str, *, with_estimates: bool) -> str:
    """A question about cases, with what they are counted from; what slices are is said once."""
    if not with_estimates:
        return read_question(name).format(found_cases=read_question("satisfaction_of_view"))
    connection.execute(read_sql("ioc.store", "sql/meaning.sql"))
    return read_question(name).format(found_cases=read_question("satisfaction_with_estimates"))


def _count(connection: Connection, scope: Scope, record: type[Record], sql: str, asked: dict[str, Any]) -> list[Record]:
    """Cases of a unit; as reported, none of days on which another one bore its code."""
    unit, boundary = asked["unit"], asked["boundary"]
    if boundary == REPORTED:
        refuse_other_bearers(connection, [unit], period=parse_period(asked["period"]))
    kept = {f"{kind}_in": _kept_in(connection, unit, boundary, series=kind) for kind in ("dossiers", "petitions")}
    named = {name: value for name, value in asked.items() if f"${name}" in sql}
    return [record(*map(_shortest, row)) for row in connection.rows(sql, {**_detail(scope), **named, **kept})]


def _kept_in(connection: Connection, unit: str, boundary: str, *, series: str) -> str:
    """The view that a unit's cases are kept in: what it reported itself is kept apart only where it differs."""
    if boundary != REPORTED or unit.endswith(FORMER_SUFFIX):
        return boundary
    asked = {"unit": unit, "series": series}
    return REPORTED if connection.row(read_question("is_kept_apart"), asked)[0] else CURRENT


def _shortest(value: Any) -> Any:
    """Cases are whole, but for slices of divided units."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value


def _both(scope: Scope) -> dict[str, Any]:
    return {"detail": _list(scope.detail), "compare": _list(scope.compare)}


def _detail(scope: Scope) -> dict[str, Any]:
    return {"detail": _list(scope.detail)}


def _list(values: Sequence[str] | frozenset[str] | None) -> list[str] | None:
    return None if values is None else sorted(values) if isinstance(values, frozenset) else list(values)


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text).replace(tzinfo=None) if text else None
