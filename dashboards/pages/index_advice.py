"""What next: the cases that bring the next points, and what becomes of the score if counts were others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

import dash_mantine_components as dmc
from dash import ALL, Dash, Input, Output, State, html
from dash.development.base_component import Component

from dashboards.components.advice import advice_tables, left_out_list, outcome_summary
from dashboards.components.elements import Element
from dashboards.components.panels import panel
from dashboards.components.states import message
from dashboards.filters import Filters
from dashboards.formats import format_number, in_language
from dashboards.pages.index_scores import chosen_index, chosen_unit
from dashboards.shell import QUERY, VERSION
from dashboards.view import Desk, View, nothing
from ioc.catalog.model import Criterion, Index
from ioc.errors import UsageError
from ioc.scoring.advice import most_cases, next_best, reason_against
from ioc.scoring.advice_words import band_sentence
from ioc.scoring.what_if import (
    Change,
    ScoreStanding,
    read_standing,
    refuse_other_rules,
    rule_calculator,
    what_if,
)
from ioc.words import gettext as _

SLIDER_TYPE = "index-whatif"
PLACES = ("advice", "whatif", "outcome")


def places(name: str) -> list[Component]:
    """The parts of the page that fill by themselves; the outcome follows the sliders beside it."""
    advice, sliders, outcome = (html.Div(id=f"{name}-{part}") for part in PLACES)
    return [advice, html.Div([sliders, outcome], className="pair what-if")]


def register(app: Dash, desk: Desk, name: str) -> None:
    """Two places follow the address, the third one the sliders."""
    for part, body in (("advice", show_advice), ("whatif", show_sliders)):

        def fill(query: Mapping[str, Any] | None, _version: Any, body: Any = body) -> Element:
            return desk.show(query or {}, body)

        app.callback(Output(f"{name}-{part}", "children"), QUERY, VERSION, prevent_initial_call=True)(fill)

    @app.callback(
        Output(f"{name}-outcome", "children"),
        Input({"type": SLIDER_TYPE, "node": ALL}, "value"),
        State({"type": SLIDER_TYPE, "node": ALL}, "id"),
        State("shell-query", "data"),
        prevent_initial_call=True,
    )
    def follow(
        values: Sequence[int | None], ids: Sequence[Mapping[str, str]], query: Mapping[str, Any] | None
    ) -> Element:
        counts = {one["node"]: value for one, value in zip(ids, values, strict=True) if value}
        return desk.show(query or {}, partial(show_outcome, counts=counts))


def show_advice(view: View, filters: Filters) -> Component:
    """For each criterion the cases to the next tenth, the next point and the next band."""
    title = _("The next points")
    try:
        standing = _read(view, filters)
        if standing is None:
            return nothing()
        with rule_calculator() as calculator:
            refuse_other_rules(calculator, standing)
            advice = next_best(calculator, view.connection, view.scope, standing=standing)
    except UsageError as error:
        return panel(title, message(_("No advice"), str(error)), name="advice-panel")
    if not advice.steps:
        body: list[Any] = [message(_("No advice"), _("No criterion has cases that would bring points."))]
    else:
        body = [*advice_tables(advice)]
    about = _("In a period with the same number of cases, the nearest first.")
    return panel(
        title,
        [*body, left_out_list(advice)],
        about=f"{about} {band_sentence(advice)}".strip(),
        name="advice-panel",
    )


def show_sliders(view: View, filters: Filters) -> Component:
    """A slider for each criterion that more cases could be counted in."""
    standing = _read_quietly(view, filters)
    if standing is None:
        return nothing()
    sliders = [
        _slider(criterion, most_cases(criterion, standing.nodes[criterion.node]))
        for criterion in standing.criteria
        if reason_against(criterion, standing.nodes[criterion.node]) is None
        and most_cases(criterion, standing.nodes[criterion.node]) > 0
    ]
    if not sliders:
        return nothing()
    about = _("Move the cases of {unit}; the points beside follow at once.").format(
        unit=view.unit_name(standing.unit_code)
    )
    return panel(_("What if"), html.Div(sliders, className="sliders"), about=about, name="what-if-panel")


def _slider(criterion: Criterion, most: int) -> Component:
    name = f"{criterion.node} {in_language(criterion.name.vi, criterion.name.en)}"
    slider = dmc.Slider(
        id={"type": SLIDER_TYPE, "node": criterion.node},
        min=0,
        max=most,
        step=1,
        value=0,
        size="sm",
        updatemode="mouseup",
        thumbLabel=_("More cases of {name}").format(name=name),
        marks=[{"value": 0, "label": "0"}, {"value": most, "label": f"+{format_number(most)}"}],
    )
    return html.Div([html.Div(name, className="slider-name"), slider], className="slider")


def show_outcome(view: View, filters: Filters, counts: Mapping[str, int]) -> Component:
    """What the moved sliders make of the score."""
    standing = _read_quietly(view, filters)
    if standing is None:
        return nothing()
    known = {criterion.node for criterion in standing.criteria}
    changes = {node: Change(Decimal(count), is_difference=True) for node, count in counts.items() if node in known}
    with rule_calculator() as calculator:
        try:
            outcome = what_if(calculator, standing, changes)
        except UsageError as error:
            return panel(_("The score then"), message(_("This cannot be"), str(error)), name="outcome-panel")
    return panel(_("The score then"), outcome_summary(outcome, _names(standing.index)), name="outcome-panel")


def _names(index: Index) -> dict[str, str]:
    groups = {pillar.id: in_language(pillar.name.vi, pillar.name.en) for pillar in index.pillars}
    groups |= {group.node: in_language(group.name.vi, group.name.en) for group in index.groups}
    criteria = {
        found.node: f"{found.node} {in_language(found.name.vi, found.name.en)}"
        for group in index.groups
        for found in group.criteria
    }
    return groups | criteria


def _read_quietly(view: View, filters: Filters) -> ScoreStanding | None:
    """As the advice reads it; why there is none is said there."""
    try:
        standing = _read(view, filters)
        if standing is not None:
            with rule_calculator() as calculator:
                refuse_other_rules(calculator, standing)
    except UsageError:
        return None
    return standing


def _read(view: View, filters: Filters) -> ScoreStanding | None:
    """The unit's score with the rules; None where there is nothing to advise about."""
    index_id, period, catalog = chosen_index(view, filters), view.period(filters), view.settings.catalog
    rules = next((index for index in catalog.indices if index.id == index_id), None) if catalog else None
    if rules is None or period is None:
        return None
    return read_standing(
        view.connection, view.scope, index=rules, unit=chosen_unit(view, filters), period=period.period
    )
