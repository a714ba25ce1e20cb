"""Handing in a file: choose the source, see what was understood, confirm."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.marks import state_tag
from dashboards.components.panels import panel
from dashboards.filters import Filters
from dashboards.formats import format_moment, format_number, source_kind_word
from dashboards.pages.data_access import asked_from, why_closed
from dashboards.pages.data_columns import column_word, field_word
from dashboards.pages.data_values import value_word
from dashboards.pages.data_words import reason_word, warning_word
from dashboards.view import View, nothing
from ioc.intake import Confirmed, Preview, RefusedField, RunRequest, TypedValue, UploadSource
from ioc.words import gettext as _

MEGABYTE = 1_000_000
REFUSALS_SHOWN = 20


def show_upload(view: View, filters: Filters) -> Component:
    """The panel for files; where nobody may hand in any, the sentence that says why."""
    settings = view.settings
    if settings.intake is None and not settings.is_intake_closed:
        return nothing()
    title = _("Hand in a file")
    closed = why_closed(settings, asked_from())
    if closed is not None or settings.intake is None:
        return panel(title, html.P(closed, className="closed"), name="upload-panel")
    about = _("Nothing is stored before you confirm. Names of people are never kept.")
    sources = settings.intake.upload_sources()
    form = _form(view, sources, chosen=filters.source, limit_bytes=settings.intake.limit_bytes())
    return panel(title, [form, html.Div(id="data-upload-result", **aria(live="polite"))], about=about,
                 name="upload-panel")  # fmt: skip


def _form(view: View, sources: Sequence[UploadSource], *, chosen: str | None, limit_bytes: int) -> Element:
    kinds = [one.kind for one in sources]
    options = [
        element(
            "Option",
            source_kind_word(one.kind) + ("" if kinds.count(one.kind) == 1 else f" ({one.source_id})"),
            value=one.source_id,
        )
        for one in sorted(sources, key=lambda one: one.source_id != chosen)
    ]
    words = _("Drop a file here, at most {n} MB").format(n=format_number(limit_bytes // MEGABYTE))
    zone = element(
        "Div",
        [
            element("Button", _("Choose a file"), "button", type="button", **{"data-action": "choose"}),
            element("Span", words, "muted"),
        ],
        "drop-zone",
        **{"data-drop": "1"},
    )
    label = element("Label", [_("Source"), element("Select", options, "upload-source")], "upload-label")
    return element("Div", [label, zone], "upload-form", **{"data-limit": str(limit_bytes)})


def show_preview(found: Preview) -> Element:
    """What was understood of a file, and the button that takes it in."""
    head = element("H3", [found.name, element("Span", _size(found.size_bytes), "muted small")])
    if found.error is not None:
        fault = element("P", found.error)
        return element("Div", [head, state_tag("off_target", reason_word(found.error_class)), fault], "preview")
    parts: list[Any] = [head, _counts(found)]
    if found.loaded_at is not None:
        known = _("The same file was taken in at {moment}; taking it in again changes nothing.")
        parts.append(element("P", known.format(moment=format_moment(found.loaded_at)), "preview-known"))
    if found.about:
        parts.append(element("P", " · ".join(found.about), "preview-about"))
    if found.warnings:
        parts.append(_listed(_("Warnings"), [element("Li", warning_word(text)) for text in found.warnings], "warnings"))
    if found.refusals:
        parts.append(_refusals(found))
    parts += [_columns(found), _rows(found), _confirm(found)]
    return element("Div", [part for part in parts if part is not None], "preview")


def _size(size_bytes: int) -> str:
    return (
        f" {format_number(size_bytes / MEGABYTE, 1)} MB" if size_bytes >= 100_000 else f" {format_number(size_bytes)} B"
    )


def _counts(found: Preview) -> Element:
    words = [
        state_tag("on_target" if found.good else "off_target", _("{n} rows good").format(n=format_number(found.good)))
    ]
    if found.repeated:
        text = _("{n} rows repeat a key; the last one counts").format(n=format_number(found.repeated))
        words.append(state_tag("not_assessed", text))
    if found.refused:
        reasons = ", ".join(f"{reason_word(name)} {format_number(count)}" for name, count in found.reasons.items())
        text = _("{n} rows refused ({reasons})").format(n=format_number(found.refused), reasons=reasons)
        words.append(state_tag("at_risk", text))
    words.append(element("Span", _("of {n} rows in the file").format(n=format_number(found.rows_in)), "muted"))
    return element("Div", words, "preview-counts")


def _listed(title: str, items: Sequence[Element], name: str) -> Element:
    return element("Div", [element("H4", title), element("Ul", list(items))], f"preview-{name}")


def _refusals(found: Preview) -> Element:
    columns = [
        Column(_("Row"), "number"),
        Column(_("Cell"), ""),
        Column(_("Field in the file"), ""),
        Column(_("Reason"), ""),
        Column(_("Value (masked)"), ""),
    ]
    rows = [row(columns, _refusal(one)) for one in found.refusals[:REFUSALS_SHOWN]]
    title = _("Rows that would be refused")
    more = len(found.refusals) - REFUSALS_SHOWN
    parts = [element("H4", title), table(columns, rows, caption=title, class_name="preview-table")]
    if more > 0:
        parts.append(element("P", _("{n} more faults").format(n=format_number(more)), "muted small"))
    return element("Div", parts)


def _refusal(one: RefusedField) -> list[Children]:
    return [
        format_number(one.row_no),
        one.cell or "—",
        field_word(one.field),
        reason_word(one.reason),
        one.value or "—",
    ]


def _columns(found: Preview) -> Element:
    items = [
        element(
            "Li",
            [
                element("B", column_word(one.name)),
                element("Span", f" ← {one.heading}" if one.heading else "", "muted"),
                element("Span", f" {one.letter}" if one.letter else "", "muted"),
                element("Span", f" {format_number(one.filled)}", "number"),
            ],
        )
        for one in found.columns
    ]
    return _listed(_("What was recognised, and in how many rows"), items, "columns")


def _rows(found: Preview) -> Element | None:
    if not found.typed_rows:
        return None
    columns = [Column(_("Row"), "number"), *(Column(column_word(name), "") for name in found.typed_columns)]
    names = ("row", *found.typed_columns)
    rows = [row(columns, list(map(_typed, names, values))) for values in found.typed_rows]
    title = _("The first rows as they were understood")
    return element("Div", [element("H4", title), table(columns, rows, caption=title, class_name="preview-table")])


def _typed(column: str, value: TypedValue) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return format_moment(value)
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, (int, float, Decimal)):
        return format_number(value, 0 if value == int(value) else 2)
    return value_word(column, value)


def _confirm(found: Preview) -> Element:
    button = element(
        "Button",
        _("Take this file in"),
        "button button-main",
        type="button",
        disabled=found.rows_in == 0,
        **{"data-action": "confirm", "data-source": found.source_id, "data-sha256": found.sha256},
    )
    drop = element("Button", _("Leave it"), "button", type="button", **{"data-action": "leave"})
    words = _("Refused rows wait below to be corrected; the good ones count at once.") if found.refused else ""
    return element("Div", [button, drop, element("Span", words, "muted")], "preview-confirm")


def show_confirmed(done: Confirmed) -> Element:
    """The file lies in the inbox; what happens next."""
    words = _("{name} is in the inbox.").format(name=done.name.rpartition("/")[2])
    return show_run(done.run, words)


def show_run(run: RunRequest, words: str = "") -> Element:
    """A run was asked for; the browser asks on how it goes."""
    who = _("The scheduler takes it up within seconds.") if run.by_scheduler else _("A run has been started.")
    waiting = element(
        "P",
        [state_tag("not_assessed", _("waiting")), f" {words} {who}"],
        "run-wait",
        **{"data-run-source": run.source_id, "data-run-since": run.requested_at.isoformat()},
    )
    return element("Div", waiting, "preview")
