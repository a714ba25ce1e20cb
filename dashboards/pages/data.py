"""Can I trust this? Sources, loads, refused rows and reconciliations."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from dash import Dash, Output, html
from dash.development.base_component import Component

from dashboards.components.elements import Element
from dashboards.pages.data_checks import show_checks
from dashboards.pages.data_desk import show_corrections, show_desk
from dashboards.pages.data_loads import show_loads
from dashboards.pages.data_quarantine import show_quarantine
from dashboards.pages.data_sources import show_sources
from dashboards.pages.data_timeline import show_timeline
from dashboards.pages.data_upload import show_upload
from dashboards.shell import QUERY, VERSION
from dashboards.view import Body, Desk, Settings
from ioc.words import gettext as _

NAME = "data"
PATH = "/data"
BODIES: Mapping[str, Body] = MappingProxyType(
    {
        "sources": show_sources,
        "timeline": show_timeline,
        "upload": show_upload,
        "quarantine": show_quarantine,
        "desk": show_desk,
        "corrections": show_corrections,
        "loads": show_loads,
        "checks": show_checks,
    }
)
"""The places of the page, from the top down."""


def title() -> str:
    return _("Data")


def navigation(settings: Settings) -> dict[str, str] | None:
    return {}


def layout(**query: Any) -> Component:
    """Places that fill by themselves."""
    parts = [html.Div(id=f"{NAME}-{part}") for part in BODIES]
    return html.Div([html.H1(title(), className="unseen"), *parts], className="page page-data-body")


def register(app: Dash, desk: Desk) -> None:
    """One callback for each place of the page."""
    for part, body in BODIES.items():

        def fill(query: Mapping[str, Any] | None, _version: Any, body: Any = body) -> Element:
            return desk.show(query or {}, body)

        app.callback(Output(f"{NAME}-{part}", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)
