"""The filter bar: selects whose values the shell writes into the URL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import dash_mantine_components as dmc
from dash import html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.formats import format_period, in_language
from dashboards.spans import Span, span_of
from dashboards.view import View
from ioc.periods import Calendar, parse_period
from ioc.store.questions import PeriodRow
from ioc.words import gettext as _

FILTER_TYPE = "shell-filter"


@dataclass(frozen=True)
class Option:
    value: str
    label: str

    def sent(self) -> dict[str, Any]:
        return {"value": self.value, "label": self.label}


@dataclass(frozen=True)
class OptionGroup:
    """Options under a heading."""

    heading: str
    options: Sequence[Option]

    def sent(self) -> dict[str, Any]:
        return {"group": self.heading, "items": [option.sent() for option in self.options]}


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


def filter_select(
    name: str, label: str, options: Sequence[Option | OptionGroup], value: str | None, **more: Any
) -> Component:
    """A select of one field of Filters; names are found without accents ("thuy nguyen" finds Thủy Nguyên)."""
    select: Component = dmc.Select(
        id=filter_id(name, value),
        label=label,
        value=value,
        data=[option.sent() for option in options],
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


def period_select(view: View, chosen: PeriodRow | None) -> Component:
    """The kind of period, where there are several, and its periods by year, the newest first."""
    periods = view.cover.periods
    known = {span_of(row) for row in periods}
    shown = span_of(chosen) if chosen else Span.CALENDAR
    spans = [Option(span, words) for span, words in _span_words().items() if span in known]
    kinds = [filter_select("span", _("Kind of period"), spans, shown)] if len(spans) > 1 else []
    rows = [row for row in periods if span_of(row) == shown]
    return html.Div(
        [*kinds, filter_select("period", _("Period"), _by_year(rows), chosen.period if chosen else None)],
        className="period-filters",
    )


def _span_words() -> dict[Span, str]:
    return {
        Span.CALENDAR: _("Months, quarters, years"),
        Span.TO_DATE: _("Years to date"),
        Span.ROLLING: _("The last 12 months"),
        Span.REPORTED: _("Reports: 15th to 14th"),
        Span.OTHER: _("Other days"),
    }


def _by_year(rows: Sequence[PeriodRow]) -> list[OptionGroup]:
    """Of each year the months, then the longer periods, the newest first."""
    years: dict[int, list[PeriodRow]] = {}
    for row in rows:
        years.setdefault(row.end_date.year, []).append(row)
    return [
        OptionGroup(str(year), [Option(row.period, _short_label(row)) for row in sorted(own, key=_length)])
        for year, own in sorted(years.items(), reverse=True)
    ]


def _short_label(row: PeriodRow) -> str:
    """The days of a period from the 15th to the 14th in few signs: there is little room."""
    if row.calendar == Calendar.GREGORIAN:
        return format_period(row.period)
    period = parse_period(row.period)
    return f"{replace(period, calendar=Calendar.GREGORIAN).label()} ({period.days()})"


def _length(row: PeriodRow) -> int:
    """Which kinds come first; the sort keeps the order of those of one kind."""
    order = ("month", "quarter", "half", "year")
    return order.index(row.kind) if row.kind in order else 0


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
