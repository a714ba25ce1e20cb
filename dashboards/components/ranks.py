"""The place of a unit among its equals."""

from __future__ import annotations

from dashboards.components.elements import Element, element
from dashboards.formats import format_number
from ioc.store.questions import NodeScore
from ioc.words import gettext as _


def rank_line(score: NodeScore) -> Element:
    """`Hạng 12 trên 114 xã, phường, đặc khu`; hidden where there is nobody to be ranked among."""
    if score.rank is None or score.rank_of is None or score.rank_of < 2:
        return element("P", None, hidden=True)
    words = _("of {all} communes").format(all=format_number(score.rank_of))
    return element("P", [f"{_('Rank')} ", element("B", format_number(score.rank)), f" {words}"], "rank-line")
