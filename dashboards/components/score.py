"""The score of an area with its groups, and the best and worst units."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboards.components.bars import points_bar
from dashboards.components.states import change_mark, flag_chips
from dashboards.formats import basis_word, compared_words, evidence_word, format_moment, format_number, in_language
from dashboards.outlook import outlook_sentence
from ioc.analysis.settling import Unsettled
from ioc.store.score_questions import Band, NodeScore, Score
from ioc.words import gettext as _

FULL = Decimal(100)


def score_head(
    total: NodeScore | None, band: Band | None, flags: Sequence[str], *, is_settled: bool = True
) -> Component:
    """The total with its band and change; a total that nobody can know says how much could be scored.

    While results of the period are still to come, a change is neither good nor bad.
    """
    if total is None or total.points is None:
        scorable = total.scorable_points if total else None
        words = _("{n} of 100 points could be scored").format(n=format_number(scorable or 0, 2))
        return html.Div(
            [html.Span(_("no data"), className="score-total kpi-missing"), html.P(words)], className="score-head"
        )
    change = change_mark(
        total.points,
        total.previous_points,
        measure_unit="points",
        decimals=2,
        direction=_direction(is_settled=is_settled),
        words=compared_words(total.compared_previous) or _("since last period"),
    )
    return html.Div(
        [
            html.Span(
                [format_number(total.points, 2), html.Small(f"/{format_number(total.max_points)}")],
                className="score-total",
            ),
            html.Div(
                [
                    band_pill(band) if band else None,
                    change,
                    html.Span(_("Points {basis}").format(basis=basis_word(total.basis)), className="basis"),
                    *flag_chips(flags),
                ],
                className="score-side",
            ),
        ],
        className="score-head",
    )


def band_pill(band: Band) -> Component:
    """The band's name; a band without an official source says so."""
    status = evidence_word(band.evidence) if band.evidence not in ("official", None) else ""
    title = _("Band boundaries: {status}").format(status=status) if status else ""
    return html.Span(in_language(band.name_vi, band.name_en), className=f"band band-{band.band}", title=title)


def group_bars(nodes: Sequence[NodeScore]) -> Component:
    """The groups of an index as bars of their points."""
    rows = [
        points_bar(in_language(node.name_vi, node.name_en), node.points, node.max_points, note=basis_word(node.basis))
        for node in nodes
        if node.kind == "group"
    ]
    return html.Div(rows, className="bars")


def score_notes(nodes: Sequence[NodeScore], outlook: Unsettled | None, *, is_short: bool = False) -> Component | None:
    """Why points may be low without anybody's doing: nothing to count in the period, or results still to come."""
    empty = [node for node in nodes if node.is_without_cases]
    notes = [_without_cases(empty, is_short=is_short)] if empty else []
    if outlook:
        notes.append(_("Results of this period are incomplete.") if is_short else outlook_sentence(outlook))
    return html.Ul([html.Li(note) for note in notes], className="score-notes") if notes else None


def _without_cases(empty: Sequence[NodeScore], *, is_short: bool) -> str:
    short = _("{points} points: nothing to count ({criteria}).")
    words = (
        short if is_short else _("{points} points cannot be earned in this period: nothing to count for {criteria}.")
    )
    points = format_number(sum((node.max_points for node in empty), Decimal(0)))
    return words.format(points=points, criteria=", ".join(node.node for node in empty))


def score_foot(total: NodeScore | None) -> str:
    """The data's time."""
    if total is None or total.as_of is None:
        return _("No data time")
    return _("Data as of {moment}").format(moment=format_moment(total.as_of))


def ranking_list(title: str, scores: Sequence[tuple[Score, str]], *, kind: str, is_settled: bool = True) -> Component:
    """Units with rank, points and movement; each pair is a score and the address of the unit's page."""
    items = [_ranked(score, href, is_settled=is_settled) for score, href in scores]
    return html.Div([html.H3(title), html.Ol(items, className="ranking")], className=f"ranking-{kind}")


def _direction(*, is_settled: bool) -> str:
    return "up" if is_settled else "none"


def _ranked(score: Score, href: str, *, is_settled: bool) -> Component:
    change = change_mark(
        score.points,
        score.previous_points,
        measure_unit="points",
        decimals=2,
        direction=_direction(is_settled=is_settled),
        words="",
    )
    return html.Li(
        [
            html.Span(format_number(score.rank), className="rank"),
            dcc.Link(score.short_name, href=href, className="ranked-name", title=score.unit_name),
            html.B(format_number(score.points, 2), className="ranked-points"),
            html.Span(className="change") if change is None else change,
        ]
    )
