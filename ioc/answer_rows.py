"""The rows of the command line's answers: field names are the columns that scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # only for their types: with them DuckDB and pandas would be loaded for each `--help`
    from ioc.store.intake_questions import QuarantineRow
from ioc.store.questions import Reading
from ioc.store.score_questions import Score

STALE = "stale"


@dataclass(frozen=True)
class RunRow:
    """What a run did with one source."""

    source: str
    files: int
    rows_in: int
    loaded: int
    unchanged: int
    superseded: int
    quarantined: int
    failed_files: int
    new_files: int
    """Those that were not loaded before; the other columns tell of all."""
    new_quarantined: int


@dataclass(frozen=True)
class RefusedRow:
    """One fault of a rejected row."""

    source: str
    file: str
    row: int
    field: str | None
    reason: str
    value: str | None
    load_id: int
    """What `ioc correct --load` asks for."""


@dataclass(frozen=True)
class SuggestedRow:
    """One fault of a rejected row, and the unit that may be meant."""

    source: str
    load: int
    file: str
    row: int
    field: str | None
    reason: str
    value: str | None
    unit_code: str | None
    unit_name: str | None
    score: int | None


@dataclass(frozen=True)
class ValueRow:
    """One reading."""

    unit_code: str
    unit_name: str
    level: str
    period: str
    indicator: str
    series: str
    numerator: Decimal | None
    denominator: Decimal | None
    value: float | None
    measure_unit: str
    target: float | None
    status: str
    flags: Sequence[str]
    rank: int | None
    rank_of: int | None
    as_of: datetime | None
    boundary: str
    bound: str | None
    """Of a reported figure: exact, at_least, about."""
    rank_best: int | None
    rank_worst: int | None
    """The places that the number of cases allows (95 %)."""
    range_low: float | None
    range_high: float | None


@dataclass(frozen=True)
class ScoreRow:
    """The points of one unit at one node of an index."""

    unit_code: str
    unit_name: str
    level: str
    period: str
    index: str
    node: str
    points: Decimal | None
    max_points: Decimal
    basis: str | None
    published_points: Decimal | None
    as_of: datetime | None
    rank: int | None
    rank_of: int | None
    flags: Sequence[str]
    boundary: str
    points_low: Decimal | None
    points_high: Decimal | None
    """Between the two the points lie, however divided units' cases were spread."""


def refused_row(row: QuarantineRow) -> RefusedRow:
    """A fault of a rejected row."""
    return RefusedRow(row.source_id, row.origin, row.row_no, row.field, row.reason, row.value, row.load_id)


def value_row(reading: Reading, *, measure_unit: str, at: datetime) -> ValueRow:
    """A reading, flagged as stale if the clock says so."""
    return ValueRow(
        unit_code=reading.unit_code,
        unit_name=reading.unit_name,
        level=reading.level,
        period=reading.period,
        indicator=reading.indicator,
        series=reading.series,
        numerator=_shortest(reading.numerator),
        denominator=_shortest(reading.denominator),
        value=reading.value,
        measure_unit=measure_unit,
        target=reading.target,
        status=reading.status,
        flags=_flags(reading.flags, fresh_until=reading.fresh_until, at=at),
        rank=reading.rank,
        rank_of=reading.rank_of,
        as_of=reading.as_of,
        boundary=reading.boundary,
        bound=reading.bound,
        rank_best=reading.rank_best,
        rank_worst=reading.rank_worst,
        range_low=reading.range_low,
        range_high=reading.range_high,
    )


def score_row(score: Score, *, at: datetime) -> ScoreRow:
    """The points of a unit at a node, flagged as stale if the clock says so."""
    return ScoreRow(
        unit_code=score.unit_code,
        unit_name=score.unit_name,
        level=score.level,
        period=score.period,
        index=score.index_id,
        node=score.node,
        points=score.points,
        max_points=score.max_points,
        basis=score.basis,
        published_points=score.published_points,
        as_of=score.as_of,
        rank=score.rank,
        rank_of=score.rank_of,
        flags=_flags(score.flags, fresh_until=score.fresh_until, at=at),
        boundary=score.boundary,
        points_low=score.points_low,
        points_high=score.points_high,
    )


def _flags(flags: Sequence[str], *, fresh_until: datetime | None, at: datetime) -> tuple[str, ...]:
    is_stale = fresh_until is not None and fresh_until < at
    return (*flags, STALE) if is_stale and STALE not in flags else tuple(flags)


def _shortest(number: Decimal | None) -> Decimal | None:
    """1048 rather than 1048.0000."""
    if number is None:
        return None
    return number.to_integral_value() if number == number.to_integral_value() else number.normalize()
