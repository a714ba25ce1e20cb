"""The score of one unit: its head, where points are lost, and every criterion."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.elements import Children, Column, Element, element, row, table
from dashboards.components.evidence_link import criterion_series, evidence_address, evidence_link
from dashboards.components.filter_bar import filter_bar, period_select
from dashboards.components.losses import losing_criteria, loss_bars, loss_sentence, unexplained_loss
from dashboards.components.marks import flag_tags, points_text, state_tag, track
from dashboards.components.panels import action_link, panel
from dashboards.components.ranks import rank_line
from dashboards.components.score import group_bars, score_head, score_notes
from dashboards.components.states import message
from dashboards.components.unit_select import site_unit_select
from dashboards.filters import Filters
from dashboards.formats import (
    basis_word,
    counted_noun,
    evidence_word,
    format_moment,
    format_number,
    format_percent,
    format_period,
    in_language,
)
from dashboards.outlook import read_outlook
from dashboards.pages.index_scores import chosen_index, chosen_unit, read_tree
from dashboards.view import View, nothing
from ioc.analysis.settling import Unsettled
from ioc.store.score_questions import NodeScore
from ioc.words import gettext as _

PATH = "/indices/<index>"
UNIT_PATH = "/units/<unit>"
AGREES_WITHIN = Decimal("0.005")


def show_card(view: View, filters: Filters) -> Component:
    """The filter bar, the unit's score with its groups, and where its points are lost."""
    index, period = chosen_index(view, filters), view.period(filters)
    if index is None:
        return message(_("No such index"), _("The catalogue of this site has no index of this name."), kind="missing")
    if period is None:
        return html.Div(
            [_bar(view, filters, ""), message(_("No figures for this period"), _("Choose another period."))]
        )
    nodes = read_tree(view, filters.with_(sort=None), index, period)
    outlook = read_outlook(view, period, chosen_unit(view, filters))
    panels = [_score_panel(view, filters, index, nodes, outlook), _loss_panel(nodes)]
    return html.Div([_bar(view, filters, format_period(period.period)), html.Div(panels, className="pair")])


def _bar(view: View, filters: Filters, period_words: str) -> Component:
    unit = chosen_unit(view, filters)
    heading = html.Div([html.H2(view.unit_name(unit)), html.Span(period_words)], className="bar-heading")
    period = view.period(filters)
    selects = filter_bar(period_select(view, period), site_unit_select(view, unit))
    return html.Div([heading, selects], className="page-bar")


def _score_panel(
    view: View, filters: Filters, index: str, nodes: Sequence[NodeScore], outlook: Unsettled | None
) -> Component:
    total = next((node for node in nodes if node.kind == "total"), None)
    band = view.cover.band_of(index, total.points if total else None)
    unit = chosen_unit(view, filters)
    name = in_language(total.name_vi, total.name_en) if total else _("Score")
    kept = Filters(period=filters.period, span=filters.span, theme=filters.theme, lang=filters.lang)
    return panel(
        name,
        [
            score_head(total, band, view.flags(total) if total else [], is_settled=outlook is None),
            rank_line(total) if total else None,
            group_bars(nodes),
            score_notes(nodes, outlook),
            html.P(_foot(total), className="panel-foot"),
            band_scale(view, index, band.band if band else None),
        ],
        actions=[action_link(_("Page of the unit"), kept.link(UNIT_PATH, unit=unit))],
        name="score",
    )


def _foot(total: NodeScore | None) -> str:
    if total is None or total.as_of is None:
        return _("No data time")
    return _("Data as of {moment}").format(moment=format_moment(total.as_of))


def band_scale(view: View, index: str, reached: str | None) -> Element:
    """The bands with their lower limits; those without an official source say so."""
    items = []
    for band in view.cover.bands.get(index, ()):
        note = "" if band.evidence in ("official", None) else f" ({evidence_word(band.evidence)})"
        words = f"{in_language(band.name_vi, band.name_en)} ≥ {format_number(band.from_points)}{note}"
        items.append(element("Li", words, "reached" if band.band == reached else ""))
    return element("Ul", items, "band-scale", **{"aria-label": _("Bands")})


def _loss_panel(nodes: Sequence[NodeScore]) -> Component:
    losing = losing_criteria(nodes)
    known = [node for node in nodes if node.kind == "criterion" and node.points is not None]
    if not known:
        return panel(
            _("Where points are lost"), message(_("No points yet"), _("Nothing can be scored in this period."))
        )
    about = loss_sentence(losing) + unexplained_loss(nodes)
    return panel(_("Where points are lost"), loss_bars(losing), about=about, name="loss-panel")


def show_criteria(view: View, filters: Filters) -> Component:
    """Every group and criterion with points, loss, parts, rule, basis, published points and legal source."""
    index, period = chosen_index(view, filters), view.period(filters)
    if index is None or period is None:
        return nothing()
    nodes = [node for node in read_tree(view, filters, index, period) if node.kind != "total"]
    columns = _columns()
    is_by_loss = filters.sort == "loss"
    words, sort = (_("In the index's order"), None) if is_by_loss else (_("By points lost"), "loss")
    wanted = filters.with_(index=index, period=period.period, unit=chosen_unit(view, filters))
    actions = [
        action_link(words, filters.link(PATH, index=index, sort=sort)),
        *download_links(wanted, "scores"),
    ]
    title = _("Criteria of {unit}").format(unit=view.unit_name(chosen_unit(view, filters)))
    body = table(columns, [_row(view, wanted, columns, node) for node in nodes], caption=title, class_name="criteria")
    return panel(title, body, about=_legal_source(view, index), actions=actions, name="criteria-panel")


def _legal_source(view: View, index: str) -> str:
    total = view.cover.nodes[index, "total"]
    words = _("Legal source: {source}").format(source=total.legal_source) if total.legal_source else ""
    return f"{words} · {_evidence(total.evidence)}" if words else _evidence(total.evidence)


def _columns() -> list[Column]:
    return [
        Column(_("Criterion"), "criterion"),
        Column(_("Points"), "points"),
        Column(_("Lost"), "number lost"),
        Column(_("Part and whole"), "parts"),
        Column(_("Basis"), "basis-cell"),
        Column(_("The portal says"), "published"),
        Column(_("Foundation"), "foundation"),
    ]


def _row(view: View, asked: Filters, columns: Sequence[Column], node: NodeScore) -> Element:
    cells: list[Children] = [
        _criterion(node),
        [element("Div", points_text(node.points, node.max_points)), track(_share(node))],
        _lost(node),
        _parts(view, asked, node),
        _basis(view, node),
        published_cell(node),
        _foundation(node),
    ]
    return row(columns, cells, f"node-{node.kind}")


def _criterion(node: NodeScore) -> list[Element | str]:
    words = in_language(node.name_vi, node.name_en)
    # a pillar's id is no code that anybody uses
    name = element("Span", [words] if node.kind == "pillar" else [element("B", node.node), " ", words], "node-name")
    rule = in_language(node.rule_vi, node.rule_en)
    return [name, element("Span", rule, "node-rule")] if rule and node.kind == "criterion" else [name]


def _share(node: NodeScore) -> float | None:
    return None if node.points is None or not node.max_points else float(node.points / node.max_points)


def _lost(node: NodeScore) -> Children:
    lost = node.lost_points
    if lost is None:
        return "—"
    weight = "lost-much" if node.max_points and lost / node.max_points > Decimal("0.3") else ""
    return element("Span", f"−{format_number(lost, 2)}" if lost else "0", weight)


def _parts(view: View, asked: Filters, node: NodeScore) -> Children:
    """What the points are made of, which leads to the rows."""
    if node.indicator is None or node.numerator is None or node.kind != "criterion":
        return parts_cell(node)
    series = criterion_series(view.settings.catalog, asked.index, node.node)
    address = evidence_address(asked, node.indicator, unit=asked.unit or "", period=asked.period or "", series=series)
    return evidence_link(parts_cell(node), address)


def parts_cell(node: NodeScore) -> Children:
    """What the points are made of: so many out of so many and their share, or the number alone that they go by."""
    if node.numerator is None or node.denominator is None:
        return element("Span", "—", "muted")
    if node.whole is not None:
        # nothing was counted that it could be a part of
        share = node.numerator / node.whole
        return element("Div", format_number(node.numerator) if node.whole == 1 else format_percent(share))
    noun = f" {counted_noun(node.indicator)}" if node.indicator else ""
    words = _("{part} out of {whole}").format(
        part=format_number(node.numerator), whole=f"{format_number(node.denominator)}{noun}"
    )
    rate = format_percent(node.numerator / node.denominator) if node.denominator else _("nothing to judge")
    return [element("Div", words), element("Div", rate, "muted")]


def _basis(view: View, node: NodeScore) -> Children:
    if node.points is None:
        return element("Span", _("not scored") if node.is_without_cases else _("not known"), "muted")
    inherited = element("Span", _("from the province"), "tag-inherited") if node.is_inherited else None
    words = basis_word(node.basis)
    return [element("Div", words[:1].upper() + words[1:]), inherited, *flag_tags(view.flags(node))]


def published_cell(node: NodeScore) -> Children:
    """What the portal publishes, and whether our own computation agrees with it."""
    if node.published_points is None:
        return element("Span", _("does not publish it"), "muted")
    if node.points is None or node.basis == "published":
        return element("Div", format_number(node.published_points, 2))
    difference = node.points - node.published_points
    if abs(difference) < AGREES_WITHIN:
        tag = state_tag("on_target", _("agrees"))
    else:
        sign = "+" if difference > 0 else ""
        tag = state_tag("at_risk", _("we differ by {n}").format(n=f"{sign}{format_number(difference, 2)}"))
    return [element("Div", format_number(node.published_points, 2)), tag]


def _foundation(node: NodeScore) -> Children:
    legal = element("Div", node.legal_source, "muted small") if node.legal_source else None
    return [element("Div", _evidence(node.evidence)), legal]


def _evidence(evidence: str | None) -> str:
    words = evidence_word(evidence)
    return words[:1].upper() + words[1:]
