"""A unit beside those that are like it, and its certificates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.elements import Children, Column, Element, element, link, row, table
from dashboards.components.marks import flag_tags, state_tag, track
from dashboards.components.panels import panel
from dashboards.components.ranks import rank_text, rank_words, without_small_link
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_moment, format_number, format_ratio, format_value, in_language
from dashboards.pages.unit_card import PATH, chosen_unit, is_known
from dashboards.view import View, nothing
from ioc.store import questions
from ioc.store.questions import IndicatorRow, PeriodRow, Reading
from ioc.words import gettext as _

COMPARED = ("online_submission_766", "ontime_766", "pay_dossier_online", "e_result_rate", "digitized_rate")
VOLUME = ("online_submission_simple", "online_submission_766")
"""Whose denominator tells how many dossiers a unit receives; the first that is known."""
CERTIFICATES = ("cert_coverage_leader", "cert_coverage_staff", "cert_active_rate", "cert_expiring")
PEERS = 6

Figures = Mapping[str, Mapping[str, Reading]]
"""By unit, then by indicator."""


def show_peers(view: View, filters: Filters) -> Component:
    """The peers' table and the certificates side by side."""
    period = view.period(filters)
    if period is None or not is_known(view, filters):
        return nothing()
    panels = [panel_ for panel_ in (_peer_panel(view, filters, period), _certificates(view, filters, period)) if panel_]
    return html.Div(panels, className="pair pair-wide" if len(panels) > 1 else "")


def read_peers(view: View, filters: Filters, period: PeriodRow) -> Figures:
    """Readings of the communes of the same parent."""
    unit = view.cover.units.get(chosen_unit(view, filters))
    if unit is None or unit.level != "commune":
        return {}
    wanted = [name for name in dict.fromkeys(COMPARED + VOLUME) if name in view.cover.indicators]
    found: dict[str, dict[str, Reading]] = {}
    for reading in questions.readings(
        view.connection,
        view.scope,
        period=period.period,
        indicators=wanted,
        parent=unit.parent_code,
        level="commune",
        without_small=filters.is_without_small,
    ):
        found.setdefault(reading.unit_code, {})[reading.indicator] = reading
    return found


def nearest(figures: Figures, unit: str) -> list[str]:
    """The unit among those that receive about as many dossiers, the one with the most first."""
    volumes = {code: volume for code, own in figures.items() if (volume := _volume(own)) is not None}
    if unit not in volumes:
        return []
    by_distance = sorted(volumes, key=lambda code: (abs(volumes[code] - volumes[unit]), code))
    return sorted(by_distance[: PEERS + 1], key=lambda code: (-volumes[code], code))


def _volume(own: Mapping[str, Reading]) -> float | None:
    reading = next((own[name] for name in VOLUME if name in own and own[name].denominator is not None), None)
    return None if reading is None or reading.denominator is None else float(reading.denominator)


def _peer_panel(view: View, filters: Filters, period: PeriodRow) -> Component | None:
    unit = chosen_unit(view, filters)
    figures = read_peers(view, filters, period)
    codes = nearest(figures, unit)
    if len(codes) < 2:
        return None
    compared = [view.cover.indicators[name] for name in COMPARED if name in view.cover.indicators]
    columns = [
        Column(_("Unit"), "peer-name"),
        Column(_("Dossiers"), "number"),
        *(Column(in_language(one.name_vi, one.name_en), "number peer-value") for one in compared),
    ]
    best = {one.indicator: _best([figures[code].get(one.indicator) for code in codes], one) for one in compared}
    rows = [_peer(view, filters, columns, code, figures[code], compared, best) for code in codes]
    title = _("Communes with about as many dossiers")
    return panel(
        title,
        table(columns, rows, caption=title, class_name="peers"),
        about=_("The best value among them is underlined; below each its place among all communes."),
        actions=[without_small_link(filters, PATH)],
        name="peers-panel",
    )


def _best(readings: Sequence[Reading | None], indicator: IndicatorRow) -> float | None:
    values = [reading.value for reading in readings if reading is not None and reading.value is not None]
    if not values:
        return None
    return min(values) if indicator.direction == "down" else max(values)


def _peer(
    view: View,
    filters: Filters,
    columns: Sequence[Column],
    code: str,
    own: Mapping[str, Reading],
    compared: Sequence[IndicatorRow],
    best: Mapping[str, float | None],
) -> Element:
    is_self = code == chosen_unit(view, filters)
    name = view.unit_name(code)
    words = element("B", name) if is_self else link(name, filters.link(PATH, unit=code, field=None), "grid-link")
    values = [_peer_value(own.get(one.indicator), one, best[one.indicator]) for one in compared]
    cells: list[Children] = [words, format_number(_volume(own)), *values]
    return row(columns, cells, "peer-self" if is_self else "")


def _peer_value(reading: Reading | None, indicator: IndicatorRow, best: float | None) -> Children:
    if reading is None or reading.value is None:
        return "—"
    mark = element("I", None, f"mark mark-{reading.status}", title="", **{"aria-hidden": "true"})
    text = format_value(reading.value, indicator.measure_unit, 1)
    value = element("Span", text, "peer-best" if reading.value == best else "", title=rank_words(reading))
    place = rank_text(reading)
    return [mark, " ", value, element("Div", place, "muted small") if reading.rank else None]


def _certificates(view: View, filters: Filters, period: PeriodRow) -> Component | None:
    known = [name for name in CERTIFICATES if name in view.cover.indicators]
    if not known:
        return None
    unit = chosen_unit(view, filters)
    readings = questions.readings(view.connection, view.scope, period=period.period, indicators=known, units=[unit])
    title = _("Digital certificates")
    if not any(reading.value is not None for reading in readings):
        return panel(title, message(_("No data yet"), _("No register of certificates covers this period.")))
    items = [_certificate(view, reading, view.cover.indicators[reading.indicator]) for reading in readings]
    times = [reading.as_of for reading in readings if reading.as_of is not None]
    foot = _("Data as of {moment}").format(moment=format_moment(max(times))) if times else _("No data time")
    return panel(title, [element("Ul", items, "certificates"), html.P(foot, className="panel-foot")], name="certs")


def _certificate(view: View, reading: Reading, indicator: IndicatorRow) -> Element:
    is_rate = indicator.measure_unit == "percent"
    value = (
        _("no data")
        if reading.value is None
        else format_value(reading.value, indicator.measure_unit, indicator.decimals)
    )
    ratio = format_ratio(reading.numerator, reading.denominator, reading.indicator)
    return element(
        "Li",
        [
            element("Span", in_language(indicator.name_vi, indicator.name_en), "cert-name"),
            element("B", value, "cert-value"),
            track(reading.value) if is_rate else None,
            element(
                "Span",
                [state_tag(reading.status), *flag_tags(view.flags(reading)), element("Span", ratio, "muted small")],
                "cert-note",
            ),
        ],
    )
