"""A line over periods, with the target as a dashed line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.base import Figure, base_layout
from dashboards.theme import Theme


@dataclass(frozen=True)
class TrendValue:
    """One period of a trend; `words` is what the hover says."""

    label: str
    value: float | None
    words: str


def trend_figure(
    points: Sequence[TrendValue], theme: Theme, *, target: float | None = None, is_percent: bool = True
) -> Figure:
    """A line with gaps where values are missing, labelled by period; no zoom, no drag."""
    labels = [point.label for point in points]
    line = {
        "type": "scatter",
        "mode": "lines+markers",
        "x": labels,
        "y": [point.value for point in points],
        "text": [point.words for point in points],
        "hovertemplate": "<b>%{x}</b><br>%{text}<extra></extra>",
        "line": {"color": theme.accent, "width": 2.5},
        "marker": {"size": 7},
        "connectgaps": False,
    }
    return {"data": [line, *_target_line(labels, target, theme)], "layout": _layout(theme, is_percent=is_percent)}


def _target_line(labels: Sequence[str], target: float | None, theme: Theme) -> list[dict[str, object]]:
    if target is None or not labels:
        return []
    return [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [labels[0], labels[-1]],
            "y": [target, target],
            "line": {"color": theme.ink_muted, "dash": "dash", "width": 1.5},
            "hoverinfo": "skip",
        }
    ]


def _layout(theme: Theme, *, is_percent: bool) -> dict[str, object]:
    axis = {"gridcolor": theme.grid, "linecolor": theme.line, "zeroline": False, "fixedrange": True, "automargin": True}
    return base_layout(
        theme,
        hovermode="x unified",
        dragmode=False,
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        xaxis={**axis, "type": "category", "showgrid": False, "nticks": 8},
        yaxis={**axis, "tickformat": ".0%" if is_percent else ",d", "rangemode": "normal", "nticks": 6},
    )
