"""The place of a unit among its equals, and the places that the number of its cases allows."""

from __future__ import annotations

from dash.development.base_component import Component

from dashboards.components.elements import Children, Element, element
from dashboards.components.panels import action_link
from dashboards.filters import Filters
from dashboards.formats import JOINED, NOTHING, format_number, format_rank_range
from ioc.store.questions import Reading
from ioc.store.score_questions import NodeScore
from ioc.words import gettext as _


def rank_line(score: NodeScore) -> Element:
    """`Hạng 12 trên 114 xã, phường, đặc khu`; hidden where there is nobody to be ranked among."""
    if score.rank is None or score.rank_of is None or score.rank_of < 2:
        return element("P", None, hidden=True)
    words = _("of {all} communes").format(all=format_number(score.rank_of))
    return element("P", [f"{_('Rank')} ", element("B", format_number(score.rank)), f" {words}"], "rank-line")


def rank_words(reading: Reading) -> str:
    """`hạng 12/114, trong khoảng 8–19`; nothing where there is no place."""
    if not _is_ranked(reading):
        return ""
    place = _("rank {n} of {all}").format(n=format_number(reading.rank), all=format_number(reading.rank_of))
    return ", ".join(part for part in (place, format_rank_range(reading.rank_best, reading.rank_worst)) if part)


def rank_cell(reading: Reading) -> Children:
    """`12/114` over `khoảng 8–19`, each on one line."""
    if not _is_ranked(reading):
        return NOTHING
    place = f"{format_number(reading.rank)}/{format_number(reading.rank_of)}"
    words, full = _short_range(reading), format_rank_range(reading.rank_best, reading.rank_worst)
    return [place, element("Div", words, "muted small", title=full)] if words else place


def _short_range(reading: Reading) -> str:
    best, worst = reading.rank_best, reading.rank_worst
    if best is None or worst is None or best == worst:
        return ""
    # the two stay on one line
    text = _("within {best}–{worst}").format(best=format_number(best), worst=format_number(worst))
    return text.replace("–", f"{JOINED}–{JOINED}")


def rank_text(reading: Reading) -> str:
    """`12 (8–19)`, for lists where everybody is ranked among the same."""
    if reading.rank is None:
        return NOTHING
    best, worst = reading.rank_best, reading.rank_worst
    is_sure = best is None or worst is None or best == worst
    place = format_number(reading.rank)
    return place if is_sure else f"{place} ({format_number(best)}–{format_number(worst)})"


def without_small_link(filters: Filters, path: str) -> Component:
    """Takes the rates of few cases out of the ranking, or back in."""
    if filters.is_without_small:
        return action_link(_("Rank everybody"), filters.link(path, without=None))
    return action_link(_("Rank without few cases"), filters.link(path, without="small"))


def _is_ranked(reading: Reading) -> bool:
    return reading.rank is not None and bool(reading.rank_of) and (reading.rank_of or 0) > 1
