"""Every indicator of one unit, by theme: value, parts, target, state, changes, trend and rank."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import Children, Column, Element, element, picture, row, table
from dashboards.components.evidence_link import evidence_address, evidence_link
from dashboards.components.marks import change_tag, flag_tags, state_tag
from dashboards.components.panels import panel
from dashboards.components.ranks import rank_cell, without_small_link
from dashboards.components.states import message
from dashboards.figures.sparkline import sparkline_uri
from dashboards.filters import Filters
from dashboards.formats import (
    compared_words,
    evidence_word,
    format_date,
    format_moment,
    format_number,
    format_ratio,
    format_value,
    in_language,
    measure_unit_word,
    status_word,
)
from dashboards.outlook import read_outlook
from dashboards.pages.unit_card import PATH, chosen_unit, is_known
from dashboards.theme import STATE_SYMBOLS, THEMES, Theme, state_colour
from dashboards.view import View, nothing
from ioc.analysis.settling import Unsettled, may_move
from ioc.store import questions
from ioc.store.questions import IndicatorRow, PeriodRow, Reading
from ioc.words import gettext as _

GROUPS = (
    "composite",
    "progress",
    "online",
    "payment",
    "digitisation",
    "signatures",
    "publicity",
    "satisfaction",
    "documents",
    "plan",
    "community",
    "infrastructure",
)
"""The order of the themes; others follow."""

Trends = Mapping[str, Sequence[float | None]]


@dataclass(frozen=True)
class Beside:
    """What the rows need beside their readings."""

    view: View
    trends: Trends
    theme: Theme
    outlook: Unsettled | None
    filters: Filters

    def address(self, reading: Reading) -> str:
        """Of the rows behind a figure."""
        return evidence_address(
            self.filters, reading.indicator, unit=reading.unit_code, period=reading.period, series=reading.series
        )


def group_word(group: str) -> str:
    """A theme of indicators in words."""
    words = {
        "composite": _("Overall"),
        "publicity": _("Publicity and transparency"),
        "progress": _("Progress of dossiers"),
        "online": _("Online submission"),
        "payment": _("Online payment"),
        "digitisation": _("Digitisation"),
        "satisfaction": _("Satisfaction"),
        "signatures": _("Digital signatures"),
        "documents": _("Electronic documents and work files"),
        "plan": _("Planned tasks"),
        "community": _("Community digital teams"),
        "infrastructure": _("Digital infrastructure"),
        "dti": _("Digital transformation index"),
        "quality": _("Quality of data"),
    }
    return words.get(group, _("Other indicators"))


def read_figures(view: View, filters: Filters, period: PeriodRow) -> list[Reading]:
    """The unit's readings by theme, in the catalogue's order within each."""
    unit = chosen_unit(view, filters)
    readings = questions.readings(
        view.connection, view.scope, period=period.period, units=[unit], without_small=filters.is_without_small
    )
    known = [reading for reading in readings if reading.indicator in view.cover.indicators]
    return sorted(known, key=lambda reading: _group_place(view.cover.indicators[reading.indicator].indicator_group))


def _group_place(group: str) -> int:
    return GROUPS.index(group) if group in GROUPS else len(GROUPS)


def show_figures(view: View, filters: Filters) -> Component:
    """The table of all indicators."""
    period = view.period(filters)
    if period is None or not is_known(view, filters):
        return nothing()
    readings = read_figures(view, filters, period)
    title = _("All indicators")
    if not readings:
        return panel(title, message(_("No figures for this period"), _("Choose another period.")))
    trends = read_trends(view, filters, period, [reading.indicator for reading in readings])
    wanted = filters.with_(unit=chosen_unit(view, filters), period=period.period, indicator=None)
    actions = [without_small_link(filters, PATH), *download_links(wanted, "readings")]
    outlook = read_outlook(view, period, chosen_unit(view, filters))
    body = _themes(readings, Beside(view, trends, THEMES[filters.theme_name], outlook, filters))
    return panel(title, body, about=_sentence(readings), actions=actions, name="figures-panel")


def read_trends(view: View, filters: Filters, period: PeriodRow, indicators: Sequence[str]) -> Trends:
    """The last thirteen periods of each indicator, asked at once."""
    found: dict[str, list[float | None]] = defaultdict(list)
    for point in view.trend(period, indicators=indicators, unit=chosen_unit(view, filters)):
        found[point.indicator].append(point.value)
    return found


def _sentence(readings: Sequence[Reading]) -> str:
    """How many indicators stand how, and until when the data reach."""
    count = {state: sum(one.status == state for one in readings) for state in ("on_target", "at_risk", "off_target")}
    words = _("On target: {good} · at risk: {risk} · off target: {bad} · not assessed: {rest}.").format(
        good=count["on_target"],
        risk=count["at_risk"],
        bad=count["off_target"],
        rest=len(readings) - sum(count.values()),
    )
    times = [reading.as_of for reading in readings if reading.as_of is not None]
    columns = _("c3 to c13: columns of form II.06a.")
    words = f"{words} {columns}"
    return f"{words} {_('Data as of {moment}').format(moment=format_moment(max(times)))}." if times else words


def figure_columns() -> list[Column]:
    """The columns of the table of indicators."""
    return [
        Column(_("Indicator name"), "indicator"),
        Column(_("Value"), "number value"),
        Column(_("State"), "state-cell"),
        Column(_("Target"), "target"),
        Column(_("Last period"), "number"),
        Column(_("Last year"), "number"),
        Column(_("Trend"), "trend"),
        Column(_("Rank"), "number rank"),
    ]


def _themes(readings: Sequence[Reading], beside: Beside) -> list[Element]:
    """A table for each theme, which folds: on a phone only the first stands open."""
    columns, indicators = figure_columns(), beside.view.cover.indicators
    found: dict[str, list[Reading]] = {}
    for reading in readings:
        found.setdefault(group_word(indicators[reading.indicator].indicator_group), []).append(reading)
    return [
        element(
            "Details",
            [
                _heading(words, own),
                table(columns, [figure_row(columns, one, beside) for one in own], caption=words, class_name="figures"),
            ],
            "theme",
            open=True,
            **({} if place == 0 else {"data-narrow": "closed"}),
        )
        for place, (words, own) in enumerate(found.items())
    ]


def _heading(words: str, readings: Sequence[Reading]) -> Element:
    """A theme's name and how many of its indicators stand how: enough to know whether to unfold it."""
    count = Counter(reading.status for reading in readings)
    marks = [_count(status, count[status]) for status in STATE_SYMBOLS if count[status]]
    return element("Summary", [element("H3", words), element("Span", marks, "theme-marks")])


def _count(status: str, count: int) -> Element:
    mark = element("I", None, f"mark mark-{status}", **{"aria-hidden": "true"})
    word = element("Span", f"{status_word(status)}: ", "unseen")
    return element("Span", [mark, word, format_number(count)], title=status_word(status))


def figure_row(columns: Sequence[Column], reading: Reading, beside: Beside) -> Element:
    """One indicator with everything that is known of it."""
    indicator = beside.view.cover.indicators[reading.indicator]
    name = in_language(indicator.name_vi, indicator.name_en)
    direction = "none" if may_move(indicator, beside.outlook) else indicator.direction
    cells: list[Children] = [
        [element("Span", name, "figure-name"), element("Span", _formula(indicator), "node-rule")],
        value_cell(reading, indicator, beside.address(reading)),
        [_state(reading), *flag_tags(beside.view.flags(reading))],
        _target(reading, indicator),
        _change(reading, indicator, reading.previous_value, direction, reading.compared_previous),
        _change(reading, indicator, reading.last_year_value, direction, reading.compared_last_year),
        _trend(reading, beside),
        rank_cell(reading),
    ]
    return row(columns, cells)


def _trend(reading: Reading, beside: Beside) -> Element:
    values = beside.trends.get(reading.indicator, ())
    colour = state_colour(beside.theme, reading.status)
    source = sparkline_uri(values, theme=beside.theme, colour=colour, target=reading.target) if len(values) > 1 else ""
    return picture(source, _("Last {n} periods").format(n=len(values)), "spark")


def _state(reading: Reading) -> Element:
    """The state; a figure that is known but has no target is not merely unassessed."""
    has_no_target = reading.status == "not_assessed" and reading.value is not None and reading.target is None
    return state_tag(reading.status, _("no target set") if has_no_target else None)


def _formula(indicator: IndicatorRow) -> str:
    return in_language(indicator.formula_vi, indicator.formula_en)


def value_cell(reading: Reading, indicator: IndicatorRow, address: str) -> Children:
    """A figure, which leads to its rows, with its parts, or with what it counts."""
    if reading.value is None:
        return element("B", _("no data"), "muted")
    text = format_value(reading.value, indicator.measure_unit, indicator.decimals)
    bound = _bound_word(reading.bound)
    value = evidence_link(element("B", f"{bound} {text}" if bound else text, "figure-value"), address)
    parts = format_ratio(reading.numerator, reading.denominator, reading.indicator)
    if indicator.measure_unit == "percent":
        return [value, element("Div", parts, "muted small")] if parts else value
    word = measure_unit_word(indicator.measure_unit)
    return [value, element("Div", f"{word} · {parts}" if parts else word, "muted small")]


def _bound_word(bound: str | None) -> str:
    """What stands before a reported figure that is not exact."""
    words = {"at_least": _("at least"), "about": _("about")}
    return words.get(bound or "", "")


def _target(reading: Reading, indicator: IndicatorRow) -> Children:
    if reading.target is None:
        return element("Span", "—", "muted", title=_("No target"))
    sign = "≥" if indicator.direction == "up" else "≤"
    value = format_value(reading.target, indicator.measure_unit, 2 if (reading.target * 100) % 1 else 0)
    status = evidence_word(indicator.target_status)
    due = _("by {day}").format(day=format_date(indicator.target_due)) if indicator.target_due else ""
    return [
        element("Div", f"{sign} {value}"),
        element("Div", due, "muted small") if due else None,
        element("Div", status, "muted small", title=indicator.target_source or ""),
    ]


def _change(
    reading: Reading, indicator: IndicatorRow, before: float | None, direction: str, compared: str | None
) -> Children:
    change = change_tag(
        reading.value, before, measure_unit=indicator.measure_unit, decimals=indicator.decimals, direction=direction
    )
    words = compared_words(compared)
    return [change, element("Div", words, "muted small")] if words else change
