"""What changed in a unit since the period before, and why: points by criterion, rates by field of dossiers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from dash.development.base_component import Component

from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.marks import change_tag
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_percent, format_period, in_language
from dashboards.outlook import is_running
from dashboards.pages.unit_card import chosen_unit, is_known
from dashboards.view import View, nothing
from ioc.analysis.change import Change, Effect, PointsChange, PointsEffect
from ioc.analysis.explain import Place, Way, explain_points, explain_reading
from ioc.errors import UsageError
from ioc.periods import parse_period
from ioc.store.questions import IndicatorRow
from ioc.words import gettext as _

STRONGEST = 3
"""How many causes stand beside a figure."""
EXPLAINED = ("ontime_766", "online_submission_simple")
"""The other rates that can be taken apart are these turned round."""
LEAST_EFFECT = 0.0005
"""A cause of less than a twentieth of a percentage point is none."""


def show_why(view: View, filters: Filters) -> Component:
    """The changes against the period before, with their strongest causes."""
    period = view.period(filters)
    if period is None or not is_known(view, filters):
        return nothing()
    title = _("What changed, and why")
    before = parse_period(period.period).previous().id
    if is_running(view, period):
        words = _("{period} is not over yet: its causes are shown once it can be compared as a whole.")
        return panel(title, message(_("Not over yet"), words.format(period=format_period(period.period))), name="why")
    if before not in {known.period for known in view.cover.periods}:
        words = _("{period} is the first period with figures.").format(period=format_period(period.period))
        return panel(title, message(_("Nothing to compare with"), words), name="why")
    unit = chosen_unit(view, filters)
    sides = Place(unit, before), Place(unit, period.period)
    points = _points(view, *sides)
    changes = list(_changes(view, *sides))
    if points is None and not changes:
        words = _("Nothing of this unit is counted in both periods.")
        return panel(title, message(_("Nothing to compare with"), words), name="why")
    parts = [_points_part(points), _rates_part(changes)] if points else [_rates_part(changes)]
    about = _("{after} against {before}.").format(after=format_period(period.period), before=format_period(before))
    return panel(title, parts, about=about, name="why")


def _points(view: View, before: Place, after: Place) -> PointsChange | None:
    """The change of the leading index; None where one of its totals is not known."""
    try:
        return explain_points(view.connection, view.scope, index=view.index_id, before=before, after=after)
    except UsageError:
        return None


def _changes(view: View, before: Place, after: Place) -> Iterator[tuple[IndicatorRow, Change]]:
    """The rates on which leaders ask first, where both periods have cases."""
    for name in EXPLAINED:
        indicator = view.cover.indicators.get(name)
        if indicator is None:
            continue
        try:
            change = explain_reading(
                view.connection, view.scope, indicator=name, before=before, after=after, way=Way.FIELD
            )
        except UsageError:
            continue
        yield indicator, change


def _points_part(change: PointsChange) -> Element:
    moved = sorted((one for one in change.effects if one.difference), key=lambda one: -abs(one.difference))
    total = change_tag(change.after, change.before, measure_unit="points", decimals=2, direction="up")
    head = element("P", [element("B", _("Points of the index")), " ", total], "why-head")
    if not moved:
        return element("Div", [head, element("P", _("No criterion moved."), "muted")], "why-points")
    return element("Div", [head, element("Ul", [_criterion(one) for one in moved[:STRONGEST]])], "why-points")


def _criterion(one: PointsEffect) -> Element:
    name = _("{name} (group as a whole)").format(name=one.name) if one.is_rest else f"{one.node} {one.name}"
    tag = change_tag(one.difference, 0, measure_unit="points", decimals=2, direction="up")
    return element("Li", [tag, f" {name}"])


def _rates_part(changes: Sequence[tuple[IndicatorRow, Change]]) -> Element:
    columns = [
        Column(_("Indicator name"), "why-name"),
        Column(_("Before"), "number"),
        Column(_("Now"), "number"),
        Column(_("Change"), "number"),
        Column(_("Because the fields did better or worse"), "number"),
        Column(_("Because other fields have more dossiers"), "number"),
        Column(_("Most of it in"), "why-causes"),
    ]
    rows = [_row(columns, indicator, change) for indicator, change in changes]
    return table(columns, rows, caption=_("Changes of rates and their causes"), class_name="why-table")


def _row(columns: Sequence[Column], indicator: IndicatorRow, change: Change) -> Element:
    cells: list[Children] = [
        in_language(indicator.name_vi, indicator.name_en),
        format_percent(change.before),
        element("B", format_percent(change.after)),
        _moved(change.difference, indicator),
        _moved(change.rate, indicator),
        _moved(change.mix, indicator),
        [_cause(one, indicator) for one in change.effects[:STRONGEST] if abs(one.total) >= LEAST_EFFECT] or "—",
    ]
    return row(columns, cells)


def _cause(effect: Effect, indicator: IndicatorRow) -> Element:
    return element("Div", [_moved(effect.total, indicator), f" {effect.name}"])


def _moved(difference: float, indicator: IndicatorRow) -> Element:
    return change_tag(difference, 0, measure_unit="percent", decimals=2, direction=indicator.direction)
