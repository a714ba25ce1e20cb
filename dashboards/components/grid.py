"""Grids of many rows: sorted and searched in the browser, where names are found without accents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.attributes import aria, data
from dashboards.formats import format_number, separators
from ioc.names import fold
from ioc.words import gettext as _

GridRow = Mapping[str, Any]
SEARCH_KEY = "search"
"""A hidden field of each row: its names without accents."""

EVERY_COLUMN = MappingProxyType(
    {
        "sortable": True,
        "resizable": True,
        "suppressHeaderMenuButton": True,
        "suppressMovable": True,
        "wrapHeaderText": True,
        "autoHeaderHeight": True,
    }
)


@dataclass(frozen=True)
class Rest:
    """The rows of a long grid that are sent when they are looked for: at its end, sorted or searched."""

    href: str
    count: int
    """Of all rows."""


REST_EVENTS = MappingProxyType({event: ["iocAskForRest(params)"] for event in ("viewportChanged", "sortChanged")})
"""When a grid that holds only its first rows asks for the rest; so does its search box."""


FIT = "iocFitWidth(params)"
NARROW_EVENTS = MappingProxyType({event: [FIT] for event in ("gridSizeChanged", "viewportChanged")})
"""When a grid puts its most important columns first, or back into their places."""


def search_key(*texts: str | None) -> str:
    """What the search box compares with."""
    return fold(" ".join(text for text in texts if text))


def text_column(field: str, label: str, **more: Any) -> dict[str, Any]:
    """Text, sorted by the Vietnamese alphabet where the rows carry `<field>_sort`."""
    return {"field": field, "headerName": label, **more}


def wrapped_column(field: str, label: str, **more: Any) -> dict[str, Any]:
    """Text of several lines where it does not fit on one: its row grows."""
    return text_column(field, label, wrapText=True, autoHeight=True, cellClass="grid-wrapped", **more)


def number_column(field: str, label: str, *, decimals: int = 0, **more: Any) -> dict[str, Any]:
    """A number, right-aligned, written with the reader's separators."""
    return {
        "field": field,
        "headerName": label,
        "type": "rightAligned",
        "cellRenderer": "IocNumber",
        "cellRendererParams": {"decimals": decimals},
        "sortingOrder": ["desc", "asc", None],
        **more,
    }


def _least_width(column: dict[str, Any]) -> dict[str, Any]:
    """A growing column that starts as narrow as it may be: else it stands at 200 px where nothing is left to share."""
    return {"width": column["minWidth"], **column} if "flex" in column and "minWidth" in column else column


def data_grid(
    name: str,
    columns: Sequence[dict[str, Any]],
    rows: Sequence[GridRow],
    *,
    label: str,
    height: str = "30rem",
    rest: Rest | None = None,
    narrow: Mapping[str, int] | None = None,
) -> Component:
    """A grid that opens at its row marked `chosen`; assets/grid.js draws the cells and asks for the rest.

    `narrow`: what a phone shows first, with the width of each column in px; the other columns follow to the right.
    """
    hidden = {"field": SEARCH_KEY, "hide": True}
    signs = separators()
    chosen = next((place for place, one in enumerate(rows) if one.get("chosen")), None)
    grid = dag.AgGrid(
        id=name,
        scrollTo=None if chosen is None else {"rowIndex": chosen, "rowPosition": "middle"},
        columnDefs=[*map(_least_width, columns), hidden],
        rowData=list(rows),
        defaultColDef=dict(EVERY_COLUMN),
        dashGridOptions={
            "includeHiddenColumnsInQuickFilter": True,
            "context": {
                "decimal": signs.decimal,
                "thousands": signs.thousands,
                "narrow": None if narrow is None else [{"colId": one, "width": px} for one, px in narrow.items()],
                "rest": None if rest is None else {"href": rest.href, "note": _rest_note_id(name)},
            },
            "rowClassRules": {"grid-chosen": "params.data.chosen === true"},
            "rowHeight": 38,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": _("No rows"), "noMatchingRows": _("Nothing found")},
            "animateRows": False,
        },
        eventListeners=_events(has_rest=rest is not None, is_narrowed=narrow is not None),
        className="grid",
        style={"height": height, "width": "100%"},
    )
    parts = [grid] if rest is None else [grid, _rest_note(name, len(rows), rest)]
    return html.Div(parts, className="grid-frame", role="region", **aria(label=label))


def _events(*, has_rest: bool, is_narrowed: bool) -> dict[str, list[str]]:
    """What the browser calls, by event; two may want the same one."""
    asked = [*([REST_EVENTS] if has_rest else []), *([NARROW_EVENTS] if is_narrowed else [])]
    names = dict.fromkeys(name for events in asked for name in events)
    return {name: [call for events in asked for call in events.get(name, [])] for name in names}


def _rest_note_id(name: str) -> str:
    return f"{name}-rest"


def _rest_note(name: str, shown: int, rest: Rest) -> Component:
    """What is still to come; it is emptied when the rows have come."""
    words = _("The first {n} of {all} rows; the others come when you scroll down, sort or search.")
    text = words.format(n=format_number(shown), all=format_number(rest.count))
    return html.P(text, id=_rest_note_id(name), className="grid-rest muted small")


def search_box(name: str, label: str) -> Component:
    """A box that filters the grid of this name while one types; `assets/grid.js` listens to it."""
    box = dcc.Input(id=f"{name}-search", type="search", placeholder=label, debounce=True, autoComplete="off")
    return html.Div(box, className="grid-search", role="search", **aria(label=label), **data(grid=name))
