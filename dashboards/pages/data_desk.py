"""One refused row on the desk: what came, what is wrong, what may be meant, and another value for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.components.elements import Column, Element, element, row, table
from dashboards.components.panels import action_link, panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_moment, format_number
from dashboards.pages.data_access import asked_from, open_port
from dashboards.pages.data_columns import column_word, field_word
from dashboards.pages.data_values import kept_value, value_line
from dashboards.pages.data_words import origin_word, reason_word
from dashboards.source_names import source_word
from dashboards.view import View, nothing
from ioc.intake import Correctable, IntakeError, IntakePort, LandedLoad, RefusedAgainError, RefusedRow, UnitSuggestion
from ioc.store import intake_questions
from ioc.words import gettext as _

PATH = "/data"
UNITS = "data-desk-units"
LOADS_SEARCHED = 100_000
UNIT_COLUMNS = ("unit_code", "unit_code_field", "source_unit_code")


def row_name(load_id: int, row_no: int) -> str:
    """How the address names a refused row."""
    return f"{load_id}-{row_no}"


def read_row_name(text: str | None) -> tuple[int, int] | None:
    """Load and row of the address; None where it names none."""
    load, _dash, number = (text or "").partition("-")
    return (int(load), int(number)) if load.isdecimal() and number.isdecimal() else None


def find_load(view: View, load_id: int) -> LandedLoad | None:
    """The ledger's line of a load, from the snapshot."""
    found = intake_questions.loads(view.connection, view.scope, limit=LOADS_SEARCHED)
    return next(
        (
            LandedLoad(one.load_id, one.source_id, one.origin, one.sha256 or "", one.fetched_at)
            for one in found
            if one.load_id == load_id
        ),
        None,
    )


def show_desk(view: View, filters: Filters) -> Component:
    """The chosen row; nothing where none is chosen or nobody may correct it."""
    port = open_port(view.settings, asked_from())
    named = read_row_name(filters.row)
    load = find_load(view, named[0]) if named is not None else None
    if port is None or named is None or load is None:
        return nothing()
    title = _("Correct row {row} of {file}").format(row=format_number(named[1]), file=origin_word(load.origin))
    close = action_link(_("Close"), filters.link(PATH, row=None))
    try:
        found = port.refused_row(load, named[1])
    except IntakeError as error:
        closed = message(_("This row cannot be corrected here"), str(error))
        return panel(title, html.Div(closed, **_opened(filters)), actions=[close], name="desk-panel")
    parts: list[Any] = [_place(view, found), _kept(found), _form(port, found)]
    return panel(title, html.Div(parts, className="row-desk", **_opened(filters)), actions=[close], name="desk-panel")


def _opened(filters: Filters) -> dict[str, Any]:
    """The mark by which assets/data.js sees that a row was opened, and brings it into view."""
    return {"data-desk-row": filters.row}


def _place(view: View, found: RefusedRow) -> Element:
    words = [source_word(view, found.load.source_id), format_moment(found.load.fetched_at)]
    return element("P", " · ".join(words), "muted small")


def _kept(found: RefusedRow) -> Element:
    """What was kept of the row: enough to know it again, and nobody's name."""
    items = [
        element("Div", [element("Dt", column_word(name)), element("Dd", kept_value(name, value))])
        for name, value in found.kept.items()
    ]
    return element("Div", [element("H3", _("What was kept of the row")), element("Dl", items, "kept")])


def _form(port: IntakePort, found: RefusedRow) -> Element:
    if found.not_correctable is not None:
        faults = [element("Li", f"{field_word(one.field)}: {reason_word(one.reason)}") for one in found.problems]
        return element("Div", [element("Ul", faults), element("P", found.not_correctable, "closed")])
    if not found.problems:
        words = _("The row would be accepted now; trying all refused rows of the source again takes it in.")
        return element("Div", [element("P", words), replay_button(found.load.source_id)])
    fields = [_field(one, place) for place, one in enumerate(found.problems)]
    parts = [element("H3", _("What it should say")), *fields]
    if any(one.column in UNIT_COLUMNS for one in found.problems):
        parts += [_remember(), _unit_list(port.units())]
    button = element(
        "Button", _("Correct and load again"), "button button-main", type="button", **{"data-action": "correct"}
    )
    result = html.Div(id="data-desk-result", **aria(live="polite"))
    name = row_name(found.load.load_id, found.row_no)
    return element("Div", [*parts, button, result], "desk-form", **{"data-row": name})


def _field(one: Correctable, place: int) -> Element:
    name = f"data-desk-value-{place}"
    came = f"“{value_line(one.field, one.value)}”" if one.value else _("nothing")
    words = _("{reason}; came: {value}").format(reason=reason_word(one.reason), value=came)
    is_unit = one.column in UNIT_COLUMNS
    box = {
        "type": "Input",
        "namespace": "dash_core_components",
        "props": {
            "id": name,
            "type": "text",
            "autoComplete": "off",
            "placeholder": _("unit code") if is_unit else _("the right value"),
            **({"list": UNITS} if is_unit else {}),
        },
    }
    label = element("Label", [element("B", field_word(one.field)), element("Span", words, "muted small")], htmlFor=name)
    parts: list[Any] = [label, box]
    if one.suggestions:
        parts.append(_suggestions(one.suggestions, name))
    return element("Div", parts, "desk-field", **{"data-column": one.column})


def _suggestions(found: Sequence[UnitSuggestion], target: str) -> Element:
    buttons = [
        element(
            "Button",
            [element("B", one.name), f" {one.unit_code} ", element("Span", f"{one.score} %", "muted")],
            "suggestion",
            type="button",
            **{"data-action": "suggest", "data-target": target, "data-value": one.unit_code},
        )
        for one in found
    ]
    return element("Div", [element("Span", _("Perhaps:"), "muted"), *buttons], "suggestions")


def _remember() -> Element:
    box = {
        "type": "Checklist",
        "namespace": "dash_core_components",
        "props": {
            "options": [{"label": _("Remember: in this source this spelling always means this unit"), "value": "yes"}],
            # a rule for good is what somebody decides, not what happens
            "value": [],
            "className": "remember",
        },
    }
    return element("Div", box, "desk-remember")


def _unit_list(units: Sequence[UnitSuggestion]) -> Element:
    return element("Datalist", [element("Option", one.name, value=one.unit_code) for one in units], id=UNITS)


def still_refused(error: RefusedAgainError) -> str:
    """Why a correction is not taken, with its fields and reasons in the page's words."""
    faults = [f"{field_word(field)}: {reason_word(reason)}" for field, reason in error.faults]
    return error.sentence.format(faults="; ".join(faults))


def replay_button(source_id: str) -> Element:
    """Tries all refused rows of a source again."""
    words = _("Try unknown units again")
    return element("Button", words, "button", type="button", **{"data-action": "replay", "data-source": source_id})


def show_corrections(view: View, filters: Filters) -> Component:
    """What was stated about refused rows: who, when, which value in place of which."""
    source = next((one.source_id for one in view.cover.sources if one.source_id == filters.source), None)
    found = intake_questions.corrections(view.connection, view.scope, source=source, limit=200)
    if not found:
        return nothing()
    title = _("Corrections")
    columns = [
        Column(_("When"), ""),
        Column(_("Source"), ""),
        Column(_("File or answer"), "wide"),
        Column(_("Row"), "number"),
        Column(_("Field in the file"), ""),
        Column(_("It said"), ""),
        Column(_("Now it says"), ""),
        Column(_("Reason"), ""),
        Column(_("By"), ""),
        Column(_("Result"), ""),
    ]
    rows = [
        row(
            columns,
            [
                format_moment(one.corrected_at),
                source_word(view, one.source_id),
                origin_word(one.origin),
                format_number(one.row_no),
                column_word(one.field) if one.field else _("tried again as it was"),
                value_line(one.field, one.old_value) if one.old_value else "—",
                value_line(one.field, one.new_value) if one.new_value else "—",
                reason_word(one.reason),
                by_word(one.corrected_by),
                _("accepted") if one.is_accepted else _("refused again"),
            ],
        )
        for one in found
    ]
    about = _(
        "A correction is a load of its own: it can be walked back to, and a later file of the source outweighs it."
    )
    return panel(
        title, table(columns, rows, caption=title, class_name="corrections"), about=about, name="correction-panel"
    )


def by_word(by: str) -> str:
    """Who stated a correction."""
    return _("on the Data page") if by == "web" else by
