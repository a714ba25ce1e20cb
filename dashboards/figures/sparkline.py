"""A sparkline as a small SVG picture: no script, no chart library."""

from __future__ import annotations

from collections.abc import Sequence

from dashboards.figures.base import picture_uri
from dashboards.theme import Theme

WIDTH, HEIGHT, MARGIN = 150.0, 44.0, 5.0


def sparkline_uri(values: Sequence[float | None], *, theme: Theme, colour: str, target: float | None = None) -> str:
    """The picture as a data URI: a line with gaps where values are missing, its last point, and the target dashed."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = _span([*known, target] if target is not None and _is_near(target, known) else known)
    points = [(_x(place, len(values)), _y(value, low, high)) for place, value in enumerate(values) if value is not None]
    lines = "".join(_polyline(run, colour) for run in _runs(values, low, high))
    last_x, last_y = points[-1]
    dot = f'<circle cx="{last_x:.1f}" cy="{last_y:.1f}" r="3.4" fill="{colour}"/>'
    rule = ""
    if target is not None and low <= target <= high:
        y = _y(target, low, high)
        rule = f'<path d="M0 {y:.1f}H{WIDTH:.0f}" stroke="{theme.ink_muted}" stroke-dasharray="3 3"/>'
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" '
        f'preserveAspectRatio="xMaxYMid">{rule}{lines}{dot}</svg>'
    )
    return picture_uri(picture)


def _runs(values: Sequence[float | None], low: float, high: float) -> list[list[tuple[float, float]]]:
    """Unbroken stretches of the line."""
    runs: list[list[tuple[float, float]]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((_x(place, len(values)), _y(value, low, high)))
    return [run for run in runs if len(run) > 1]


def _polyline(points: Sequence[tuple[float, float]], colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.2" stroke-linejoin="round"/>'


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    return (low, high) if high > low else (low - 1, high + 1)


def _is_near(target: float, known: Sequence[float]) -> bool:
    """A target far from the values would press the line flat."""
    low, high = min(known), max(known)
    room = max(high - low, abs(high) * 0.02)
    return low - 2 * room <= target <= high + 2 * room


def _x(place: int, count: int) -> float:
    return MARGIN + (WIDTH - 2 * MARGIN) * (place / max(count - 1, 1))


def _y(value: float, low: float, high: float) -> float:
    return HEIGHT - MARGIN - (HEIGHT - 2 * MARGIN) * (value - low) / (high - low)
