"""Who bears a statistical code, and who bore it before the reform: a code is not an identity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from ioc.errors import UsageError
from ioc.periods import Period
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql
from ioc.units import FORMER_SUFFIX
from ioc.words import gettext as _


@dataclass(frozen=True, slots=True)
class Bearer:
    """A unit that bears or bore a statistical code."""

    unit_code: str
    name: str
    valid_from: date | None
    valid_to: date | None
    successors: Sequence[str] | None
    """Names and codes of what took a former unit's place."""

    def lived_in(self, period: Period) -> bool:
        """Whether the unit was there on a day of the period."""
        began = self.valid_from is None or self.valid_from <= period.end
        return began and (self.valid_to is None or self.valid_to >= period.start)


def refuse_other_bearers(connection: Connection, units: Sequence[str], *, period: Period) -> None:
    """A UsageError where one of the units was not there on any day of the period: who was, and what to ask instead."""
    for code in units:
        bearers = _bearers(connection, code)
        asked = next((bearer for bearer in bearers if bearer.unit_code == code), None)
        if asked is not None and not asked.lived_in(period):
            raise UsageError(_other_bearer(asked, next((one for one in bearers if one != asked), None), period))


def unknown_unit(connection: Connection, code: str) -> str:
    """What to say of a code that no unit bears: the dated one, where a unit bore it before the reform."""
    former = next((one for one in _bearers(connection, code) if one.unit_code == code + FORMER_SUFFIX), None)
    if former is None:
        message = _("the unit {unit} is not known; a unit is named by its statistical code, such as 31 or 11824")
        return message.format(unit=code)
    message = _("no unit bears the code {unit} today; until 30 June 2025 {name} bore it, which is written {code}.")
    said = message.format(unit=code, name=former.name, code=former.unit_code)
    if not former.successors:
        return said
    return said + " " + _("Its territory went to {names}; ask for those.").format(names=", ".join(former.successors))


def _bearers(connection: Connection, code: str) -> list[Bearer]:
    bare = code.removesuffix(FORMER_SUFFIX)
    rows = connection.rows(read_sql("ioc.store", "sql/bearers.sql"), {"bare": bare, "dated": bare + FORMER_SUFFIX})
    return [Bearer(*row) for row in rows]


def _other_bearer(asked: Bearer, other: Bearer | None, period: Period) -> str:
    """Why nothing is known of a unit on such days, and what to ask for."""
    if asked.valid_from is not None:
        message = _(
            "{unit} ({code}) has only existed since {day}, so that it reported nothing of {period}. {bearer} "
            "On the boundary current today's territory has its history"
        )
        bearer = (
            _("Until then {name} bore the code; ask for {code}.").format(name=other.name, code=other.unit_code)
            if other
            else _("Until then nobody bore its code.")
        )
    else:
        message = _(
            "{unit} ({code}) ended on {day}, so that it reported nothing of {period}. {bearer} "
            "On the boundary former its territory goes on"
        )
        bearer = _("Its territory went to {names}; ask for those.").format(
            names=", ".join(asked.successors or ()) or "—"
        )
        if other is not None:
            bearer += " " + _("Today {name} bears the code {code}.").format(name=other.name, code=other.unit_code)
    day = asked.valid_from or asked.valid_to
    return message.format(unit=asked.name, code=asked.unit_code, day=f"{day:%d/%m/%Y}", period=period.id, bearer=bearer)
