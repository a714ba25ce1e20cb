"""How is my area doing today, what needs me?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from dash import Dash, Output, html
from dash.development.base_component import Component

from dashboards.components.elements import Element
from dashboards.components.evidence_link import evidence_address
from dashboards.components.filter_bar import filter_bar, indicator_select, period_select
from dashboards.components.freshness import Concern, attention_list, source_rows
from dashboards.components.kpi import Kpi, kpi_card, kpi_wall_card
from dashboards.components.panels import Cell, action_link, graph, panel, plain_table
from dashboards.components.places import wall_places
from dashboards.components.ranks import rank_text, rank_words, without_small_link
from dashboards.components.score import group_bars, ranking_list, score_foot, score_head, score_notes
from dashboards.components.states import message, state_pill
from dashboards.figures.places import Place, places_figure
from dashboards.filters import Filters, read_filters
from dashboards.formats import format_number, format_period, format_ratio, format_value, in_language
from dashboards.outlook import is_recent, is_running, read_outlook
from dashboards.shell import MAP_TYPE, QUERY, VERSION
from dashboards.source_names import source_word
from dashboards.theme import THEMES
from dashboards.view import Desk, Settings, View
from ioc.analysis.settling import Unsettled
from ioc.store import questions, score_questions
from ioc.store.questions import PeriodRow, Reading
from ioc.store.score_questions import NodeScore, Score
from ioc.words import gettext as _

NAME = "overview"
PATH = "/"
UNIT_PATH = "/units/<unit>"
INDEX_PATH = "/indices/<index>"
DATA_PATH = "/data"
EXPORT_PATH = "/exports/readings.csv"

CARDS = (
    "ontime_766",
    "online_submission_766",
    "pay_dossier_online",
    "e_result_rate",
    "digitized_rate",
    "dossier_satisfaction",
    "open_overdue_count",
    "cert_coverage_staff",
)
"""What a leader is asked about, in the order of the screen; those that the catalogue lacks give way to SPARE_CARDS."""
SPARE_CARDS = (
    "online_submission_simple",
    "ontime_completed",
    "reuse_rate",
    "cert_coverage_leader",
    "dossier_sync_rate",
)
MAP_INDICATOR = "online_submission_766"
RANKED, RANKED_ON_WALL = 5, 3
COMPARED = "commune"
"""Departments have other duties: they are not ranked among communes."""
SEVERITY = ("off_target", "at_risk")


def title() -> str:
    return _("Overview")


def navigation(settings: Settings) -> dict[str, str] | None:
    return {}


def layout(**query: Any) -> Component:
    """Three places that fill by themselves."""
    filters = read_filters(query)
    parts = [html.Div(id=f"{NAME}-{part}", className=f"overview-{part}") for part in ("figures", "score", "places")]
    return html.Div(
        [html.H1(title(), className="unseen"), *parts], className=f"page overview {'wall' if filters.is_kiosk else ''}"
    )


def register(app: Dash, desk: Desk) -> None:
    """One callback for each place of the page."""
    bodies = {"figures": show_figures, "score": show_score, "places": show_places}
    for part, body in bodies.items():

        def fill(query: Mapping[str, Any] | None, _version: Any, body: Any = body) -> Element:
            return desk.show(query or {}, body)

        app.callback(Output(f"{NAME}-{part}", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)


def show_figures(view: View, filters: Filters) -> Component:
    """The filter bar and the cards."""
    period = view.period(filters)
    if period is None:
        return _no_period(view, filters)
    theme = THEMES[filters.theme_name]
    kpis = read_kpis(view, _area(view, filters), period)
    if filters.is_kiosk:
        return html.Div([kpi_wall_card(kpi, theme) for kpi in kpis], className="kpis")
    cards = html.Div([kpi_card(kpi, theme, rows=_rows_behind(kpi, filters)) for kpi in kpis], className="kpis")
    return html.Div([_bar(view, filters, period), cards] if kpis else [_bar(view, filters, period), _no_figures()])


def _rows_behind(kpi: Kpi, filters: Filters) -> str | None:
    reading = kpi.reading
    if reading is None or reading.value is None:
        return None
    return evidence_address(
        filters, reading.indicator, unit=reading.unit_code, period=reading.period, series=reading.series
    )


def read_kpis(view: View, unit: str, period: PeriodRow) -> list[Kpi]:
    """The cards' figures: one question for the readings, one for all sparklines."""
    known = [name for name in CARDS + SPARE_CARDS if name in view.cover.indicators][: len(CARDS)]
    readings = {
        row.indicator: row
        for row in questions.readings(view.connection, view.scope, period=period.period, indicators=known, units=[unit])
    }
    trends: dict[str, list[float | None]] = defaultdict(list)
    for point in view.trend(period, indicators=known, unit=unit):
        trends[point.indicator].append(point.value)
    outlook = read_outlook(view, period, unit)
    return [_kpi(view, name, readings.get(name), trends[name], outlook) for name in known]


def _kpi(
    view: View, name: str, reading: Reading | None, trend: Sequence[float | None], outlook: Unsettled | None
) -> Kpi:
    flags = view.flags(reading) if reading else []
    return Kpi(indicator=view.cover.indicators[name], reading=reading, trend=trend, flags=flags, outlook=outlook)


def show_score(view: View, filters: Filters) -> Component:
    """The area's score with its groups, and the best and worst communes."""
    period = view.period(filters)
    if period is None or not view.index_id:
        return html.Div()
    unit = _area(view, filters)
    nodes = score_questions.score_tree(
        view.connection, view.scope, index=view.index_id, unit=unit, period=period.period
    )
    ranked = score_questions.scores(
        view.connection,
        view.scope,
        index=view.index_id,
        period=period.period,
        kind="total",
        level=COMPARED,
        parent=unit,
    )
    panels = [
        _score_panel(view, filters, nodes, read_outlook(view, period, unit)),
        _ranking_panel(view, filters, ranked, is_settled=not is_recent(view, period)),
    ]
    return html.Div(panels, className="pair")


def _score_panel(view: View, filters: Filters, nodes: Sequence[NodeScore], outlook: Unsettled | None) -> Component:
    total = next((node for node in nodes if node.kind == "total"), None)
    band = view.cover.band_of(view.index_id, total.points if total else None)
    name = in_language(total.name_vi, total.name_en) if total else _("Score")
    children = [
        score_head(total, band, view.flags(total) if total else [], is_settled=outlook is None),
        group_bars(nodes),
        score_notes(nodes, outlook, is_short=filters.is_kiosk),
        None if filters.is_kiosk else html.P(score_foot(total), className="panel-foot"),
    ]
    details = action_link(_("By criterion"), filters.link(INDEX_PATH, index=view.index_id))
    return panel(name, children, actions=[] if filters.is_kiosk else [details], name="panel-score")


def _ranking_panel(view: View, filters: Filters, ranked: Sequence[Score], *, is_settled: bool) -> Component:
    known = [score for score in ranked if score.points is not None]
    count = RANKED_ON_WALL if filters.is_kiosk else RANKED
    if len(known) < 2:
        return panel(_("Ranking of communes"), message(_("No ranking yet"), _("No commune has points in this period.")))
    best = [(score, _unit_link(filters, score.unit_code)) for score in known[:count]]
    worst = [(score, _unit_link(filters, score.unit_code)) for score in known[-min(count, len(known) - 1) :]]
    lists = html.Div(
        [
            ranking_list(_("Highest"), best, kind="best", is_settled=is_settled),
            ranking_list(_("Lowest"), worst, kind="worst", is_settled=is_settled),
        ],
        className="rankings",
    )
    actions = (
        [] if filters.is_kiosk else [action_link(_("Whole ranking"), filters.link(INDEX_PATH, index=view.index_id))]
    )
    about = _("{n} communes by total points").format(n=format_number(len(known)))
    return panel(_("Ranking of communes"), lists, about=about, actions=actions, name="panel-ranks")


def show_places(view: View, filters: Filters) -> Component:
    """The map with its twin table, what needs attention, and the sources."""
    period = view.period(filters)
    if period is None:
        return html.Div()
    indicator = _map_indicator(view, filters)
    readings = read_places(view, _area(view, filters), period, indicator, without_small=filters.is_without_small)
    map_panel = _map_panel(view, filters, indicator, readings)
    if filters.is_kiosk:
        return map_panel
    attention = panel(_("Needs attention"), attention_list(find_concerns(view, filters, period)), name="panel-needs")
    sources = panel(
        _("Sources"), source_rows(view), actions=[action_link(_("Data"), filters.link(DATA_PATH))], name="panel-sources"
    )
    return html.Div([map_panel, html.Div([attention, sources], className="stack")], className="pair pair-wide")


def read_places(
    view: View, unit: str, period: PeriodRow, indicator: str, *, without_small: bool = False
) -> list[Reading]:
    """One indicator of all communes of an area, the best first, those without a place last."""
    found = questions.readings(
        view.connection,
        view.scope,
        period=period.period,
        indicators=[indicator],
        level=COMPARED,
        parent=unit,
        without_small=without_small,
    )
    return sorted(found, key=lambda reading: (reading.rank is None, reading.rank or 0))


def _map_panel(view: View, filters: Filters, indicator: str, readings: Sequence[Reading]) -> Component:
    row = view.cover.indicators.get(indicator)
    name = in_language(row.name_vi, row.name_en) if row else indicator
    if row is None or not readings:
        return panel(_("Schema"), message(_("No figures for this indicator"), _("Choose another period or indicator.")))
    twin = (
        action_link(_("As a map"), filters.link(PATH, view=None))
        if filters.is_table
        else action_link(_("As a table"), filters.link(PATH, view="table"))
    )
    export = action_link(_("CSV"), _export_link(view, filters, indicator), is_download=True)
    body = _places_table(readings, row) if filters.is_table else _places_map(view, filters, readings, row)
    about = _("Schema, not a map of boundaries. Each mark is a commune; choose one to open it.")
    return panel(
        name,
        body,
        about=None if filters.is_kiosk else about,
        actions=[] if filters.is_kiosk else [without_small_link(filters, PATH), twin, export],
        name="panel-places",
    )


def _places_map(
    view: View, filters: Filters, readings: Sequence[Reading], row: questions.IndicatorRow
) -> list[Component]:
    places = [place for reading in readings if (place := _place(view, filters, reading, row)) is not None]
    if not places:
        return [message(_("No places known"), _("The units have no coordinates; the table shows them."))]
    label = _("Schema of {n} communes by state: {name}").format(
        n=len(places), name=in_language(row.name_vi, row.name_en)
    )
    if filters.is_kiosk:
        note = html.P(_("Schema, not a map of boundaries"), className="panel-foot")
        return [wall_places(places, THEMES[filters.theme_name], label=label), note]
    figure = places_figure(places, THEMES[filters.theme_name])
    return [graph(figure, id={"type": MAP_TYPE, "name": NAME}, label=label)]


def _place(view: View, filters: Filters, reading: Reading, row: questions.IndicatorRow) -> Place | None:
    unit = view.cover.units.get(reading.unit_code)
    if unit is None or unit.longitude is None or unit.latitude is None:
        return None
    value = format_value(reading.value, row.measure_unit, row.decimals)
    ratio = format_ratio(reading.numerator, reading.denominator, row.indicator)
    words = "<br>".join(part for part in (value, ratio, rank_words(reading)) if part)
    href = UNIT_PATH.replace("<unit>", reading.unit_code)
    return Place(unit.name, unit.longitude, unit.latitude, reading.status, words, href)


def _places_table(readings: Sequence[Reading], row: questions.IndicatorRow) -> Component:
    rows: list[list[Cell]] = [
        [
            rank_text(reading),
            reading.unit_name,
            format_value(reading.value, row.measure_unit, row.decimals),
            format_ratio(reading.numerator, reading.denominator, row.indicator),
            state_pill(reading.status),
        ]
        for reading in readings
    ]
    columns = [_("Rank"), _("Unit"), _("Value"), _("Part and whole"), _("State")]
    return plain_table(columns, rows, caption=in_language(row.name_vi, row.name_en), numeric=(0, 2))


def find_concerns(view: View, filters: Filters, period: PeriodRow) -> list[Concern]:
    """What needs somebody, the most pressing first."""
    readings = questions.readings(view.connection, view.scope, period=period.period, units=[_area(view, filters)])
    found = [*_figure_concerns(view, filters, readings), *_source_concerns(view, filters)]
    return sorted(found, key=lambda concern: SEVERITY.index(concern.status))


def _source_concerns(view: View, filters: Filters) -> list[Concern]:
    data = filters.link(DATA_PATH)
    found = []
    for row in view.cover.sources:
        name = source_word(view, row.source_id)
        if row.as_of is None or view.is_stale(row.fresh_until):
            found.append(Concern("at_risk", _("{source}: data are stale").format(source=name), data))
        if row.failed_loads:
            words = _("{source}: {n} loads failed").format(source=name, n=format_number(row.failed_loads))
            found.append(Concern("off_target", words, data))
        if row.waiting:
            words = _("{source}: {n} refused rows wait").format(source=name, n=format_number(row.waiting))
            found.append(Concern("at_risk", words, data))
    return found


def _figure_concerns(view: View, filters: Filters, readings: Sequence[Reading]) -> list[Concern]:
    found = []
    for reading in readings:
        row = view.cover.indicators.get(reading.indicator)
        if row is None or reading.status not in SEVERITY:
            continue
        name = in_language(row.name_vi, row.name_en)
        value = format_value(reading.value, row.measure_unit, row.decimals)
        target = format_value(reading.target, row.measure_unit, 0)
        words = _("{name}: {value}, target {target}").format(name=name, value=value, target=target)
        found.append(Concern(reading.status, words, filters.link(PATH, indicator=reading.indicator)))
    return found


def _bar(view: View, filters: Filters, period: PeriodRow) -> Component:
    shown = [name for name in view.cover.indicators if not name.startswith("score_")]
    heading = html.Div(
        [html.H2(view.unit_name(_area(view, filters))), html.Span(_period_words(view, period))],
        className="bar-heading",
    )
    return html.Div(
        [
            heading,
            filter_bar(period_select(view, period), indicator_select(view, _map_indicator(view, filters), among=shown)),
        ],
        className="page-bar",
    )


def _period_words(view: View, period: PeriodRow) -> str:
    words = format_period(period.period)
    unfinished = _("not over yet")
    return f"{words} · {unfinished}" if is_running(view, period) else words


def _area(view: View, filters: Filters) -> str:
    return filters.unit or view.site_unit


def _map_indicator(view: View, filters: Filters) -> str:
    if filters.indicator:
        return filters.indicator
    known = view.cover.indicators
    return MAP_INDICATOR if MAP_INDICATOR in known else next(iter(known), MAP_INDICATOR)


def _unit_link(filters: Filters, unit: str) -> str:
    kept = Filters(period=filters.period, span=filters.span, theme=filters.theme, lang=filters.lang)
    return kept.link(UNIT_PATH, unit=unit)


def _export_link(view: View, filters: Filters, indicator: str) -> str:
    period = view.period(filters)
    wanted = Filters(
        unit=_area(view, filters),
        period=period.period if period else None,
        indicator=indicator,
        without=filters.without,
        lang=filters.lang,
    )
    return wanted.link(EXPORT_PATH)


def _no_period(view: View, filters: Filters) -> Component:
    bar = filter_bar(period_select(view, None)) if view.cover.periods else None
    words = _("There are no figures for {period}.").format(period=filters.period or "")
    return html.Div([bar, message(_("No figures for this period"), words)])


def _no_figures() -> Component:
    return message(_("No figures for this period"), _("The catalogue has none of the overview's indicators."))
