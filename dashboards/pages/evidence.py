"""Where does this figure come from? The rows that it counts, each with its file, its load and its rule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Output, html
from dash.development.base_component import Component

from dashboards.components.elements import Element, crumbs, plain
from dashboards.components.evidence_link import PATH
from dashboards.components.filter_bar import filter_bar, period_select
from dashboards.components.states import message
from dashboards.components.unit_select import site_unit_select
from dashboards.filters import Filters
from dashboards.formats import format_period, in_language
from dashboards.pages.evidence_asked import asked_for, named_indicator, read_page
from dashboards.pages.evidence_parts import figure_panel, rows_panel
from dashboards.pages.unit_card import PATH as UNIT_PATH
from dashboards.pages.unit_card import chosen_unit
from dashboards.shell import QUERY, VERSION
from dashboards.view import Desk, Settings, View
from ioc.errors import UsageError
from ioc.words import gettext as _

__all__ = ["NAME", "PATH", "layout", "navigation", "register", "title"]

NAME = "evidence"


def title() -> str:
    return _("Evidence")


def navigation(settings: Settings) -> dict[str, str] | None:
    return None


def layout(**query: Any) -> Component:
    """One place that fills by itself."""
    parts = [html.H1(title(), className="unseen"), html.Div(id=f"{NAME}-body")]
    return html.Div(parts, className="page page-evidence-body")


def register(app: Dash, desk: Desk) -> None:
    """The one callback of the page."""

    def fill(query: Mapping[str, Any] | None, _version: Any) -> Element:
        return desk.show(query or {}, show_evidence)

    app.callback(Output(f"{NAME}-body", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)


def show_evidence(view: View, filters: Filters) -> Component:
    """The way here, the figure with its parts, and a page of the rows of one part; or why there are none."""
    try:
        asked = asked_for(view, filters)
        name = named_indicator(view, asked).name
        head = _head(view, asked, in_language(name.vi, name.en))
    except UsageError as error:
        return html.Div([_head(view, filters, title()), message(_("No rows to show"), str(error))])
    try:
        page = read_page(view, asked)
    except UsageError as error:
        return html.Div([head, message(_("No rows to show"), str(error))])
    return html.Div(
        [head, html.Div([figure_panel(view, asked, page), rows_panel(view, asked, page)], className="stack")]
    )


def _head(view: View, filters: Filters, words: str) -> Component:
    """What is looked at, the way back to the unit, and the choice of another unit or period."""
    unit, period = chosen_unit(view, filters), filters.period or ""
    kept = Filters(unit=unit, period=filters.period, theme=filters.theme, lang=filters.lang)
    way = crumbs([(view.unit_name(unit), kept.link(UNIT_PATH)), (title(), None)], label=_("Where you are"))
    known = next((row for row in view.cover.periods if row.period == period), None)
    place = f"{view.unit_name(unit)} · {format_period(period)}" if known else view.unit_name(unit)
    heading = html.Div([html.H2(words), html.Span(place)], className="bar-heading")
    selects = filter_bar(period_select(view, known), site_unit_select(view, unit))
    return html.Div([plain(way), html.Div([heading, selects], className="page-bar")])
