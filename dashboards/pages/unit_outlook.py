"""Whether a unit will meet its dated targets, with an interval and how far it may be relied upon."""

from __future__ import annotations

from collections.abc import Sequence

from dash.development.base_component import Component

from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.method_link import method_link
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_date, format_number, format_value, in_language
from dashboards.pages.unit_card import chosen_unit, is_known
from dashboards.view import View, nothing
from ioc.analysis.forecast import Course
from ioc.analysis.outlook import Outlook, foresee_all
from ioc.analysis.outlook_rows import course_words, silence_words
from ioc.catalog.model import Indicator
from ioc.words import gettext as _

DECIMALS = 1
"""A forecast that is more exact than that would pretend."""


def show_outlook(view: View, filters: Filters) -> Component:
    """One row for each indicator whose target has a date that is still to come."""
    if view.period(filters) is None or not is_known(view, filters) or view.settings.catalog is None:
        return nothing()
    title = _("Forecast to the targets' dates")
    dated = [one for one in view.settings.catalog.indicators if _is_dated(view, one)]
    unit = chosen_unit(view, filters)
    found = foresee_all(view.connection, view.scope, indicators=dated, units=[unit])
    if not found:
        words = _("No indicator of this unit has both a target with a date and months of figures.")
        return panel(title, message(_("Nothing to forecast"), words), name="outlook")
    about = _("By the newest full month, whichever period is chosen above. The interval holds in 8 of 10 cases.")
    columns = _columns()
    rows = [_row(columns, indicator, outlook) for indicator, outlook in found]
    body = table(columns, rows, caption=title, class_name="outlook-table")
    return panel(title, body, about=about, actions=[method_link("forecast")], name="outlook")


def _is_dated(view: View, indicator: Indicator) -> bool:
    as_of, target = view.cover.info.as_of, indicator.target
    if target is None or target.due is None or indicator.id not in view.cover.indicators:
        return False
    return as_of is None or target.due > as_of.date()


def _columns() -> list[Column]:
    return [
        Column(_("Indicator name"), "outlook-name"),
        Column(_("Newest month"), "number"),
        Column(_("Target"), "number"),
        Column(_("Expected then"), "number"),
        Column(_("Interval"), "number"),
        Column(_("Course"), "outlook-course"),
        Column(_("Past forecasts that came true"), "number"),
    ]


def _row(columns: Sequence[Column], indicator: Indicator, outlook: Outlook) -> Element:
    expected = outlook.expected
    cells: list[Children] = [
        in_language(indicator.name.vi, indicator.name.en),
        _shown(outlook.last_value, indicator),
        _target(outlook, indicator),
        "—" if expected is None else element("B", _shown(expected.value, indicator)),
        "—" if expected is None else f"{_shown(expected.low, indicator)} – {_shown(expected.high, indicator)}",
        _course(outlook),
        _reliance(outlook),
    ]
    return row(columns, cells)


def _shown(value: float | None, indicator: Indicator) -> str:
    return format_value(value, indicator.measure_unit, DECIMALS)


def _target(outlook: Outlook, indicator: Indicator) -> Children:
    sign = "≥" if str(indicator.direction) == "up" else "≤"
    due = element("Div", _("by {day}").format(day=format_date(outlook.due)), "muted small")
    return [element("Div", f"{sign} {_shown(outlook.target, indicator)}"), due]


def _course(outlook: Outlook) -> Element:
    """On course, at risk or out of reach by shape, colour and word; or why nothing is said."""
    if outlook.course is None:
        reason = "" if outlook.silence is None else silence_words(outlook.silence)
        return element("Span", _("No forecast: {reason}").format(reason=reason), "muted")
    status = {Course.ON_COURSE: "on_target", Course.AT_RISK: "at_risk", Course.OUT_OF_REACH: "off_target"}[
        outlook.course
    ]
    mark = element("I", None, f"mark mark-{status}", **{"aria-hidden": "true"})
    return element("Span", [mark, course_words(outlook.course)], f"state state-{status}")


def _reliance(outlook: Outlook) -> str:
    if not outlook.tried:
        return "—"
    return _("{covered} of {tried}").format(covered=format_number(outlook.covered), tried=format_number(outlook.tried))
