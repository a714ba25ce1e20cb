"""The rows that were refused, with the field, the reason and a value that is harmless to show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import element
from dashboards.components.filter_bar import Option, filter_select
from dashboards.components.grid import data_grid, number_column, search_box, search_key, text_column, wrapped_column
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_number
from dashboards.pages.data_access import asked_from, open_port
from dashboards.pages.data_columns import field_word
from dashboards.pages.data_desk import PATH, replay_button, row_name
from dashboards.pages.data_sources import chosen_source
from dashboards.pages.data_values import value_line
from dashboards.pages.data_words import origin_word, reason_word
from dashboards.source_names import source_word
from dashboards.view import View
from ioc.store import intake_questions
from ioc.store.intake_questions import QuarantineRow
from ioc.words import gettext as _

GRID = "data-quarantine-grid"
EVERY = "all"
SHOWN_CHOICES = 200
NARROW = MappingProxyType({"correct": 38, "row_no": 48, "field": 88, "reason": 78, "value": 74})
KEPT = 5000
"""As many as a snapshot holds."""


def read_quarantine(view: View, filters: Filters) -> list[QuarantineRow]:
    """The refused rows of the chosen source, reason, field and file, the newest load first."""
    return _chosen(_of_source(view, filters), filters)


def _chosen(rows: Sequence[QuarantineRow], filters: Filters, *, but: str = "") -> list[QuarantineRow]:
    """The rows that fit what is chosen; `but` leaves one choice out, to see what else it might be."""
    wanted = {"reason": filters.reason, "field": filters.field, "file": filters.file}
    return [
        one
        for one in rows
        if all(text in (None, EVERY, _part(one, name)) for name, text in wanted.items() if name != but)
    ]


def _part(one: QuarantineRow, name: str) -> str:
    return {"reason": one.reason, "field": one.field or "", "file": one.origin}[name]


def _of_source(view: View, filters: Filters) -> list[QuarantineRow]:
    source = chosen_source(view, filters)
    return intake_questions.quarantine_rows(view.connection, view.scope, source=source, limit=KEPT)


def show_quarantine(view: View, filters: Filters) -> Component:
    """The filters and the grid of refused rows."""
    found = _of_source(view, filters)
    title = _("Refused rows")
    if not found:
        body = message(_("No refused row waits"), _("What was refused, if anything, has been mended."), kind="good")
        return panel(title, body, name="quarantine-panel")
    rows = _chosen(found, filters)
    has_desk = open_port(view.settings, asked_from()) is not None
    grid_rows = [_row(view, one, filters) for one in rows]
    grid = data_grid(GRID, quarantine_columns(has_desk=has_desk), grid_rows, label=title, height="26rem", narrow=NARROW)
    about = _("{n} refused fields; what could be personal is masked.").format(n=format_number(len(rows)))
    return panel(
        title,
        [_tools(found, filters), grid, *(_replay(view, filters) if has_desk else ())],
        about=about,
        actions=download_links(filters.with_(period=None, row=None), "quarantine"),
        name="quarantine-panel",
    )


def _replay(view: View, filters: Filters) -> list[Any]:
    """For one source: its unknown units tried again, once the crosswalk has grown."""
    source = chosen_source(view, filters)
    if source is None:
        return []
    result = element("Div", None, id="data-replay-result", **{"aria-live": "polite"})
    return [element("Div", [replay_button(source), result], "grid-foot")]


def _tools(found: Sequence[QuarantineRow], filters: Filters) -> Component:
    selects = [
        _select("reason", _("Reason"), found, filters, reason_word),
        _select("field", _("Field in the file"), found, filters, field_word),
        _select("file", _("File or answer"), found, filters, origin_word),
    ]
    return html.Div([search_box(GRID, _("Find a file, field or value")), *selects], className="grid-tools")


def _select(
    name: str, label: str, found: Sequence[QuarantineRow], filters: Filters, words: Callable[[str], str]
) -> Component:
    """A choice among what the other choices leave."""
    counts = Counter(_part(one, name) for one in _chosen(found, filters, but=name))
    options = [Option(EVERY, _("All ({n})").format(n=format_number(counts.total())))]
    options += [
        Option(one, f"{words(one) or '—'} ({format_number(n)})") for one, n in counts.most_common(SHOWN_CHOICES)
    ]
    chosen = getattr(filters, name) or EVERY
    return filter_select(name, label, options, chosen if any(one.value == chosen for one in options) else EVERY)


def quarantine_columns(*, has_desk: bool = False) -> list[dict[str, Any]]:
    """Where the row stands in its file, and what is wrong with it."""
    desk = [text_column("correct", _("Desk"), width=96, cellRenderer="IocLink", sortable=False)] if has_desk else []
    return [
        *desk,
        wrapped_column("source", _("Source"), minWidth=170, flex=1),
        wrapped_column("origin", _("File or answer"), minWidth=200, flex=2, tooltipField="path"),
        number_column("row_no", _("Row"), width=100),
        wrapped_column("field", _("Field in the file"), minWidth=150, flex=1),
        wrapped_column("reason", _("Reason"), minWidth=200, flex=1),
        wrapped_column("value", _("Value (masked)"), minWidth=160, flex=1),
    ]


def _row(view: View, one: QuarantineRow, filters: Filters) -> dict[str, Any]:
    source = source_word(view, one.source_id)
    reason = reason_word(one.reason)
    value = value_line(one.field or "", one.value) if one.value else "—"
    return {
        "source": source,
        "origin": origin_word(one.origin),
        "path": one.origin,
        "row_no": one.row_no,
        "field": field_word(one.field) or "—",
        "reason": reason,
        "value": value,
        "search": search_key(source, one.origin, one.field, field_word(one.field), reason, value),
        "correct": _("Correct"),
        "href": filters.link(PATH, row=row_name(one.load_id, one.row_no)),
        "chosen": filters.row == row_name(one.load_id, one.row_no),
    }
