"""The ranking of the communes by total or by one group."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from dash import html
from dash.development.base_component import Component

from dashboards.components.downloads import download_links
from dashboards.components.filter_bar import Option, filter_select
from dashboards.components.grid import data_grid, number_column, search_box, search_key, text_column
from dashboards.components.panels import action_link, panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import flag_word, format_number, format_period, in_language
from dashboards.outlook import is_recent
from dashboards.pages.index_scores import (
    TOTAL,
    Ranked,
    chosen_index,
    chosen_unit,
    group_nodes,
    has_inherited,
    ranked_node,
    read_ranking,
)
from dashboards.view import View, nothing
from ioc.store.score_questions import IndexNode
from ioc.words import gettext as _

PATH = "/indices/<index>"
GRID = "index-ranking-grid"
ANY_UNIT = "any-unit"


def show_ranking(view: View, filters: Filters) -> Component:
    """Every commune with place, movement, points, band and groups."""
    index, period = chosen_index(view, filters), view.period(filters)
    if index is None or period is None:
        return nothing()
    node = ranked_node(view, filters, index)
    ranked = read_ranking(view, filters, index, period)
    title = _("Ranking by {name}").format(name=_node_name(node))
    if not ranked:
        return panel(title, message(_("No ranking yet"), _("No commune has points in this period.")))
    groups = group_nodes(view, index)
    link, chosen = _link(filters, index), chosen_unit(view, filters)
    is_settled = not is_recent(view, period)
    rows = [{**_row(view, chosen, index, link, one), "settled": is_settled} for one in ranked]
    grid = data_grid(GRID, ranking_columns(node, groups), rows, label=title)
    about = _("{n} communes, {period}; choose one to see its points above.").format(
        n=format_number(len(ranked)), period=format_period(period.period)
    )
    if filters.is_without_inherited:
        words = _("Without the points that communes take over from the province: {points} points at most.")
        about = f"{about} {words.format(points=format_number(ranked[0].score.max_points))}"
    wanted = filters.with_(index=index, period=period.period)
    return panel(
        title,
        [_tools(node, [*group_nodes(view, index, kind="pillar"), *groups]), grid],
        about=about,
        actions=[*_inherited_link(view, filters, index), *download_links(wanted, "ranking")],
        name="ranking-panel",
    )


def _inherited_link(view: View, filters: Filters, index: str) -> list[Component]:
    """Takes the points that communes only inherit out of the ranking, or back in; nothing where they inherit none."""
    if not has_inherited(view, index):
        return []
    if filters.is_without_inherited:
        return [action_link(_("With inherited points"), filters.link(PATH, index=index, without=None))]
    return [action_link(_("Without inherited points"), filters.link(PATH, index=index, without="inherited"))]


def _tools(node: IndexNode, groups: Sequence[IndexNode]) -> Component:
    options = [Option(TOTAL, _("Total points")), *(Option(group.node, _node_name(group)) for group in groups)]
    select = filter_select("group", _("Rank by"), options, node.node)
    return html.Div([search_box(GRID, _("Find a commune")), select], className="grid-tools")


def ranking_columns(node: IndexNode, groups: Sequence[IndexNode]) -> list[dict[str, Any]]:
    """Place, name and points stay in view; the groups scroll on a narrow screen."""
    fixed = [
        number_column("rank", _("Rank"), width=88, sort="asc", sortingOrder=["asc", "desc"]),
        text_column(
            "name", _("Unit"), cellRenderer="IocLink", minWidth=190, flex=3, comparator={"function": "iocBySortKey"}
        ),
        number_column("points", _("Points"), decimals=2, cellRenderer="IocPoints", minWidth=108, flex=1),
        {**number_column("change", _("Change"), decimals=2, width=88), "cellRenderer": "IocChange"},
        {**number_column("moved", _("Places"), width=70), "cellRenderer": "IocChange"},
    ]
    band = [text_column("band_name", _("Band"), cellRenderer="IocBand", width=124)] if node.node == TOTAL else []
    others = [
        number_column(
            f"group_{group.node}",
            _node_name(group),
            decimals=2,
            width=83,
            headerTooltip=_("{points} points at most").format(points=format_number(group.max_points)),
        )
        for group in groups
        if group.node != node.node
    ]
    total = [] if node.node == TOTAL else [number_column("total", _("Total"), decimals=2, width=96)]
    flags = [text_column("flags", _("Notes"), minWidth=90, flex=1, tooltipField="flags")]
    return [*fixed, *band, *total, *others, *flags]


def _link(filters: Filters, index: str) -> str:
    """The address of this page for a unit that stands in for every one: built once, not per row."""
    kept = Filters(
        index=index,
        period=filters.period,
        span=filters.span,
        group=filters.group,
        without=filters.without,
        theme=filters.theme,
        lang=filters.lang,
    )
    return kept.link(PATH, unit=ANY_UNIT)


def _row(view: View, chosen: str, index: str, link: str, one: Ranked) -> dict[str, Any]:
    score = one.score
    band = view.cover.band_of(index, one.total) if one.is_whole else None
    unit = view.cover.units.get(score.unit_code)
    return {
        "unit": score.unit_code,
        "rank": score.rank,
        "name": score.unit_name,
        "order": unit.sort_key if unit else score.unit_name,
        "search": search_key(score.unit_name, score.unit_code),
        "href": link.replace(ANY_UNIT, quote(score.unit_code)),
        "points": _float(score.points),
        "max": float(score.max_points),
        "change": _difference(score.points, score.previous_points),
        "moved": one.moved,
        "band": band.band if band else "",
        "band_name": in_language(band.name_vi, band.name_en) if band else "",
        "total": _float(one.total),
        **{f"group_{node}": _float(points) for node, points in one.groups.items()},
        "flags": ", ".join(flag_word(flag) for flag in view.flags(score)),
        "chosen": score.unit_code == chosen,
    }


def _node_name(node: IndexNode) -> str:
    return _("total points") if node.node == TOTAL else in_language(node.name_vi, node.name_en)


def _float(points: Decimal | None) -> float | None:
    return None if points is None else float(points)


def _difference(points: Decimal | None, before: Decimal | None) -> float | None:
    return None if points is None or before is None else float(points - before)
