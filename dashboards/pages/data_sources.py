"""The snapshot, the newest run, and each source: how fresh, and where its rows went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import Children, Column, Element, element, link, row, table
from dashboards.components.filter_bar import Option, filter_bar, filter_select, period_select
from dashboards.components.marks import state_tag
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_age, format_moment, format_number
from dashboards.pages.data_words import load_state_word, reason_word, trigger_word
from dashboards.runs import Run
from dashboards.source_names import source_cell, source_word
from dashboards.view import View
from ioc.store.intake_questions import SourceRow
from ioc.words import gettext as _

PATH = "/data"
RUNS_SHOWN = 5
EVERY_SOURCE = "all"


def chosen_source(view: View, filters: Filters) -> str | None:
    """The source of the address, if the snapshot has it; None means every source."""
    return filters.source if any(one.source_id == filters.source for one in view.cover.sources) else None


def show_sources(view: View, filters: Filters) -> Component:
    """The filter bar, the facts of the snapshot, the sources and the newest runs."""
    parts: list[Any] = [_bar(view, filters), _facts(view), _source_panel(view, filters), _run_panel(view)]
    return html.Div(parts, className="stack")


def _bar(view: View, filters: Filters) -> Component:
    heading = html.Div([html.H2(_("Data")), html.Span(_("Can these figures be trusted?"))], className="bar-heading")
    period = view.period(filters)
    options = [Option(EVERY_SOURCE, _("Every source"))]
    options += [Option(one.source_id, source_word(view, one.source_id)) for one in view.cover.sources]
    selects = filter_bar(
        period_select(view, period),
        filter_select("source", _("Source"), options, chosen_source(view, filters) or EVERY_SOURCE),
    )
    return html.Div([heading, selects], className="page-bar")


def _facts(view: View) -> Element:
    """What the snapshot consists of."""
    cover = view.cover
    rows = sum(one.rows_in for one in cover.sources)
    waiting = sum(one.waiting for one in cover.sources)
    stale = sum(is_stale(view, one) for one in cover.sources)
    fresh_words = _("{n} of {all} fresh").format(n=len(cover.sources) - stale, all=len(cover.sources))
    items = [
        (_("Published"), format_moment(view.published_at), format_age(view.published_at, view.now)),
        (_("Data as of"), format_moment(cover.info.as_of), format_age(cover.info.as_of, view.now)),
        (_("Sources"), fresh_words, _("judged by the clock")),
        (_("Rows in"), format_number(rows), _("{n} refused rows wait").format(n=format_number(waiting))),
        (
            _("Contents"),
            _("{n} indicators").format(n=format_number(len(cover.indicators))),
            _("{units} units · {periods} periods").format(
                units=format_number(len(cover.units)), periods=format_number(len(cover.periods))
            ),
        ),
        (_("Snapshot"), view.snapshot_id, _fingerprint(view)),
    ]
    made = [
        element("Div", [element("Dt", name), element("Dd", [element("B", value), element("Span", note)])])
        for name, value, note in items
    ]
    return element("Dl", made, "facts")


def _fingerprint(view: View) -> str:
    found = view.cover.info.properties.get("content_hash")
    return _("fingerprint {hash}").format(hash=found[:12]) if found else ""


def is_stale(view: View, source: SourceRow) -> bool:
    """Judged now: a source that never gave anything is stale too."""
    return source.as_of is None or view.is_stale(source.fresh_until)


def _source_panel(view: View, filters: Filters) -> Component:
    title = _("Sources")
    if not view.cover.sources:
        return panel(title, message(_("No sources"), _("No source is set up.")))
    columns = [
        Column(_("Source"), "source-cell"),
        Column(_("Freshness"), "state-cell"),
        Column(_("Data as of"), "moment"),
        Column(_("Last load"), "moment"),
        Column(_("Rows in"), "number"),
        Column(_("Loaded"), "number"),
        Column(_("Unchanged"), "number"),
        Column(_("Superseded"), "number"),
        Column(_("Refused"), "number"),
        Column(_("Account"), "source-account"),
        Column(_("Failed loads"), "number"),
    ]
    rows = [_source(view, filters, columns, one) for one in view.cover.sources]
    about = _("Rows in = loaded + unchanged + superseded + refused: no row is lost.")
    return panel(
        title,
        table(columns, rows, caption=title, class_name="source-table"),
        about=about,
        actions=download_links(filters.with_(period=None, source=None, reason=None), "sources"),
        name="source-panel",
    )


def _source(view: View, filters: Filters, columns: Sequence[Column], one: SourceRow) -> Element:
    stale = is_stale(view, one)
    words = _("no data yet") if one.as_of is None else _("stale") if stale else _("fresh")
    cells: list[Children] = [
        source_cell(view, one.source_id),
        [state_tag("at_risk" if stale else "on_target", words), element("Div", _promise(one), "muted small")],
        _moment(view, one.as_of),
        _moment(view, one.last_load_at),
        format_number(one.rows_in),
        format_number(one.loaded),
        format_number(one.unchanged),
        format_number(one.superseded),
        _refused(filters, one),
        account_tag(one.rows_in, one.loaded + one.unchanged + one.superseded + one.quarantined),
        element("B", format_number(one.failed_loads), "lost-much") if one.failed_loads else "0",
    ]
    return row(columns, cells)


def _refused(filters: Filters, one: SourceRow) -> Children:
    """How many rows its loads refused, and of these the ones that wait."""
    refused = format_number(one.quarantined)
    if not one.quarantined:
        return refused
    if not one.waiting:
        return [refused, element("Div", _("none waits"), "muted small")]
    href = filters.link(PATH, source=one.source_id) + "#data-quarantine"
    return [
        refused,
        element("Div", link(_("{n} wait").format(n=format_number(one.waiting)), href, "grid-link"), "waiting"),
    ]


def account_tag(rows_in: int, accounted: int) -> Element:
    """Whether every row that came in is accounted for."""
    if rows_in == accounted:
        return state_tag("on_target", _("adds up"))
    return state_tag("off_target", _("{n} rows missing").format(n=format_number(rows_in - accounted)))


def _promise(one: SourceRow) -> str:
    """How old the data may be."""
    if one.fresh_within_s is None:
        return ""
    span = timedelta(seconds=one.fresh_within_s)
    if span < timedelta(hours=2):
        return _("renewed within {n} minutes").format(n=one.fresh_within_s // 60)
    if span < timedelta(days=3):
        return _("renewed within {n} hours").format(n=one.fresh_within_s // 3600)
    return _("renewed within {n} days").format(n=span.days)


def _moment(view: View, moment: datetime | None) -> Children:
    if moment is None:
        return element("Span", "—", "muted")
    return [element("Div", format_moment(moment)), element("Div", format_age(moment, view.now), "muted small")]


def _run_panel(view: View) -> Component:
    """The newest runs, which may have found nothing new and published nothing."""
    runs = view.settings.run_log.newest(RUNS_SHOWN) if view.settings.run_log else ()
    if not runs:
        return html.Div(hidden=True)
    title = _("Newest runs")
    columns = [
        Column(_("Started"), ""),
        Column(_("Result"), "state-cell"),
        Column(_("Cause"), ""),
        Column(_("Rows in"), "number"),
        Column(_("Loaded"), "number"),
        Column(_("Unchanged"), "number"),
        Column(_("Superseded"), "number"),
        Column(_("Refused"), "number"),
        Column(_("Faults"), "faults"),
    ]
    rows = [_run(view, columns, run) for run in runs]
    about = _("A run that finds nothing new publishes nothing and is listed all the same.")
    return panel(title, table(columns, rows, caption=title, class_name="runs"), about=about, name="run-panel")


def _run(view: View, columns: Sequence[Column], run: Run) -> Element:
    failed = run.record.state == "failed" or bool(run.failures)
    state = "off_target" if failed else "not_assessed" if run.record.finished_at is None else "on_target"
    faults = [
        element(
            "Div", f"{source_word(view, load.source_id)}: {reason_word(load.error_class)}", title=load.message or ""
        )
        for load in run.failures
    ]
    cells: list[Children] = [
        _moment(view, run.record.started_at),
        state_tag(state, load_state_word(run.record.state)),
        trigger_word(run.record.trigger),
        format_number(run.rows_in),
        format_number(run.loaded),
        format_number(run.unchanged),
        format_number(run.superseded),
        format_number(run.quarantined),
        faults or "—",
    ]
    return row(columns, cells)
