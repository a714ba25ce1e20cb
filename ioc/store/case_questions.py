"""What may be asked of a snapshot about the cases behind figures: by field, procedure and reason; within a Scope."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ioc.access import Scope
from ioc.errors import UsageError
from ioc.nearest import unknown_choice
from ioc.periods import parse_period
from ioc.store.asking import Record, ask, detail_units, read_question
from ioc.store.bearers import refuse_other_bearers
from ioc.store.engine import Connection
from ioc.store.questions import CURRENT, REPORTED
from ioc.store.warehouse import read_sql
from ioc.units import FORMER_SUFFIX
from ioc.words import gettext as _


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
        return ask(connection, BreakdownRow, "breakdown_fields", {**detail_units(scope), **asked})
    if by == "procedure":
        parameters = {**detail_units(scope), **asked, "field_name": field}
        return ask(connection, BreakdownRow, "breakdown_procedures", parameters)
    raise UsageError(unknown_choice(by, ("field", "procedure"), _("breakdown by")))


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
        raise UsageError(unknown_choice(by, ("field", "class"), _("breakdown by")))
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
    return [record(*map(_shortest, row)) for row in connection.rows(sql, {**detail_units(scope), **named, **kept})]


def _kept_in(connection: Connection, unit: str, boundary: str, *, series: str) -> str:
    """The view that a unit's cases are kept in: what it reported itself is kept apart only where it differs."""
    if boundary != REPORTED or unit.endswith(FORMER_SUFFIX):
        return boundary
    asked = {"unit": unit, "series": series}
    return REPORTED if connection.row(read_question("is_kept_apart"), asked)[0] else CURRENT


def _shortest(value: Any) -> Any:
    """Cases are whole, but for slices of divided units."""
    return int(value) if isinstance(value, Decimal) and value == value.to_integral_value() else value
