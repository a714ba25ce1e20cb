"""The rows that were refused, with the field, the reason and a value that is harmless to show."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.filter_bar import Option, filter_select
from dashboards.components.grid import data_grid, number_column, search_box, search_key, text_column
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_number
from dashboards.pages.data_sources import chosen_source
from dashboards.pages.data_words import reason_word, source_word
from dashboards.view import View
from ioc.store import questions
from ioc.store.questions import QuarantineRow
from ioc.words import gettext as _

GRID = "data-quarantine-grid"
EVERY_REASON = "all"
KEPT = 5000
"""As many as a snapshot holds."""


def read_quarantine(view: View, filters: Filters) -> list[QuarantineRow]:
    """The refused rows of the chosen source and reason, the newest load first."""
    rows = _of_source(view, filters)
    reason = chosen_reason(filters)
    return rows if reason is None else [one for one in rows if one.reason == reason]


def chosen_reason(filters: Filters) -> str | None:
    return None if filters.reason in (None, EVERY_REASON) else filters.reason


def _of_source(view: View, filters: Filters) -> list[QuarantineRow]:
    return questions.quarantine_rows(view.connection, view.scope, source=chosen_source(view, filters), limit=KEPT)


def show_quarantine(view: View, filters: Filters) -> Component:
    """The filters and the grid of refused rows."""
    found = _of_source(view, filters)
    reason = chosen_reason(filters)
    rows = [one for one in found if reason in (None, one.reason)]
    title = _("Refused rows")
    if not found:
        body = message(_("No refused rows"), _("Every row of this source was accepted."), kind="good")
        return panel(title, body, name="quarantine-panel")
    counts = Counter(one.reason for one in found)
    grid = data_grid(GRID, quarantine_columns(), [_row(view, one) for one in rows], label=title, height="26rem")
    about = _("{n} refused fields; what could be personal is masked.").format(n=format_number(len(rows)))
    return panel(
        title,
        [_tools(counts, reason), grid],
        about=about,
        actions=download_links(filters.with_(period=None), "quarantine"),
        name="quarantine-panel",
    )


def _tools(counts: Counter[str], reason: str | None) -> Component:
    options = [Option(EVERY_REASON, _("Every reason ({n})").format(n=format_number(counts.total())))]
    options += [Option(name, f"{reason_word(name)} ({format_number(count)})") for name, count in counts.most_common()]
    select = filter_select("reason", _("Reason"), options, reason or EVERY_REASON)
    return html.Div([search_box(GRID, _("Find a file, field or value")), select], className="grid-tools")


def quarantine_columns() -> list[dict[str, Any]]:
    """Where the row stands in its file, and what is wrong with it."""
    return [
        text_column("source", _("Source"), minWidth=170, flex=1),
        text_column("origin", _("File or answer"), minWidth=200, flex=2, tooltipField="origin"),
        number_column("row_no", _("Row"), width=100),
        text_column("field", _("Field in the file"), minWidth=150, flex=1),
        text_column("reason", _("Reason"), minWidth=200, flex=1),
        text_column("value", _("Value (masked)"), minWidth=160, flex=1, tooltipField="value"),
    ]


def _row(view: View, one: QuarantineRow) -> dict[str, Any]:
    source = source_word(view, one.source_id)
    reason = reason_word(one.reason)
    return {
        "source": source,
        "origin": one.origin,
        "row_no": one.row_no,
        "field": one.field or "—",
        "reason": reason,
        "value": one.value or "—",
        "search": search_key(source, one.origin, one.field, reason, one.value),
    }
