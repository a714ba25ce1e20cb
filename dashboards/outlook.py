"""Whether the figures of a period may still move, because some of its dossiers have no result yet."""

from __future__ import annotations

from dataclasses import dataclass

from dashboards.formats import format_number, format_percent
from dashboards.view import View
from ioc.store import questions
from ioc.store.questions import PeriodRow, Reading
from ioc.words import gettext as _

OPEN, HANDLED = "open_overdue_rate", "carried_over_rate"
"""Their denominators are the dossiers open at the period's end, and all that were to be dealt with in it."""
NEEDED = (OPEN, HANDLED)
SETTLED_AFTER_DAYS = 30
"""Most procedures are done within a month; after that what is still open changes little."""
SMALL_SHARE = 0.05

MAY_RISE = frozenset({"online_submission_766", "e_result_rate", "digitized_rate"})
"""Count a dossier only once it has its electronic result."""
MAY_FALL = frozenset({"ontime_766", "dossier_satisfaction"})
"""Count an open dossier as good as long as it is not overdue."""


@dataclass(frozen=True)
class Outlook:
    """The dossiers of a period that were still open at its end, and their share of all its dossiers."""

    open_count: float
    share: float

    def sentence(self) -> str:
        """What a reader of the whole page must know."""
        words = _("Results of this period are incomplete: {n} dossiers ({share}) were still open at its end.")
        return words.format(n=format_number(self.open_count), share=format_percent(self.share, 0))

    def effect(self, indicator: str) -> str:
        """What that means for one figure; empty where it means nothing."""
        if indicator in MAY_RISE:
            return _("May still rise when {n} open dossiers have their results.").format(
                n=format_number(self.open_count)
            )
        if indicator in MAY_FALL:
            words = _("May still fall if any of {n} open dossiers become overdue.")
            return words.format(n=format_number(self.open_count))
        return ""


def read_outlook(view: View, period: PeriodRow, unit: str) -> Outlook | None:
    """What is open of a period; None where it is long over or nearly all is done."""
    if not is_recent(view, period):
        return None
    readings = questions.readings(
        view.connection, view.scope, period=period.period, indicators=list(NEEDED), units=[unit]
    )
    return outlook_of(readings)


def is_recent(view: View, period: PeriodRow) -> bool:
    """Whether the data end before the dossiers of the period can be expected to be done."""
    as_of = view.cover.info.as_of
    return as_of is not None and (as_of.date() - period.end_date).days < SETTLED_AFTER_DAYS


def is_running(view: View, period: PeriodRow) -> bool:
    """Whether the period was not over when the data were taken."""
    as_of = view.cover.info.as_of
    return as_of is not None and period.end_date > as_of.date()


def outlook_of(readings: list[Reading]) -> Outlook | None:
    """The outlook from the two readings that tell it."""
    known = {reading.indicator: reading.denominator for reading in readings}
    still_open, handled = known.get(OPEN), known.get(HANDLED)
    if not still_open or not handled or still_open / handled < SMALL_SHARE:
        return None
    return Outlook(open_count=float(still_open), share=float(still_open / handled))
