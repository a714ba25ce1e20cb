"""The published snapshot and the control database, opened; and what may be asked of the snapshot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ioc.access import Scope
from ioc.cli.allowed import expect
from ioc.config import Config
from ioc.errors import StoreError, UsageError
from ioc.periods import parse_period
from ioc.words import gettext as _

if TYPE_CHECKING:
    from ioc.store.control import Control
    from ioc.store.engine import Connection
    from ioc.store.snapshots import OpenSnapshot

LEVELS = ("country", "province", "department", "commune", "region",
          "former_province", "former_district", "former_commune")  # fmt: skip


def known_control(config: Config) -> Control | None:
    """The control database, where there is one: asking does not create it."""
    from ioc.store.control import open_known_control

    return open_known_control(config.control.url.get_secret_value(), store=config.store.path)


def current_snapshot(config: Config) -> OpenSnapshot | None:
    """The published snapshot, where there is one."""
    from ioc.store.snapshots import Reader

    return Reader(config.store.path).current()


def published_snapshot(config: Config) -> OpenSnapshot:
    """The published snapshot; StoreError where nothing has been published yet."""
    snapshot = current_snapshot(config)
    if snapshot is None:
        raise StoreError(
            _("{store} has no published snapshot yet; run `ioc run` first").format(store=config.store.path)
        )
    return snapshot


def built_period(connection: Connection, text: str) -> str:
    """The id of a period that the snapshot has figures for."""
    from ioc.store import questions
    from ioc.store.asked import not_built

    period = parse_period(text)
    built = [row.period for row in questions.periods(connection)]
    if period.id not in built:
        raise UsageError(not_built(period, built))
    return period.id


def check_place(connection: Connection, *, unit: str | None, level: str | None) -> None:
    """Refuses a unit or a level that is not known."""
    from ioc.store import questions
    from ioc.store.bearers import unknown_unit

    if level is not None:
        expect(level, LEVELS, _("level"))
    if unit is not None and not questions.units(connection, Scope.everything(), codes=[unit], with_former=True):
        raise UsageError(unknown_unit(connection, unit))


def asked_view(connection: Connection, boundary: str | None, *, unit: str | None, level: str | None = None) -> str:
    """The view of the boundaries that is asked for; a unit or level that it does not have is refused."""
    from ioc.store import questions

    is_former = _is_former(unit, level)
    if boundary is None:
        return questions.REPORTED if is_former else questions.CURRENT
    expect(boundary, questions.BOUNDARIES, _("boundary"))
    if is_former is not None and boundary != questions.REPORTED and is_former != (boundary == questions.FORMER):
        asked = unit or level
        message = (
            _("{asked} is of before 1 July 2025: ask for --boundary reported or former")
            if is_former
            else _(
                "{asked} is of today: ask for --boundary current or reported; former units are written CODE@2024-12-31"
            )
        )
        raise UsageError(message.format(asked=asked))
    if boundary == questions.FORMER and not questions.has_views(connection):
        raise UsageError(
            _(
                "no former unit has figures, so that there are none on former boundaries; load some under codes such "
                "as 11629@2024-12-31, or ask for --boundary current"
            )
        )
    return boundary


def _is_former(unit: str | None, level: str | None) -> bool | None:
    """Whether former units are asked for; None where all are."""
    if unit is not None:
        return "@" in unit
    return None if level is None else level.startswith("former")
