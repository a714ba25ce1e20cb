"""Bars of plain elements: points of a maximum, shares of a whole."""

from __future__ import annotations

from decimal import Decimal

from dash import html
from dash.development.base_component import Component

from dashboards.formats import format_number


def points_bar(name: str | Component, points: Decimal | None, maximum: Decimal, *, note: str = "") -> Component:
    """`Tiến độ giải quyết ▇▇▇▇▁ 17,68/20`; without points the bar is hatched."""
    share = None if points is None or not maximum else points / maximum
    return html.Div(
        [
            html.Div(name, className="bar-name"),
            share_track(None if share is None else float(share)),
            html.Div([html.B(format_number(points, 2)), html.Span(f"/{_maximum(maximum)}")], className="bar-value"),
        ],
        className="bar-row",
        title=note,
    )


def share_track(share: float | None) -> Component:
    """A track filled to a share of 0 to 1; hatched where nobody knows."""
    if share is None:
        return html.Div(className="track track-unknown")
    width = max(0.0, min(1.0, share)) * 100
    return html.Div(html.Div(className="track-fill", style={"width": f"{width:.2f}%"}), className="track")


def _maximum(maximum: Decimal) -> str:
    return format_number(maximum, 0 if maximum == maximum.to_integral_value() else 2)
