"""Why people are not content with a unit's petitions and dossiers: by field, and the reasons in a sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import attrgetter

from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_number, format_percent
from dashboards.pages.unit_card import chosen_unit, is_known
from dashboards.view import View, nothing
from ioc.store import case_questions
from ioc.store.case_questions import SatisfactionPart, SatisfactionReason
from ioc.store.questions import PeriodRow
from ioc.words import gettext as _

KINDS = ("petitions", "dossiers")
REASONS: Mapping[str, tuple[str, ...]] = {
    "petitions": ("overdue", "disliked", "repeated"),
    "dossiers": ("overdue", "supplements"),
}
"""Which reasons a kind can have."""
SHOWN = 8
"""Fields with the most cases that are not content; the download has all."""


def read_satisfaction(view: View, filters: Filters, period: PeriodRow) -> list[SatisfactionPart]:
    """Petitions, then dossiers, by field; those with the most discontent first."""
    unit = chosen_unit(view, filters)
    parts = case_questions.satisfaction(view.connection, view.scope, unit=unit, period=period.period)
    return sorted(parts, key=lambda one: (KINDS.index(one.kind), one.content - one.cases, -one.cases, one.part or ""))


def show_satisfaction(view: View, filters: Filters) -> Component:
    """A table for each kind that the unit has cases of."""
    period = view.period(filters)
    if period is None or not is_known(view, filters):
        return nothing()
    parts = read_satisfaction(view, filters, period)
    title = _("Satisfaction by field and reason")
    if not parts:
        return panel(title, message(_("No cases"), _("No petitions or dossiers of this period can be judged.")))
    unit = chosen_unit(view, filters)
    reasons = case_questions.satisfaction_reasons(view.connection, view.scope, unit=unit, period=period.period)
    return panel(
        title,
        [_kind(kind, [one for one in parts if one.kind == kind], reasons) for kind in KINDS],
        about=_(
            "A case counts once, under the first reason that holds. The portal also takes complaints off dossiers."
        ),
        actions=download_links(filters.with_(unit=unit, period=period.period), "satisfaction"),
        name="satisfaction-panel",
    )


def reason_word(reason: str) -> str:
    """A reason in words."""
    words = {
        "overdue": _("Overdue"),
        "supplements": _("Asked for more than one supplement"),
        "disliked": _("Rated dissatisfied"),
        "repeated": _("Reported again"),
    }
    return words.get(reason, reason)


def _kind(kind: str, parts: Sequence[SatisfactionPart], reasons: Sequence[SatisfactionReason]) -> Element | None:
    if not parts:
        return None
    name, good = (_("Petitions"), _("Content")) if kind == "petitions" else (_("Dossiers"), _("On time"))
    columns = [
        Column(_("Field"), "satisfaction-name"),
        Column(_("Cases"), "number"),
        Column(good, "number"),
        *(Column(reason_word(reason), "number") for reason in REASONS[kind]),
    ]
    rows = [_row(columns, one) for one in parts[:SHOWN]]
    lines = [element("H3", name), element("P", _sentence(kind, reasons), "panel-about")]
    return element("Div", [*lines, table(columns, rows, caption=name, class_name="satisfaction")])


def _sentence(kind: str, reasons: Sequence[SatisfactionReason]) -> str:
    """How many are not content, and why."""
    mine = [one for one in reasons if one.kind == kind]
    whole = format_number(mine[0].of_cases if mine else 0)
    found = [one for one in mine if one.cases]
    if not found:
        return _("None of {all} gave a reason to be discontent.").format(all=whole)
    told = "; ".join(f"{reason_word(one.reason).lower()} {format_number(one.cases)}" for one in found)
    words = _("{n} of {all} gave a reason to be discontent: {reasons}.")
    return words.format(n=format_number(sum(map(attrgetter("cases"), found))), all=whole, reasons=told)


def _row(columns: Sequence[Column], one: SatisfactionPart) -> Element:
    cells: list[Children] = [
        one.part or _("no field named"),
        format_number(one.cases),
        element("B", format_percent(one.content / one.cases, 1)),
        *(format_number(getattr(one, reason)) for reason in REASONS[one.kind]),
    ]
    return row(columns, cells)
