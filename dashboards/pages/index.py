"""How are the points made, where are they lost, and who stands where?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dash import Dash, Output, html
from dash.development.base_component import Component

from dashboards.components.elements import Element
from dashboards.pages import index_advice
from dashboards.pages.index_card import show_card, show_criteria
from dashboards.pages.index_ranking import show_ranking
from dashboards.shell import QUERY, VERSION
from dashboards.view import Desk, Settings
from ioc.words import gettext as _

NAME = "index"
PATH = "/indices/<index>"


def title() -> str:
    return _("Index")


def navigation(settings: Settings) -> dict[str, str] | None:
    return {"index": settings.index_ids[0]} if settings.index_ids else None


def layout(**query: Any) -> Component:
    """Places that fill by themselves."""
    card, ranking, criteria = (html.Div(id=f"{NAME}-{part}") for part in ("card", "ranking", "criteria"))
    parts = [card, *index_advice.places(NAME), ranking, criteria]
    return html.Div([html.H1(title(), className="unseen"), *parts], className="page page-index-body")


def register(app: Dash, desk: Desk) -> None:
    """One callback for each place of the page."""
    bodies = {"card": show_card, "ranking": show_ranking, "criteria": show_criteria}
    for part, body in bodies.items():

        def fill(query: Mapping[str, Any] | None, _version: Any, body: Any = body) -> Element:
            return desk.show(query or {}, body)

        app.callback(Output(f"{NAME}-{part}", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)
    index_advice.register(app, desk, NAME)
