"""Everything about one commune."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import Dash, Output, html
from dash.development.base_component import Component
from flask import Response, request

from dashboards.components.elements import Element
from dashboards.filters import match_path
from dashboards.pages.unit_card import show_card
from dashboards.pages.unit_figures import show_figures
from dashboards.pages.unit_online import show_online
from dashboards.pages.unit_origin import show_origin
from dashboards.pages.unit_outlook import show_outlook
from dashboards.pages.unit_peers import show_peers
from dashboards.pages.unit_satisfaction import show_satisfaction
from dashboards.pages.unit_why import show_why
from dashboards.shell import QUERY, VERSION
from dashboards.view import Body, Desk, Settings
from ioc.words import gettext as _

NAME = "unit"
PATH = "/units/<unit>"
BODIES: Mapping[str, Body] = MappingProxyType(
    {
        "card": show_card,
        "why": show_why,
        "figures": show_figures,
        "outlook": show_outlook,
        "online": show_online,
        "satisfaction": show_satisfaction,
        "peers": show_peers,
        "origin": show_origin,
    }
)
"""The places of the page in their order, and what fills each."""


def title() -> str:
    return _("Communes")


def navigation(settings: Settings) -> dict[str, str] | None:
    return {"unit": settings.site_unit}


def layout(**query: Any) -> Component:
    """Places that fill by themselves."""
    parts = [html.Div(id=f"{NAME}-{part}") for part in BODIES]
    return html.Div([html.H1(title(), className="unseen"), *parts], className="page page-unit-body")


def register(app: Dash, desk: Desk) -> None:
    """One callback for each place of the page."""
    for part, body in BODIES.items():

        def fill(query: Mapping[str, Any] | None, _version: Any, body: Any = body) -> Element:
            return desk.show(query or {}, body)

        app.callback(Output(f"{NAME}-{part}", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)

    def not_found_status(response: Response) -> Response:
        """An address of a unit that nobody knows gets the status that says so."""
        parts = match_path(PATH, request.path)
        if parts is not None and response.status_code == 200 and not _is_known(desk, parts["unit"]):
            response.status_code = 404
        return response

    # Dash types its Flask server away
    server: Any = app.server
    server.after_request(not_found_status)


def _is_known(desk: Desk, unit: str) -> bool:
    """Before the first snapshot nobody can tell, so every unit passes."""
    view = desk.view()
    if view is None:
        return True
    view.connection.close()
    return unit in view.cover.units
