"""What may be asked of a snapshot about the intake: sources, loads, refused rows, comparisons; within a Scope."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from ioc.access import Scope
from ioc.store.asking import ask, detail_units
from ioc.store.engine import Connection


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


def sources(connection: Connection) -> list[SourceRow]:
    """Each source's state as of the build; says nothing of single units."""
    return ask(connection, SourceRow, "sources", {})


def loads(connection: Connection, scope: Scope, *, source: str | None = None, limit: int = 200) -> list[LoadRow]:
    """The newest loads, for whoever sees all units."""
    return ask(connection, LoadRow, "loads", {**detail_units(scope), "source_id": source, "limit": limit})


def load_days(connection: Connection, scope: Scope, *, since: date) -> list[LoadDay]:
    """How the loads of each source ended by day, for whoever sees all units."""
    return ask(connection, LoadDay, "load_days", {**detail_units(scope), "since": since})


def quarantine_rows(
    connection: Connection, scope: Scope, *, source: str | None = None, load: int | None = None, limit: int = 500
) -> list[QuarantineRow]:
    """The newest refused rows, for whoever sees all units."""
    asked = {"source_id": source, "load_id": load, "limit": limit}
    return ask(connection, QuarantineRow, "quarantine_rows", {**detail_units(scope), **asked})


def corrections(
    connection: Connection, scope: Scope, *, source: str | None = None, limit: int = 500
) -> list[CorrectionRow]:
    """What was stated about refused rows, the newest first, for whoever sees all units."""
    return ask(connection, CorrectionRow, "corrections", {**detail_units(scope), "source_id": source, "limit": limit})


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
    return ask(connection, Reconciliation, "reconciliations", {**detail_units(scope), **asked})


def reconciliation_counts(connection: Connection, scope: Scope, *, period: str | None = None) -> ReconciliationCounts:
    """How many comparisons of series there are, and how many of them agree."""
    (found,) = ask(connection, ReconciliationCounts, "reconciliation_counts", {**detail_units(scope), "period": period})
    return found
