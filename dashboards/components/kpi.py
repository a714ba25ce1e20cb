"""The card of one indicator: value, counts, target, state, changes, sparkline, age of the data, one sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.components.method_link import method_link
from dashboards.components.panels import action_link
from dashboards.components.states import change_mark, flag_chips, state_pill
from dashboards.figures.sparkline import sparkline_uri
from dashboards.formats import (
    NO_BREAK,
    compared_words,
    evidence_word,
    format_change,
    format_count,
    format_date,
    format_moment,
    format_number,
    format_ratio,
    format_value,
    in_language,
    measure_unit_word,
)
from dashboards.outlook import outlook_effect
from dashboards.theme import Theme, state_colour
from ioc.analysis.settling import Unsettled
from ioc.store.questions import IndicatorRow, Reading
from ioc.words import gettext as _


@dataclass(frozen=True)
class Kpi:
    """What a card shows; a missing reading is shown as such."""

    indicator: IndicatorRow
    reading: Reading | None
    trend: Sequence[float | None]
    flags: Sequence[str]
    outlook: Unsettled | None = None
    """What is still open of the period, if that is much."""

    @property
    def unsettled(self) -> str:
        """In which way the figure may still move; empty where it stands."""
        return outlook_effect(self.outlook, self.indicator) if _has_value(self) else ""


def kpi_card(kpi: Kpi, theme: Theme, *, rows: str | None = None) -> Component:
    """A card with everything about one figure; `rows` is the address of those that it counts."""
    reading, row = kpi.reading, kpi.indicator
    status = reading.status if reading else "not_assessed"
    return html.Article(
        [
            html.Div([html.H3(_name(row)), state_pill(status)], className="kpi-head"),
            html.Div([_value(kpi), _spark(kpi, theme, status)], className="kpi-figure"),
            html.P([html.Span(_counts(kpi)), _rows_link(rows)], className="kpi-counts"),
            html.P([html.Span(_target(row)), method_link(row.indicator)], className="kpi-target"),
            html.P(_changes(kpi), className="kpi-changes"),
            html.P([sentence(kpi), _unsettled_note(kpi)], className="kpi-sentence"),
            html.Footer([html.Span(_data_time(reading)), *flag_chips(kpi.flags), _unsettled_chip(kpi)]),
        ],
        className=f"kpi kpi-{status}",
        **aria(label=_name(row)),
    )


def _rows_link(address: str | None) -> Component | None:
    return None if address is None else action_link(_("Rows"), address)


def kpi_wall_card(kpi: Kpi, theme: Theme) -> Component:
    """On a wall only name, value, state and change."""
    reading, row = kpi.reading, kpi.indicator
    status = reading.status if reading else "not_assessed"
    change = _change(kpi, "previous_value", "")
    stale = flag_chips([flag for flag in kpi.flags if flag == "stale"])
    return html.Article(
        [
            html.H3(_name(row)),
            html.Div([_value(kpi), _wall_trend(kpi, theme, status)], className="kpi-figure"),
            html.Div([state_pill(status), *stale, change], className="kpi-state"),
        ],
        className=f"kpi kpi-{status}",
        **aria(label=_name(row)),
    )


def _wall_trend(kpi: Kpi, theme: Theme, status: str) -> Component | None:
    if not _has_value(kpi):
        return None
    return html.Div([_spark(kpi, theme, status), _unsettled_chip(kpi)], className="wall-trend")


def _unsettled_chip(kpi: Kpi) -> Component | None:
    return html.Span(_("results incomplete"), className="flag flag-unsettled") if kpi.unsettled else None


def _unsettled_note(kpi: Kpi) -> Component | None:
    return html.Span(f" {kpi.unsettled}", className="unsettled") if kpi.unsettled else None


def sentence(kpi: Kpi) -> str:
    """What the card says in words: where the figure stands against its target, and what that means in counts."""
    reading, row = kpi.reading, kpi.indicator
    if reading is None or reading.value is None:
        return _("Not enough data to assess this period.")
    if reading.target is None:
        return _against_last_year(row, reading)
    gap = reading.value - reading.target
    if row.measure_unit != "percent" and reading.target == 0:
        return (
            _("Nothing left: as it should be.")
            if reading.value <= 0
            else _("{count} still to be dealt with.").format(count=_things(row, reading.value))
        )
    amount = format_change(gap, row.measure_unit, row.decimals)
    is_met = gap >= 0 if row.direction == "up" else gap <= 0
    if is_met:
        return _("Target met, {gap} to spare.").format(gap=amount) if gap else _("Exactly on target.")
    if reading.status == "on_target":
        return _("{gap} short of the target, which was met before: so little does not change the state.").format(
            gap=amount
        )
    return _("{gap} short of the target{missing}.").format(gap=amount, missing=_missing(row, reading))


def _missing(row: IndicatorRow, reading: Reading) -> str:
    """How many dossiers lie between the figure and its target."""
    if row.measure_unit != "percent" or reading.denominator is None or reading.numerator is None:
        return ""
    wanted = float(reading.denominator) * float(reading.target or 0)
    missing = math.ceil(round(abs(wanted - float(reading.numerator)), 6))
    return _(", that is {count}").format(count=format_count(missing, row.indicator))


def _against_last_year(row: IndicatorRow, reading: Reading) -> str:
    if reading.value is None or reading.last_year_value is None:
        return _("No target is set for this indicator.")
    difference = reading.value - reading.last_year_value
    amount = format_change(difference, row.measure_unit, row.decimals)
    words = _("{gap} above the same period of last year.") if difference > 0 else None
    return (words or _("{gap} below the same period of last year.")).format(gap=amount)


def _name(row: IndicatorRow) -> str:
    return in_language(row.name_vi, row.name_en)


def _has_value(kpi: Kpi) -> bool:
    return kpi.reading is not None and kpi.reading.value is not None


def _value(kpi: Kpi) -> Component:
    value = kpi.reading.value if kpi.reading else None
    if value is None:
        return html.Span(_("no data"), className="kpi-value kpi-missing")
    if kpi.indicator.measure_unit == "percent":
        number = format_number(value * 100, kpi.indicator.decimals)
        return html.Span([number, html.Small(f"{NO_BREAK}%")], className="kpi-value")
    number = format_value(value, kpi.indicator.measure_unit, kpi.indicator.decimals)
    word = measure_unit_word(kpi.indicator.measure_unit)
    return html.Span([number, html.Small(f"{NO_BREAK}{word}")], className="kpi-value")


def _things(row: IndicatorRow, value: float) -> str:
    return f"{format_number(value)}{NO_BREAK}{measure_unit_word(row.measure_unit)}"


def _spark(kpi: Kpi, theme: Theme, status: str) -> Component:
    target = kpi.reading.target if kpi.reading else None
    uri = sparkline_uri(kpi.trend, theme=theme, colour=state_colour(theme, status), target=target)
    if not uri or sum(value is not None for value in kpi.trend) < 2:
        return html.Span(className="spark")
    return html.Img(src=uri, className="spark", alt=_("Last {n} periods").format(n=len(kpi.trend)))


def _counts(kpi: Kpi) -> str:
    reading = kpi.reading
    if reading is None or reading.value is None:
        return ""
    return format_ratio(reading.numerator, reading.denominator, kpi.indicator.indicator)


def _target(row: IndicatorRow) -> str:
    if row.target is None:
        return _("No target")
    sign = "≥" if row.direction == "up" else "≤"
    target = format_value(row.target, row.measure_unit, 2 if (row.target * 100) % 1 else 0)
    status = evidence_word(row.target_status)
    words = _("Target {sign} {target}").format(sign=sign, target=target)
    due = f" {_('by {day}').format(day=format_date(row.target_due))}" if row.target_due else ""
    return words + due + (f" ({status})" if status else "")


def _changes(kpi: Kpi) -> list[Component | str]:
    reading = kpi.reading
    previous = compared_words(reading.compared_previous) if reading else ""
    last_year = compared_words(reading.compared_last_year) if reading else ""
    found = [
        _change(kpi, "previous_value", previous or _("since last period")),
        _change(kpi, "last_year_value", last_year or _("in a year")),
    ]
    return [change for change in found if change is not None]


def _change(kpi: Kpi, before: str, words: str) -> Component | None:
    reading, row = kpi.reading, kpi.indicator
    if reading is None:
        return None
    return change_mark(
        reading.value,
        getattr(reading, before),
        measure_unit=row.measure_unit,
        decimals=row.decimals,
        # a period without all its results is not yet better or worse than a settled one
        direction="" if kpi.unsettled else row.direction,
        words=words,
    )


def _data_time(reading: Reading | None) -> str:
    if reading is None or reading.as_of is None:
        return _("No data time")
    return _("Data as of {moment}").format(moment=format_moment(reading.as_of))
