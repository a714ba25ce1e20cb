"""The head of a unit's page: its score with groups and rank, and how dossiers came in over time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dash import html
from dash.development.base_component import Component

from dashboards.components.columns import Border, Shares, stacked_columns
from dashboards.components.downloads import download_links
from dashboards.components.elements import Column, Element, element, row, table
from dashboards.components.filter_bar import filter_bar, period_select
from dashboards.components.losses import losing_criteria, loss_bars, loss_sentence, unexplained_loss
from dashboards.components.panels import action_link, panel
from dashboards.components.ranks import rank_line
from dashboards.components.score import group_bars, score_head, score_notes
from dashboards.components.states import message
from dashboards.components.unit_select import site_unit_select
from dashboards.filters import Filters
from dashboards.formats import format_date, format_moment, format_percent, format_period, format_ratio, in_language
from dashboards.outlook import read_outlook
from dashboards.view import View
from ioc.periods import Calendar, PeriodKind, parse_period
from ioc.store import score_questions
from ioc.store.questions import PeriodRow, TrendPoint
from ioc.store.score_questions import NodeScore
from ioc.units import REFORM
from ioc.words import gettext as _

PATH = "/units/<unit>"
INDEX_PATH = "/indices/<index>"
CHANNELS = (("online_submission_simple", "online"), ("direct_rate", "counter"), ("postal_rate", "postal"))
"""The indicators whose shares make a whole, with the colour of each."""


def chosen_unit(view: View, filters: Filters) -> str:
    return filters.unit or view.site_unit


def is_known(view: View, filters: Filters) -> bool:
    """Whether the address names a unit of this snapshot."""
    return chosen_unit(view, filters) in view.cover.units


def show_card(view: View, filters: Filters) -> Component:
    """The filter bar, the score and the channels over time."""
    if not is_known(view, filters):
        words = _("There is no unit with the code {code}.").format(code=filters.unit)
        return html.Div([_bar(view, filters), message(_("No such unit"), words, kind="missing")])
    period = view.period(filters)
    if period is None:
        words = _("There are no figures for {period}.").format(period=filters.period or "")
        return html.Div([_bar(view, filters), message(_("No figures for this period"), words)])
    panels = [_score_panel(view, filters, period), _channel_panel(view, filters, period)]
    return html.Div([_bar(view, filters), html.Div(panels, className="pair")])


def _bar(view: View, filters: Filters) -> Component:
    period = view.period(filters)
    unit = chosen_unit(view, filters)
    words = format_period(period.period) if period else ""
    heading = html.Div([html.H2(view.unit_name(unit)), html.Span(words)], className="bar-heading")
    selects = filter_bar(period_select(view, period), site_unit_select(view, unit))
    return html.Div([heading, selects], className="page-bar")


def _score_panel(view: View, filters: Filters, period: PeriodRow) -> Component:
    unit, index = chosen_unit(view, filters), view.index_id
    nodes = score_questions.score_tree(view.connection, view.scope, index=index, unit=unit, period=period.period)
    total = next((node for node in nodes if node.kind == "total"), None)
    if total is None or all(node.points is None for node in nodes):
        words = _("The index has no points for this unit in this period.")
        return panel(_("Score"), message(_("No points yet"), words), name="score")
    outlook = read_outlook(view, period, unit)
    kept = Filters(
        index=index, unit=unit, period=filters.period, span=filters.span, theme=filters.theme, lang=filters.lang
    )
    return panel(
        in_language(total.name_vi, total.name_en),
        [
            score_head(total, view.cover.band_of(index, total.points), view.flags(total), is_settled=outlook is None),
            rank_line(total),
            group_bars(nodes),
            score_notes(nodes, outlook),
            _losses(nodes),
            html.P(_data_time(total), className="panel-foot"),
        ],
        actions=[action_link(_("By criterion"), kept.link(INDEX_PATH))],
        name="score",
    )


def _losses(nodes: Sequence[NodeScore]) -> Element:
    """The three greatest losses; the index page has them all."""
    losing = losing_criteria(nodes)
    heading = [element("H3", _("Where points are lost")), element("P", loss_sentence(losing) + unexplained_loss(nodes))]
    return element("Div", [*heading, loss_bars(losing, count=3)], "score-losses")


def _data_time(total: NodeScore) -> str:
    if total.as_of is None:
        return _("No data time")
    return _("Data as of {moment}").format(moment=format_moment(total.as_of))


def _channel_panel(view: View, filters: Filters, period: PeriodRow) -> Component:
    points = read_channels(view, filters, period)
    title = _("How dossiers came in")
    if not any(point.value is not None for point in points):
        return panel(title, message(_("No dossiers yet"), _("No dossiers were received up to this period.")))
    wanted = filters.with_(unit=chosen_unit(view, filters), period=period.period)
    twin = (
        action_link(_("As a chart"), filters.link(PATH, view=None))
        if filters.is_table
        else action_link(_("As a table"), filters.link(PATH, view="table"))
    )
    return panel(
        title,
        _channel_table(view, points) if filters.is_table else _channel_chart(view, points, title),
        about=" ".join(filter(None, [_channel_sentence(points), boundary_sentence(points)])),
        actions=[twin, *download_links(wanted, "channels")],
        name="channels",
    )


def _known_channels(view: View) -> list[tuple[str, str]]:
    return [(name, colour) for name, colour in CHANNELS if name in view.cover.indicators]


def _channel_chart(view: View, points: Sequence[TrendPoint], title: str) -> Element:
    periods = _periods(points)
    channels = [_channel(view, name, colour, periods, points) for name, colour in _known_channels(view)]
    return stacked_columns([_short(name) for name in periods], channels, label=title, border=boundary_line(points))


def boundary_line(points: Sequence[TrendPoint]) -> Border | None:
    """Before the first period on today's boundaries, where older ones are shown too."""
    first = min((point.start_date for point in points if point.start_date >= REFORM), default=None)
    if first is None or all(point.start_date >= REFORM for point in points):
        return None
    place = next(place for place, name in enumerate(_periods(points)) if _starts(points)[name] == first)
    return Border(place, format_date(REFORM))


def _periods(points: Sequence[TrendPoint]) -> list[str]:
    """The periods in their order: not every channel is known of each."""
    starts = _starts(points)
    return sorted(starts, key=lambda name: starts[name])


def _starts(points: Sequence[TrendPoint]) -> dict[str, date]:
    return {point.period: point.start_date for point in points}


def boundary_sentence(points: Sequence[TrendPoint]) -> str:
    """What the columns before the reform are made of."""
    before = [point for point in points if point.start_date < REFORM and point.value is not None]
    if not before:
        return ""
    words = _("Before {day}: what the former communes of this area reported.").format(day=format_date(REFORM))
    if any("estimate" in point.flags for point in before):
        words += " " + _("Parts of divided communes are estimates.")
    return words


def _channel_table(view: View, points: Sequence[TrendPoint]) -> Element:
    """The chart's figures, the newest period first."""
    known = [view.cover.indicators[name] for name, _colour in _known_channels(view)]
    columns = [Column(_("Period")), *(Column(in_language(one.name_vi, one.name_en), "number") for one in known)]
    shares = {(point.period, point.indicator): point.value for point in points}
    rows = [
        row(columns, [format_period(period), *(format_percent(shares.get((period, one.indicator))) for one in known)])
        for period in reversed(_periods(points))
    ]
    return table(columns, rows, caption=_("How dossiers came in"), class_name="channel-table")


def read_channels(view: View, filters: Filters, period: PeriodRow) -> list[TrendPoint]:
    """Each channel's share in the last thirteen periods up to the chosen one."""
    known = [name for name, _colour in _known_channels(view)]
    return view.trend(period, indicators=known, unit=chosen_unit(view, filters))


def _channel(view: View, name: str, colour: str, periods: Sequence[str], points: Sequence[TrendPoint]) -> Shares:
    indicator = view.cover.indicators[name]
    own = {point.period: point for point in points if point.indicator == name}
    words = in_language(indicator.name_vi, indicator.name_en)
    return Shares(
        name=words,
        colour=colour,
        shares=[own[period].value if period in own else None for period in periods],
        words=[_hover(words, own.get(period)) for period in periods],
    )


def _hover(name: str, point: TrendPoint | None) -> str:
    if point is None or point.value is None:
        return f"{name}: {_('no data')}"
    ratio = format_ratio(point.numerator, point.denominator, point.indicator)
    words = f"{name}: {format_percent(point.value)}" + (f" ({ratio})" if ratio else "")
    if point.range_low is None or point.range_high is None:
        return words
    low, high = format_percent(point.range_low), format_percent(point.range_high)
    estimate = _("estimate, from {low} to {high}").format(low=low, high=high)
    return f"{words}; {estimate}"


def _channel_sentence(points: Sequence[TrendPoint]) -> str:
    """How the share submitted online moved over the shown time."""
    online = [point for point in points if point.indicator == CHANNELS[0][0] and point.value is not None]
    if len(online) < 2:
        return ""
    first, last = online[0], online[-1]
    words = _("Submitted online: {last} in {now}, {first} in {then}.")
    return words.format(
        last=format_percent(last.value, 1),
        now=format_period(last.period),
        first=format_percent(first.value, 1),
        then=format_period(first.period),
    )


def _short(period: str) -> str:
    """`10/2026` on an axis, where `Tháng` would be said thirteen times."""
    found = parse_period(period)
    if found.kind in (PeriodKind.MONTH, PeriodKind.ROLLING):
        return f"{found.end:%m/%Y}"
    return replace(found, calendar=Calendar.GREGORIAN).label()
