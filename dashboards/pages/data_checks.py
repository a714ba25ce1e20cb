"""Two figures for one thing: computed beside published points, own dossiers beside the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.grid import (
    Rest,
    data_grid,
    number_column,
    search_box,
    search_key,
    text_column,
    wrapped_column,
)
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_number, format_period, measure_unit_word
from dashboards.pages.data_words import series_word, subject_word
from dashboards.view import View, nothing
from ioc.store import intake_questions
from ioc.store.intake_questions import Reconciliation
from ioc.store.questions import PeriodRow
from ioc.words import gettext as _

NAME = "reconciliations"
"""In the addresses of the export and of the rows that come later."""
GRID = "data-checks-grid"
SENT_AT_ONCE = 100
KEPT = 20_000
NARROW = MappingProxyType({"unit": 76, "subject": 90, "left": 52, "right": 52, "difference": 56})


def read_checks(view: View, period: PeriodRow, *, limit: int = KEPT) -> list[Reconciliation]:
    """The comparisons of a period, disagreements first."""
    return intake_questions.reconciliations(view.connection, view.scope, period=period.period, limit=limit)


def show_checks(view: View, filters: Filters) -> Component:
    """The grid of comparisons: the first ones at once, the rest when they are looked for."""
    period = view.period(filters)
    if period is None:
        return nothing()
    rows = read_checks(view, period, limit=SENT_AT_ONCE)
    title = _("Reconciliation")
    if not rows:
        words = _("In {period} no figure has two sources to compare.").format(period=format_period(period.period))
        return panel(title, message(_("Nothing to compare"), words), name="check-panel")
    counts = intake_questions.reconciliation_counts(view.connection, view.scope, period=period.period)
    about = _("{n} of {all} comparisons agree, {period}; those that differ come first.").format(
        n=format_number(counts.agreeing), all=format_number(counts.compared), period=format_period(period.period)
    )
    asked = filters.with_(period=period.period, source=None, reason=None)
    rest = Rest(asked.link(f"/rows/{NAME}.json"), counts.compared) if counts.compared > len(rows) else None
    grid = data_grid(
        GRID, check_columns(), check_rows(view, rows), label=title, height="26rem", rest=rest, narrow=NARROW
    )
    return panel(
        title,
        [search_box(GRID, _("Find a unit or a figure")), grid],
        about=about,
        actions=download_links(asked, NAME),
        name="check-panel",
    )


def rest_of_checks(view: View, filters: Filters) -> list[dict[str, Any]]:
    """The grid's rows after those that are sent at once."""
    period = view.period(filters)
    return [] if period is None else check_rows(view, read_checks(view, period)[SENT_AT_ONCE:])


def check_columns() -> list[dict[str, Any]]:
    """What is compared, the two figures, and how far they are apart."""
    return [
        wrapped_column("unit", _("Unit"), minWidth=150, flex=1, comparator={"function": "iocBySortKey"}),
        wrapped_column("subject", _("Figure"), minWidth=190, flex=2),
        text_column("state", _("Result"), width=118, cellRenderer="IocState"),
        wrapped_column("left_series", _("One side"), minWidth=116, flex=1),
        number_column("left", _("Value of one side"), decimals=2, width=96),
        wrapped_column("right_series", _("Other side"), minWidth=116, flex=1),
        number_column("right", _("Value of the other side"), decimals=2, width=96),
        number_column("difference", _("Difference"), decimals=2, width=104),
        text_column("measure_unit", _("Measured in"), width=100),
        wrapped_column("why", _("Why they may differ"), minWidth=170, flex=2),
    ]


@dataclass(frozen=True, slots=True)
class Subject:
    """What is compared; there are few of them and thousands of comparisons."""

    words: str
    key: str
    """The words without accents."""
    measure_unit: str
    factor: int
    decimals: int


def check_rows(view: View, rows: Sequence[Reconciliation]) -> list[dict[str, Any]]:
    """The grid's rows; what many of them share is worked out once."""
    subjects = {name: _subject(view, name) for name in {one.subject for one in rows}}
    series = {
        name: series_word(name) for name in {name for one in rows for name in (one.left_series, one.right_series)}
    }
    units = {(one.unit_code, one.unit_name) for one in rows}
    places = {code: _place(view, code, name) for code, name in units}
    states = {True: ("on_target", _("agrees")), False: ("at_risk", _("differs"))}
    return [_row(one, subjects[one.subject], series, places[one.unit_code], states[one.agrees]) for one in rows]


def _subject(view: View, name: str) -> Subject:
    indicator = view.cover.indicators.get(name)
    is_percent = indicator is not None and indicator.measure_unit == "percent"
    words = subject_word(view, name)
    if is_percent:
        return Subject(words, search_key(words), "%", factor=100, decimals=2)
    if indicator is None:
        return Subject(words, search_key(words), _("points"), factor=1, decimals=2)
    return Subject(words, search_key(words), measure_unit_word(indicator.measure_unit), 1, indicator.decimals)


def _place(view: View, code: str, name: str | None) -> dict[str, str]:
    unit = view.cover.units.get(code)
    shown = name or code
    return {"order": unit.sort_key if unit else shown, "unit": shown, "key": search_key(shown)}


def _row(
    one: Reconciliation, subject: Subject, series: Mapping[str, str], place: Mapping[str, str], state: tuple[str, str]
) -> dict[str, Any]:
    return {
        "order": place["order"],
        "unit": place["unit"],
        "subject": subject.words,
        "status": state[0],
        "state": state[1],
        "left_series": series[one.left_series],
        "left": _scaled(one.left_value, subject.factor),
        "right_series": series[one.right_series],
        "right": _scaled(one.right_value, subject.factor),
        "difference": _scaled(one.difference, subject.factor),
        "measure_unit": subject.measure_unit,
        "decimals": subject.decimals,
        "why": _why(one),
        "search": f"{place['key']} {subject.key}",
    }


def _why(one: Reconciliation) -> str:
    """What is known of the reason: two sides that count out of different wholes cannot agree."""
    left, right = one.left_denominator, one.right_denominator
    if one.agrees or left is None or right is None:
        return ""
    counts = {"left": format_number(left), "right": format_number(right)}
    if left != right:
        return _("different denominators: {left} and {right}").format(**counts)
    return _("the same denominator, {left}: other cases were counted").format(left=counts["left"])


def _scaled(value: float | None, factor: int) -> float | None:
    """To more decimals than are shown, and fewer than a fraction has."""
    return None if value is None else round(value * factor, 6)
