"""The filter bar: selects whose values the shell writes into the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.formats import format_period, in_language
from dashboards.view import View
from ioc.words import gettext as _

FILTER_TYPE = "shell-filter"


@dataclass(frozen=True)
class Option:
    value: str
    label: str


def filter_id(name: str, shown: str | None) -> dict[str, str]:
    """The id of the select that sets one field of Filters.

    It says what was shown at first, so that the browser knows a choice when it sees one: a fresh select makes none.
    """
    return {"type": FILTER_TYPE, "name": name, "shown": shown or ""}


def filter_bar(*selects: Component | None) -> Component:
    """Selects side by side; they wrap on a phone."""
    # a component without children is false
    shown = [select for select in selects if select is not None]
    return html.Div(shown, className="filter-bar", role="search", **aria(label=_("Filters")))


def filter_select(name: str, label: str, options: Sequence[Option], value: str | None, **more: Any) -> Component:
    """A select of one field of Filters; names are found without accents ("thuy nguyen" finds Thủy Nguyên)."""
    select: Component = dmc.Select(
        id=filter_id(name, value),
        label=label,
        value=value,
        data=[{"value": option.value, "label": option.label} for option in options],
        searchable=True,
        allowDeselect=False,
        filter={"function": "accentFree"},
        nothingFoundMessage=_("Nothing found"),
        maxDropdownHeight=360,
        size="sm",
        className="filter",
        **more,
    )
    return select


def period_select(view: View, chosen: str | None) -> Component:
    """Every period that has readings, the newest first."""
    options = [Option(row.period, format_period(row.period)) for row in view.cover.periods]
    return filter_select("period", _("Period"), options, chosen)


def indicator_select(view: View, chosen: str | None, *, among: Sequence[str] | None = None) -> Component:
    """Indicators by their names in the reader's language."""
    rows = view.cover.indicators.values()
    options = [
        Option(row.indicator, in_language(row.name_vi, row.name_en))
        for row in rows
        if among is None or row.indicator in among
    ]
    return filter_select("indicator", _("Indicator"), options, chosen)


def unit_select(view: View, chosen: str | None, *, level: str = "commune") -> Component:
    """Communes of the site by the Vietnamese alphabet."""
    options = [
        Option(row.unit_code, row.name)
        for row in view.cover.units.values()
        if row.level == level and row.parent_code == view.site_unit
    ]
    return filter_select("unit", _("Unit"), options, chosen)
