"""A schema of an area: each unit a bubble near its place, none covering another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dashboards.figures.base import Figure, bare_axis, base_layout
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


def places_figure(places: Sequence[Place], theme: Theme, *, is_wall: bool = False) -> Figure:
    """Bubbles by state: colour, shape and, in the legend, the word with the count."""
    spots = spread(tuple((place.longitude, place.latitude) for place in places))
    margin = 2 * _radius(spots) if len(spots) > 1 else 0.5
    marked = list(zip(places, spots, strict=True))
    traces = [
        _trace([(place, spot) for place, spot in marked if place.status == status], status, theme, is_wall=is_wall)
        for status in STATE_SYMBOLS
    ]
    layout = _layout(theme, spots, margin, font_px=26 if is_wall else 13)
    layout["legend"] |= _wall_legend() if is_wall else _desk_legend()
    return {"data": [trace for trace in traces if trace["x"]], "layout": layout}


def _desk_legend() -> dict[str, object]:
    return {"orientation": "h", "x": 0, "y": -0.02, "yanchor": "top"}


def _wall_legend() -> dict[str, object]:
    """Beside the bubbles: a wall's panel is wide and low."""
    return {"orientation": "v", "x": 0, "xanchor": "left", "y": 1, "yanchor": "top"}


def _trace(
    members: Sequence[tuple[Place, tuple[float, float]]], status: str, theme: Theme, *, is_wall: bool
) -> dict[str, object]:
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
            "size": 20 if is_wall else 15,
            "color": state_colour(theme, status),
            "line": {"color": theme.surface, "width": 1.5} if status != "not_assessed" else {"width": 2},
        },
    }


def _layout(theme: Theme, spots: Places, margin: float, *, font_px: int) -> dict[str, Any]:
    xs, ys = [x for x, _ in spots] or [0.0], [y for _, y in spots] or [0.0]
    return base_layout(
        theme,
        font_px=font_px,
        showlegend=True,
        legend={"itemclick": False, "itemdoubleclick": False},
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
    home, diameter = spots.copy(), 2 * _radius(tuple(map(tuple, spots)))
    for _step in range(STEPS):
        spots += _push(spots, diameter) + 0.02 * (home - spots)
    return tuple((round(float(x), 5), round(float(y), 5)) for x, y in spots)


def _push(spots: NDArray[np.float64], diameter: float) -> NDArray[np.float64]:
    """For each bubble half of what separates it from each that it covers."""
    apart = spots[:, None, :] - spots[None, :, :]
    distance = np.sqrt((apart**2).sum(axis=2))
    np.fill_diagonal(distance, np.inf)
    # Two units at the very same place part along a direction that depends on their order only.
    apart[distance == 0] = (1e-6, 1e-6)
    overlap = np.clip(diameter - distance, 0, None)
    return np.asarray((apart / np.maximum(distance, 1e-9)[:, :, None] * overlap[:, :, None]).sum(axis=1) * 0.25)


def _pull_in(spots: NDArray[np.float64]) -> NDArray[np.float64]:
    """An island far out is drawn at the edge; otherwise it would press all others together."""
    low, high = np.quantile(spots, 0.02, axis=0), np.quantile(spots, 0.98, axis=0)
    room = (high - low) * FAR_SHARE
    return np.clip(spots, low - room, high + room)


def _radius(spots: Places) -> float:
    """Bubbles of this radius fill about a third of the box that holds the places."""
    array = np.array(spots)
    width, height = array.max(axis=0) - array.min(axis=0)
    return float(np.sqrt(max(width * height, 1e-9) * 0.42 / (len(spots) * np.pi)))
