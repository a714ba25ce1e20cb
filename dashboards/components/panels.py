"""Cards with a heading, rows of links beneath it, and plain tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.components.states import message

Cell = str | Component | None
Children = Component | Sequence[Component | str | None] | str


def panel(
    title: str,
    children: Any,
    *,
    about: str | None = None,
    actions: Sequence[Component] = (),
    name: str = "",
) -> Component:
    """A card with a heading; `actions` are links such as the twin table and the export."""
    head = [html.H2(title), html.Div(list(actions), className="panel-actions") if actions else None]
    return html.Section(
        [
            html.Div([part for part in head if part is not None], className="panel-head"),
            html.P(about, className="panel-about") if about else None,
            html.Div(children, className="panel-body"),
        ],
        className=f"panel {name}".strip(),
        **aria(label=title),
    )


def action_link(words: str, href: str, *, is_download: bool = False) -> Component:
    """A small link in a panel's head; a download leaves the page alone."""
    if is_download:
        return html.A(words, href=href, className="action", download="")
    return dcc.Link(words, href=href, className="action")


def plain_table(
    columns: Sequence[str], rows: Sequence[Sequence[Cell]], *, caption: str, numeric: Sequence[int] = ()
) -> Component:
    """A small table; `numeric` columns align right. An empty one says so."""
    if not rows:
        return message(caption, "")
    right = frozenset(numeric)

    def name(place: int) -> str:
        return "number" if place in right else ""

    head = html.Tr([html.Th(column, className=name(place), scope="col") for place, column in enumerate(columns)])
    body = [html.Tr([html.Td(cell, className=name(place)) for place, cell in enumerate(row)]) for row in rows]
    return html.Div(
        html.Table([html.Caption(caption, className="unseen"), html.Thead(head), html.Tbody(body)], className="table"),
        className="table-frame",
        tabIndex="0",
        role="region",
        **aria(label=caption),
    )


def graph(figure: dict[str, Any], *, id: Any, label: str, class_name: str = "") -> Component:  # noqa: A002  # as in Dash
    """A figure with a name for assistive technology, without Plotly's tool bar."""
    return html.Div(
        dcc.Graph(
            id=id,
            figure=figure,
            responsive=True,
            className="graph",
            config={"displayModeBar": False, "scrollZoom": False, "doubleClick": False},
        ),
        role="img",
        className=f"graph-frame {class_name}".strip(),
        **aria(label=label),
    )
