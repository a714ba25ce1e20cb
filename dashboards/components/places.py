"""The schema of an area for a wall: one picture that grows with the screen, without a chart library."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.states import state_mark
from dashboards.figures.places import Place, places_uri
from dashboards.formats import format_number, status_word
from dashboards.theme import STATE_SYMBOLS, Theme


def wall_places(places: Sequence[Place], theme: Theme, *, label: str) -> Component:
    """A legend with counts beside the marks."""
    picture = html.Img(src=places_uri(places, theme), className="wall-places", alt=label)
    return html.Div([_legend(places), picture], className="wall-map")


def _legend(places: Sequence[Place]) -> Component:
    counts = {status: sum(place.status == status for place in places) for status in STATE_SYMBOLS}
    rows = [
        html.Li([state_mark(status), f"{status_word(status)}: ", html.B(format_number(count))])
        for status, count in counts.items()
        if count
    ]
    return html.Ul(rows, className="wall-legend")
