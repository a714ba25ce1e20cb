"""Grids of many rows: sorted and searched in the browser, where names are found without accents."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import dash_ag_grid as dag
from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.attributes import aria, data
from dashboards.formats import separators
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


def search_key(*texts: str | None) -> str:
    """What the search box compares with."""
    return fold(" ".join(text for text in texts if text))


def text_column(field: str, label: str, **more: Any) -> dict[str, Any]:
    """Text, sorted by the Vietnamese alphabet where the rows carry `<field>_sort`."""
    return {"field": field, "headerName": label, **more}


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
    name: str, columns: Sequence[dict[str, Any]], rows: Sequence[GridRow], *, label: str, height: str = "30rem"
) -> Component:
    """A grid that opens at its row marked `chosen`; assets/grid.js draws the cells."""
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
            "context": {"decimal": signs.decimal, "thousands": signs.thousands},
            "rowClassRules": {"grid-chosen": "params.data.chosen === true"},
            "rowHeight": 38,
            "suppressCellFocus": False,
            "enableCellTextSelection": True,
            "localeText": {"noRowsToShow": _("No rows"), "noMatchingRows": _("Nothing found")},
            "animateRows": False,
        },
        className="grid",
        style={"height": height, "width": "100%"},
    )
    return html.Div(grid, className="grid-frame", role="region", **aria(label=label))


def search_box(name: str, label: str) -> Component:
    """A box that filters the grid of this name while one types; `assets/grid.js` listens to it."""
    box = dcc.Input(id=f"{name}-search", type="search", placeholder=label, debounce=True, autoComplete="off")
    return html.Div(box, className="grid-search", role="search", **aria(label=label), **data(grid=name))
