"""In words: that the figures of a period may still move, because some of its dossiers have no result yet."""

from __future__ import annotations

from dashboards.formats import format_number, format_percent
from dashboards.view import View
from ioc.analysis import settling
from ioc.analysis.settling import Unsettled
from ioc.catalog.model import WhileOpen
from ioc.store.questions import IndicatorRow, PeriodRow
from ioc.words import gettext as _


def read_outlook(view: View, period: PeriodRow, unit: str) -> Unsettled | None:
    """What is open of a period; None where it is long over or nearly all is done."""
    return settling.find_unsettled(view.connection, view.scope, period=period, unit=unit, as_of=view.cover.info.as_of)


def is_recent(view: View, period: PeriodRow) -> bool:
    """Whether the data end before the dossiers of the period can be expected to be done."""
    return settling.is_recent(period, view.cover.info.as_of)


def is_running(view: View, period: PeriodRow) -> bool:
    """Whether the period was not over when the data were taken."""
    return settling.is_running(period, view.cover.info.as_of)


def outlook_sentence(outlook: Unsettled) -> str:
    """What a reader of the whole page must know."""
    words = _("Results of this period are incomplete: {n} dossiers ({share}) were still open at its end.")
    return words.format(n=format_number(outlook.open_count), share=format_percent(outlook.share, 0))


def outlook_effect(outlook: Unsettled | None, indicator: IndicatorRow) -> str:
    """What that means for one figure; empty where it means nothing."""
    words = {
        WhileOpen.MAY_RISE: _("May still rise as open dossiers get their results."),
        WhileOpen.MAY_FALL: _("May still fall if open dossiers become overdue."),
    }
    move = settling.move_of(indicator, outlook)
    return words[move] if move else ""
