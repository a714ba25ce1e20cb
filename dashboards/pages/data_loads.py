"""The history of loads: every file and answer with where its rows went."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.grid import data_grid, number_column, search_box, search_key, text_column, wrapped_column
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_moment, format_number
from dashboards.pages.data_sources import chosen_source
from dashboards.pages.data_words import load_state_word, origin_word, reason_word, warning_word
from dashboards.source_names import source_word
from dashboards.view import View
from ioc.store import intake_questions
from ioc.store.intake_questions import LoadRow
from ioc.words import gettext as _

GRID = "data-loads-grid"
SHOWN = 500
NARROW = MappingProxyType({"fetched": 89, "source": 77, "origin": 82, "state": 78})


def read_loads(view: View, filters: Filters) -> list[LoadRow]:
    """The newest loads of every source or of one."""
    return intake_questions.loads(view.connection, view.scope, source=chosen_source(view, filters), limit=SHOWN)


def show_loads(view: View, filters: Filters) -> Component:
    """The grid of loads."""
    rows = read_loads(view, filters)
    title = _("History of loads")
    if not rows:
        return panel(title, message(_("No loads"), _("Nothing was loaded from this source yet.")))
    failed = sum(load.state == "failed" for load in rows)
    about = _("{n} loads shown, {failed} of them failed.").format(
        n=format_number(len(rows)), failed=format_number(failed)
    )
    height = f"{min(len(rows), 9) * 38 + 60}px"
    grid = data_grid(
        GRID, load_columns(), [_row(view, load) for load in rows], label=title, height=height, narrow=NARROW
    )
    tools = search_box(GRID, _("Find a file or a fault"))
    actions = download_links(filters.with_(period=None, reason=None), "loads")
    return panel(title, [tools, grid], about=about, actions=actions, name="load-panel")


def load_columns() -> list[dict[str, Any]]:
    """What came and how it went first; where its rows went follows."""
    return [
        wrapped_column("fetched", _("Fetched"), width=152, comparator={"function": "iocBySortKey"}),
        wrapped_column("source", _("Source"), minWidth=150, flex=3),
        wrapped_column("origin", _("File or answer"), minWidth=150, flex=4, tooltipField="path"),
        text_column("state", _("Result"), width=112, cellRenderer="IocState"),
        wrapped_column("notes", _("Fault or warning"), minWidth=210, flex=5),
        number_column("rows_in", _("Rows in"), width=78),
        number_column("loaded", _("Loaded"), width=78),
        number_column("unchanged", _("Unchanged"), width=80),
        number_column("superseded", _("Superseded"), width=80),
        number_column("quarantined", _("Refused"), width=66),
        number_column("seconds", _("Seconds"), decimals=1, width=66),
    ]


def _row(view: View, load: LoadRow) -> dict[str, Any]:
    source = source_word(view, load.source_id)
    notes = [load.message or reason_word(load.error_class), *map(warning_word, load.warnings or ())]
    words = "; ".join(note for note in notes if note)
    return {
        "order": load.fetched_at.isoformat(),
        "fetched": format_moment(load.fetched_at),
        "source": source,
        "origin": origin_word(load.origin),
        "path": load.origin,
        "status": "off_target" if load.state == "failed" else "at_risk" if load.quarantined else "on_target",
        "state": load_state_word(load.state),
        "rows_in": load.rows_in,
        "loaded": load.loaded,
        "unchanged": load.unchanged,
        "superseded": load.superseded,
        "quarantined": load.quarantined,
        "seconds": load.duration_s,
        "notes": words,
        "search": search_key(source, load.origin, words),
    }
