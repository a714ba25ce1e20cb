"""The last thirty days of each source at a glance: done, failed, missed, standing still."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from dash.development.base_component import Component

from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.marks import state_tag
from dashboards.components.panels import panel
from dashboards.filters import Filters
from dashboards.formats import format_moment, format_number
from dashboards.pages.data_access import asked_from, open_port
from dashboards.runs import SourceDay, SourceHistory
from dashboards.source_names import source_cell
from dashboards.view import View, nothing
from ioc.store import intake_questions
from ioc.words import gettext as _

DAYS = 30


def show_timeline(view: View, filters: Filters) -> Component:
    """A strip of days for each source, and the button that runs it now."""
    if not view.cover.sources:
        return nothing()
    first = view.now.date() - timedelta(days=DAYS - 1)
    histories = _histories(view, first)
    port = open_port(view.settings, asked_from())
    title = _("The last {n} days").format(n=DAYS)
    columns = [
        Column(_("Source"), "source-cell"),
        Column(_("Days, the newest on the right"), "strip-cell"),
        Column("", ""),
    ]
    rows = [
        row(
            columns,
            [
                source_cell(view, one.source_id),
                _strip(histories.get(one.source_id, SourceHistory({})), first),
                run_button(one.source_id) if port is not None else "",
            ],
        )
        for one in view.cover.sources
    ]
    parts = [
        _legend(),
        table(columns, rows, caption=title, class_name="timeline"),
        element("Div", None, id="data-run-result"),
    ]
    return panel(title, parts, name="timeline-panel")


def run_button(source_id: str) -> Element:
    """Asks for a run of one source."""
    return element("Button", _("Run now"), "button", type="button", **{"data-action": "run", "data-source": source_id})


def _histories(view: View, first: date) -> Mapping[str, SourceHistory]:
    """By the control database; where it knows nothing of a source, by the snapshot's ledger."""
    since = datetime.combine(first, time())
    sources = [one.source_id for one in view.cover.sources]
    known = view.settings.run_log.histories(sources, since=since) if view.settings.run_log else {}
    ledger = _ledger_days(view, first) if any(not _days_of(known, source) for source in sources) else {}
    unknown = SourceHistory({})
    return {
        source: replace(known.get(source, unknown), days=_days_of(known, source) or ledger.get(source, {}))
        for source in sources
    }


def _days_of(known: Mapping[str, SourceHistory], source: str) -> Mapping[date, SourceDay]:
    return known[source].days if source in known else {}


def _ledger_days(view: View, first: date) -> dict[str, dict[date, SourceDay]]:
    found: dict[str, dict[date, SourceDay]] = defaultdict(dict)
    for one in intake_questions.load_days(view.connection, view.scope, since=first):
        found[one.source_id][one.day] = SourceDay(one.day, one.done, one.failed)
    return found


def _strip(history: SourceHistory, first: date) -> Children:
    days = [history.days.get(first + timedelta(days=place)) for place in range(DAYS)]
    cells = [_cell(first + timedelta(days=place), day) for place, day in enumerate(days)]
    strip = element("Div", cells, "strip", role="img", **{"aria-label": _summary(days)})
    if history.halted_at is None:
        return strip
    words = _("halted since {moment}").format(moment=format_moment(history.halted_at))
    return [strip, element("Div", state_tag("off_target", words), title=history.error or "")]


def _cell(day: date, found: SourceDay | None) -> Element:
    kind = day_kind(found)
    words = f"{day:%d/%m}: {_day_words(found)}"
    return element("I", None, f"day day-{kind}", title=words)


def day_kind(found: SourceDay | None) -> str:
    """The worst that happened on a day."""
    if found is None or not (found.done or found.failed or found.missed):
        return "none"
    if found.failed:
        return "failed" if not found.done else "mixed"
    return "missed" if found.missed else "done"


def _day_words(found: SourceDay | None) -> str:
    if found is None:
        return _("nothing was due")
    words = [
        (found.done, _("{n} done")),
        (found.failed, _("{n} failed")),
        (found.missed, _("{n} missed")),
    ]
    return ", ".join(text.format(n=format_number(count)) for count, text in words if count)


def _summary(days: list[SourceDay | None]) -> str:
    kinds = [day_kind(day) for day in days]
    return _("{done} days in order, {failed} with failures, {missed} missed, {none} without a run").format(
        done=kinds.count("done"),
        failed=kinds.count("failed") + kinds.count("mixed"),
        missed=kinds.count("missed"),
        none=kinds.count("none"),
    )


def _legend() -> Element:
    kinds = {
        "done": _("done"),
        "mixed": _("some failed"),
        "failed": _("failed"),
        "missed": _("missed"),
        "none": _("no run"),
    }
    items = [element("Span", [element("I", None, f"day day-{kind}"), words]) for kind, words in kinds.items()]
    return element("Div", items, "strip-legend")
