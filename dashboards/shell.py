"""The frame around every page: banners, navigation, the address, and the page that fits it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import dash_mantine_components as dmc
from dash import ALL, ClientsideFunction, Dash, Input, Output, State, dcc, html, no_update
from dash.development.base_component import Component

from dashboards.components.attributes import aria, data
from dashboards.components.elements import plain
from dashboards.components.filter_bar import FILTER_TYPE
from dashboards.components.states import message
from dashboards.filters import Filters, fill_path, match_path, read_filters, read_search
from dashboards.formats import format_age, format_moment, format_period
from dashboards.view import Desk, Settings, View
from ioc.words import gettext as _
from ioc.words import use_language

URL = "shell-url"
QUERY = Input("shell-query", "data")
"""The address as a page's callbacks want it: the named parts of path and query in one mapping."""
VERSION = Input("shell-version", "data")
"""Changes when the browser has seen a new snapshot; nothing else hangs on its value."""
LANGUAGE_NAMES = MappingProxyType({"vi": "Tiếng Việt", "en": "English"})
"""Each in itself, for whoever cannot read the other."""
MAP_TYPE = "shell-map"
"""Type of graphs whose points carry the path of a page as `customdata`."""


class Page(Protocol):
    """The parts of a page that the frame needs."""

    NAME: str
    PATH: str

    def title(self) -> str: ...
    def navigation(self, settings: Settings) -> dict[str, str] | None: ...
    def layout(self, **query: Any) -> Component: ...


def frame(settings: Settings) -> Component:
    """The layout that is served first; the address decides the rest."""
    with use_language(settings.language):
        body = html.Div(
            [
                dcc.Location(id=URL, refresh="callback-nav"),
                dcc.Store(id="shell-query"),
                dcc.Store(id="shell-version"),
                dcc.Store(id="shell-title"),
                html.A(_("Skip to the figures"), href="#shell-page", className="skip"),
                html.Div(id="shell-header"),
                html.Div(id="shell-link-state", role="status", hidden=True),
                html.Main(html.Div(_("Loading…"), className="loading"), id="shell-page", tabIndex="-1"),
            ],
            id="shell",
            className="shell",
        )
        provider: Component = dmc.MantineProvider(
            body, id="shell-theme", forceColorScheme="light", theme={"fontFamily": "inherit"}
        )
        return provider


def register(app: Dash, desk: Desk, pages: Sequence[Page]) -> None:
    """The callbacks of the frame: the address to a page, choices to the address."""
    # Dash does not type this one
    in_browser: Any = app.clientside_callback

    @app.callback(
        Output("shell-header", "children"),
        Output("shell-page", "children"),
        Output("shell", "className"),
        Output("shell-theme", "forceColorScheme"),
        Output("shell-title", "data"),
        QUERY_OUTPUT,
        Input(URL, "pathname"),
        Input(URL, "search"),
        VERSION,
        State("shell-query", "data"),
    )
    def open_page(
        path: str | None, search: str | None, _version: Any, shown: Mapping[str, Any] | None
    ) -> tuple[Any, ...]:
        return show_page(desk, pages, path or "/", search, shown)

    in_browser(
        ClientsideFunction("shell", "choose"),
        Output(URL, "pathname"),
        Output(URL, "search"),
        Input({"type": FILTER_TYPE, "name": ALL, "shown": ALL}, "value"),
        Input({"type": MAP_TYPE, "name": ALL}, "clickData"),
        State({"type": FILTER_TYPE, "name": ALL, "shown": ALL}, "id"),
        State(URL, "pathname"),
        State(URL, "search"),
        prevent_initial_call=True,
    )
    in_browser(
        ClientsideFunction("shell", "entitle"),
        Output("shell", "title"),
        Input("shell-title", "data"),
        prevent_initial_call=True,
    )


QUERY_OUTPUT = Output("shell-query", "data")


def show_page(
    desk: Desk, pages: Sequence[Page], path: str, search: str | None, shown: Mapping[str, Any] | None
) -> tuple[Any, ...]:
    """Header, page, class, colour scheme, title and query of an address; the page only where another one is shown."""
    page, parts = find_page(pages, path)
    query = {**read_search(search), **parts}
    filters = read_filters(query)
    with use_language(filters.lang or desk.settings.language):
        frame_key = "|".join([page.NAME if page else path, filters.lang or "", filters.kiosk or ""])
        is_same = bool(shown) and shown is not None and shown.get("frame") == frame_key
        view = desk.view()
        header = show_header(desk.settings, view, pages, page, filters)
        content = no_update if is_same else page.layout(**query) if page else not_found()
        title = f"{page.title() if page else _('Page not found')} · {desk.settings.site_name}"
        name = f"shell {'kiosk' if filters.is_kiosk else 'desk'} page-{page.NAME if page else 'none'}"
        places = plain(header), plain(content)
        return *places, name, filters.theme_name, title, {**query, "frame": frame_key, "path": path}


def find_page(pages: Sequence[Page], path: str) -> tuple[Page | None, dict[str, str]]:
    """The page whose pattern fits a path, with the path's named parts."""
    for page in pages:
        parts = match_path(page.PATH, path)
        if parts is not None:
            return page, parts
    return None, {}


def not_found() -> Component:
    """The page for addresses that lead nowhere."""
    return html.Div(
        [
            message(_("Page not found"), _("There is nothing at this address."), kind="missing"),
            dcc.Link(_("Go to the overview"), href="/", className="action"),
        ],
        className="page",
    )


def show_header(
    settings: Settings, view: View | None, pages: Sequence[Page], page: Page | None, filters: Filters
) -> Component:
    """Banners first, then the site's name, the pages and the age of the data; on a wall without the pages."""
    words = html.Div(json.dumps(browser_words(), ensure_ascii=False), id="shell-words", hidden=True)
    parts: list[Component] = [words, *_banners(settings, view)]
    name = view.cover.info.site_name if view and view.cover.info.site_name else settings.site_name
    heading = html.Div(
        [html.Span("IOC", className="brand", **aria(hidden="true")), html.Strong(name)], className="site"
    )
    if filters.is_kiosk:
        parts.append(html.Header([heading, _wall_period(view, filters), _data_age(view)], className="top"))
    else:
        tools = html.Div([*_switches(settings, page, filters), _data_age(view)], className="top-tools")
        parts.append(html.Header([heading, _navigation(settings, pages, page, filters), tools], className="top"))
    return html.Div(parts)


def _banners(settings: Settings, view: View | None) -> list[Component]:
    found: list[Component] = []
    if settings.is_simulated or (view is not None and view.cover.info.is_simulated):
        found.append(html.Div(_("SIMULATED DATA"), className="banner banner-simulated", role="note"))
    if settings.is_open:
        words = _("This server is open to the whole network without login: for a trial only.")
        found.append(html.Div(words, className="banner banner-open", role="note"))
    return found


def _navigation(settings: Settings, pages: Sequence[Page], shown: Page | None, filters: Filters) -> Component:
    links = []
    kept = Filters(period=filters.period, span=filters.span, theme=filters.theme, lang=filters.lang)
    for page in pages:
        parts = page.navigation(settings)
        if parts is None:
            continue
        address = fill_path(page.PATH, kept.with_(**parts)) + kept.search()
        link = dcc.Link(page.title(), href=address, className="here" if shown is page else "")
        # dcc.Link takes no aria attributes
        links.append(html.Li(link, **(aria(current="page") if shown is page else {})))
    return html.Nav(html.Ul(links), **aria(label=_("Pages")))


def _switches(settings: Settings, page: Page | None, filters: Filters) -> list[Component]:
    """Theme, language and wall form are links: everything on the screen is in the URL."""
    path = page.PATH if page else "/"
    is_dark = filters.theme_name == "dark"
    other = "en" if (filters.lang or settings.language) == "vi" else "vi"
    theme = filters.link(path, theme=None if is_dark else "dark")
    language = filters.link(path, lang=None if other == settings.language else other)
    switches: list[Component] = [
        dcc.Link(_("Light") if is_dark else _("Dark"), href=theme, className="switch"),
        dcc.Link(other.upper(), href=language, className="switch", title=LANGUAGE_NAMES[other]),
    ]
    if page is not None and page.PATH == "/":
        switches.append(dcc.Link(_("Wall"), href=filters.link(path, kiosk="1"), className="switch"))
    return switches


def _wall_period(view: View | None, filters: Filters) -> Component:
    """What the figures on a wall are of, and what their arrows compare with."""
    period = view.period(filters) if view else None
    if period is None:
        return html.Div()
    return html.Div(
        [html.B(format_period(period.period)), html.Span(f"▲▼ {_('since last period')}")], className="wall-period"
    )


def _data_age(view: View | None) -> Component:
    """The time of the data and its age, which the browser keeps counting."""
    if view is None or view.cover.info.as_of is None:
        return html.Div(_("No data yet"), className="data-age")
    as_of = view.cover.info.as_of
    return html.Div(
        [
            html.Span(_("Data as of {moment}").format(moment=format_moment(as_of))),
            html.Span(format_age(as_of, view.now), className="age", **data(moment=as_of.isoformat())),
        ],
        className="data-age",
    )


def browser_words() -> dict[str, str]:
    """The words that the browser's own script needs."""
    return {
        "now": _("just now"),
        "minutes": _("{n} minutes ago"),
        "hours": _("{n} hours ago"),
        "days": _("{n} days ago"),
        "away": _("No connection to the server since {moment}. The figures below are the last ones received."),
        "renewed": _("New figures have been published."),
        "show": _("Show them"),
    }
