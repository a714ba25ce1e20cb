"""Whether the figures of a period may still move, because some of its dossiers have no result yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ioc.access import Scope
from ioc.catalog.model import WhileOpen
from ioc.store import questions
from ioc.store.engine import Connection
from ioc.store.questions import IndicatorRow, PeriodRow, Reading

OPEN, HANDLED = "open_overdue_rate", "carried_over_rate"
"""Their denominators are the dossiers open at the period's end, and all that were to be dealt with in it."""
SETTLED_AFTER_DAYS = 30
"""Most procedures are done within a month; after that what is still open changes little."""
SMALL_SHARE = 0.05
"""Of all dossiers of a period so few may be open without a word."""
POINTS = "score_"
"""Begins the names of indicators that are points of an index: these move with any of its criteria."""


@dataclass(frozen=True, slots=True)
class Unsettled:
    """The dossiers of a period that were still open at its end, and their share of all its dossiers."""

    open_count: float
    share: float


def find_unsettled(
    connection: Connection, scope: Scope, *, period: PeriodRow, unit: str, as_of: datetime | None
) -> Unsettled | None:
    """What is open of a unit's period; None where it is long over or nearly all is done."""
    if not is_recent(period, as_of):
        return None
    found = questions.readings(connection, scope, period=period.period, indicators=[OPEN, HANDLED], units=[unit])
    return unsettled_of(found)


def unsettled_of(readings: Sequence[Reading]) -> Unsettled | None:
    """What is open by the two readings that tell it."""
    known = {reading.indicator: reading.denominator for reading in readings}
    still_open, handled = known.get(OPEN), known.get(HANDLED)
    if not still_open or not handled or still_open / handled < SMALL_SHARE:
        return None
    return Unsettled(open_count=float(still_open), share=float(still_open / handled))


def is_recent(period: PeriodRow, as_of: datetime | None) -> bool:
    """Whether the data end before the dossiers of the period can be expected to be done."""
    return as_of is not None and (as_of.date() - period.end_date).days < SETTLED_AFTER_DAYS


def is_running(period: PeriodRow, as_of: datetime | None) -> bool:
    """Whether the period was not over when the data were taken."""
    return as_of is not None and period.end_date > as_of.date()


def move_of(indicator: IndicatorRow, unsettled: Unsettled | None) -> WhileOpen | None:
    """Where the open dossiers can still take a figure; None: nowhere."""
    return WhileOpen(indicator.while_open) if unsettled and indicator.while_open else None


def may_move(indicator: IndicatorRow, unsettled: Unsettled | None) -> bool:
    """Whether a figure is so unsettled that its change is neither good nor bad yet."""
    return unsettled is not None and (indicator.indicator.startswith(POINTS) or bool(indicator.while_open))
