"""Where and why dossiers are not submitted online: by field, and within a field by procedure."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import Children, Column, Element, crumbs, element, link, row, table
from dashboards.components.marks import stacked_track
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_number, format_percent, format_period
from dashboards.pages.unit_card import PATH, chosen_unit, is_known
from dashboards.view import View, nothing
from ioc.store import case_questions
from ioc.store.case_questions import BreakdownRow
from ioc.store.questions import PeriodRow
from ioc.words import gettext as _


def read_breakdown(view: View, filters: Filters, period: PeriodRow) -> list[BreakdownRow]:
    """Fields, or the procedures of the chosen one; those with the most dossiers not submitted online first."""
    by = "procedure" if filters.field else "field"
    unit = chosen_unit(view, filters)
    rows = case_questions.breakdown(
        view.connection, view.scope, unit=unit, period=period.period, by=by, field=filters.field
    )
    return sorted(rows, key=lambda one: (one.online - one.received, -one.received, one.name))


def show_online(view: View, filters: Filters) -> Component:
    """The breakdown with its breadcrumbs."""
    period = view.period(filters)
    if period is None or not is_known(view, filters):
        return nothing()
    rows = read_breakdown(view, filters, period)
    title = _("Where dossiers are not submitted online")
    trail = _trail(view, filters)
    if not rows:
        words = _("No dossiers of this field were received in {period}.") if filters.field else _no_dossiers()
        return panel(title, [trail, message(_("No dossiers"), words.format(period=format_period(period.period)))])
    columns = _columns(is_field=filters.field is None)
    wanted = filters.with_(unit=chosen_unit(view, filters), period=period.period)
    made = [_row(view, filters, columns, one) for one in rows]
    return panel(
        title,
        [trail, _legend(), table(columns, made, caption=title, class_name="breakdown")],
        about=_sentence(rows),
        actions=download_links(wanted, "breakdown"),
        name="online-panel",
    )


def _no_dossiers() -> str:
    return _("No dossiers were received in {period}.")


def _trail(view: View, filters: Filters) -> Element:
    name = view.unit_name(chosen_unit(view, filters))
    if filters.field is None:
        return crumbs([(name, None)], label=_("Path"))
    return crumbs([(name, filters.link(PATH, field=None)), (filters.field, None)], label=_("Path"))


def _sentence(rows: Sequence[BreakdownRow]) -> str:
    """How much is not submitted online, and where most of it is."""
    missing = sum(one.received - one.online for one in rows)
    received = sum(one.received for one in rows)
    if not missing:
        return _("All {n} dossiers were submitted online.").format(n=format_number(received))
    first = rows[0]
    words = _("{missing} of {all} dossiers were not submitted online; {share} of them in {name}.")
    return words.format(
        missing=format_number(missing),
        all=format_number(received),
        share=format_percent((first.received - first.online) / missing, 0),
        name=first.name,
    )


def _legend() -> Component:
    names = {"online": _("Online"), "counter": _("At the counter"), "postal": _("By post")}
    return html.Ul(
        [html.Li([html.I(className=f"fill-{name}"), words]) for name, words in names.items()], className="legend"
    )


def _columns(*, is_field: bool) -> list[Column]:
    return [
        Column(_("Field") if is_field else _("Procedure"), "breakdown-name"),
        Column(_("Channels"), "breakdown-bar"),
        Column(_("Online rate"), "number"),
        Column(_("Online"), "number"),
        Column(_("At the counter"), "number"),
        Column(_("By post"), "number"),
        Column(_("Received"), "number"),
        Column(_("On time"), "number"),
    ]


def _row(view: View, filters: Filters, columns: Sequence[Column], one: BreakdownRow) -> Element:
    rate = one.online / one.received if one.received else None
    on_time = one.on_time / one.judged if one.judged else None
    cells: list[Children] = [
        _name(filters, one),
        _bar(one),
        element("B", format_percent(rate, 1)),
        format_number(one.online),
        format_number(one.counter),
        format_number(one.postal),
        format_number(one.received),
        format_percent(on_time, 1),
    ]
    return row(columns, cells)


def _name(filters: Filters, one: BreakdownRow) -> Children:
    if filters.field is None:
        return link(one.name, filters.link(PATH, field=one.field_name), "grid-link")
    return [element("Div", one.name), element("Div", one.procedure_base, "muted small")]


def _bar(one: BreakdownRow) -> Element:
    whole = one.received or 1
    words = _("Online {online}, counter {counter}, post {postal}").format(
        online=format_number(one.online), counter=format_number(one.counter), postal=format_number(one.postal)
    )
    shares = [(one.online / whole, "online"), (one.counter / whole, "counter"), (one.postal / whole, "postal")]
    return stacked_track(shares, words=words)
