"""A schema of an area: each unit a bubble near its place, none covering another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from dashboards.figures.base import Figure, bare_axis, base_layout, picture_uri
from dashboards.formats import status_word
from dashboards.theme import STATE_SYMBOLS, Theme, state_colour

Places = tuple[tuple[float, float], ...]
STEPS = 160
FAR_SHARE = 0.12
"""How far beyond the bulk of the units an outlying island may stand, in widths of the bulk."""


@dataclass(frozen=True)
class Place:
    """One unit of the schema."""

    name: str
    longitude: float
    latitude: float
    status: str
    words: str
    """What the hover says beneath the name."""
    href: str


def places_figure(places: Sequence[Place], theme: Theme) -> Figure:
    """Bubbles by state: colour, shape and, in the legend, the word with the count."""
    spots = spread(tuple((place.longitude, place.latitude) for place in places))
    margin = 2 * _radius(spots) if len(spots) > 1 else 0.5
    marked = list(zip(places, spots, strict=True))
    traces = [
        _trace([(place, spot) for place, spot in marked if place.status == status], status, theme)
        for status in STATE_SYMBOLS
    ]
    return {"data": [trace for trace in traces if trace["x"]], "layout": _layout(theme, spots, margin)}


def places_uri(places: Sequence[Place], theme: Theme) -> str:
    """The same schema as one SVG picture, for screens that nobody points at; a data URI."""
    spots = spread(tuple((place.longitude, place.latitude) for place in places))
    xs, ys = [x for x, _ in spots], [-y for _, y in spots]
    unit = _radius(spots) if len(spots) > 1 else 1.0
    low_x, low_y = min(xs) - unit, min(ys) - unit
    width, height = (max(xs) - low_x) / unit + 1, (max(ys) - low_y) / unit + 1
    marks = "".join(
        _mark((x - low_x) / unit, (y - low_y) / unit, place.status, theme)
        for place, x, y in zip(places, xs, ys, strict=True)
    )
    picture = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}">{marks}</svg>'
    return picture_uri(picture)


def _mark(x: float, y: float, status: str, theme: Theme) -> str:
    """A mark of the state's shape, in units of a bubble's radius."""
    colour = state_colour(theme, status)
    shapes = {
        "on_target": f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".8" fill="{colour}"/>',
        "at_risk": f'<path d="M{x:.2f} {y - 0.85:.2f}l.9 1.6h-1.8z" fill="{colour}"/>',
        "off_target": f'<path d="M{x - 0.75:.2f} {y - 0.75:.2f}h1.5v1.5h-1.5z" fill="{colour}"/>',
    }
    hollow = f'<circle cx="{x:.2f}" cy="{y:.2f}" r=".65" fill="none" stroke="{colour}" stroke-width=".28"/>'
    return shapes.get(status, hollow)


def _trace(members: Sequence[tuple[Place, tuple[float, float]]], status: str, theme: Theme) -> dict[str, object]:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": f"{status_word(status)} ({len(members)})",
        "x": [spot[0] for _, spot in members],
        "y": [spot[1] for _, spot in members],
        "text": [f"<b>{place.name}</b><br>{place.words}" for place, _ in members],
        "customdata": [place.href for place, _ in members],
        "hovertemplate": "%{text}<extra></extra>",
        "marker": {
            "symbol": STATE_SYMBOLS[status],
            "size": 16,
            "color": state_colour(theme, status),
            "line": {"color": theme.surface, "width": 1.5} if status != "not_assessed" else {"width": 2},
        },
    }


def _layout(theme: Theme, spots: Places, margin: float) -> dict[str, object]:
    xs, ys = [x for x, _ in spots] or [0.0], [y for _, y in spots] or [0.0]
    return base_layout(
        theme,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": -0.02, "yanchor": "top", "itemclick": False, "itemdoubleclick": False},
        hovermode="closest",
        dragmode=False,
        xaxis=bare_axis() | {"range": [min(xs) - margin, max(xs) + margin]},
        yaxis=bare_axis() | {"range": [min(ys) - margin, max(ys) + margin], "scaleanchor": "x"},
    )


@lru_cache(maxsize=32)
def spread(places: Places) -> Places:
    """The places pushed apart until no two bubbles overlap; near neighbours stay neighbours. Deterministic."""
    if len(places) < 2:
        return places
    spots = _pull_in(np.array(places, dtype=float))
    spots[:, 1] /= np.cos(np.radians(20.9))
    # two units at the very same place part along directions that depend on their order only
    order = np.arange(len(spots))
    spots += 1e-5 * np.column_stack([np.cos(order), np.sin(order)])
    home, diameter = spots.copy(), 2 * _radius(tuple(map(tuple, spots)))
    for _step in range(STEPS):
        spots += _push(spots, diameter) + 0.02 * (home - spots)
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in spots)


def _push(spots: NDArray[np.float64], diameter: float) -> NDArray[np.float64]:
    """For each bubble half of what separates it from each that it covers; few of all pairs touch."""
    x, y = spots[:, 0], spots[:, 1]
    squares = np.subtract.outer(x, x) ** 2
    squares += np.subtract.outer(y, y) ** 2
    one, other = np.divmod(np.flatnonzero(squares < diameter**2), len(spots))
    distance = np.maximum(np.sqrt(squares[one, other]), 1e-9)
    share = (diameter - distance) / distance * 0.25
    return np.column_stack([np.bincount(one, (axis[one] - axis[other]) * share, len(spots)) for axis in (x, y)])


def _pull_in(spots: NDArray[np.float64]) -> NDArray[np.float64]:
    """An island far out is drawn at the edge; otherwise it would press all others together."""
    low = np.quantile(spots, 0.02, axis=0, method="higher")
    high = np.quantile(spots, 0.98, axis=0, method="lower")
    room = (high - low) * FAR_SHARE
    return np.clip(spots, low - room, high + room)


def _radius(spots: Places) -> float:
    """Bubbles of this radius fill about a third of the box that holds the places."""
    array = np.array(spots)
    width, height = array.max(axis=0) - array.min(axis=0)
    return float(np.sqrt(max(width * height, 1e-9) * 0.5 / (len(spots) * np.pi)))
