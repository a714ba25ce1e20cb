"""The pages, in the order of the navigation."""

from __future__ import annotations

from typing import Any, Protocol

from dash import Dash
from dash.development.base_component import Component

from dashboards.pages import data, evidence, index, method, overview, unit
from dashboards.view import Desk, Settings


class Page(Protocol):
    """What each page module has.

    `layout` is a skeleton without data; `register` adds the callbacks that fill it, each with the inputs
    `shell.QUERY` and `shell.VERSION`, and returns what `desk.show` makes. Ids begin with `NAME-`.
    """

    NAME: str
    PATH: str
    """`/units/<unit>`: what stands in angle brackets is a field of Filters."""

    def title(self) -> str: ...
    def navigation(self, settings: Settings) -> dict[str, str] | None:
        """The parts of PATH for the link in the navigation; None keeps the page out of it."""

    def layout(self, **query: Any) -> Component: ...
    def register(self, app: Dash, desk: Desk) -> None: ...


PAGES: tuple[Page, ...] = (overview, index, unit, data, method, evidence)
