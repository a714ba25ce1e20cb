"""How dossiers came in over time: shares of each month stacked to a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.figures.base import Figure, base_layout
from dashboards.formats import format_percent
from dashboards.theme import Theme

TICKS = (0, 0.25, 0.5, 0.75, 1)


@dataclass(frozen=True)
class ChannelShares:
    """One channel: a share and a sentence for each period."""

    name: str
    token: str
    """The theme's token for its colour."""
    shares: Sequence[float | None]
    words: Sequence[str]


def channels_figure(labels: Sequence[str], channels: Sequence[ChannelShares], theme: Theme) -> Figure:
    """Bars of 100 %, with the first channel at the bottom, where its change is seen best."""
    bars = [_bars(labels, channel, theme) for channel in channels]
    axis = {"fixedrange": True, "linecolor": theme.line, "zeroline": False, "automargin": True}
    layout = base_layout(
        theme,
        barmode="stack",
        bargap=0.28,
        hovermode="x unified",
        dragmode=False,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "traceorder": "normal", "itemclick": False},
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        xaxis={**axis, "type": "category", "showgrid": False, "nticks": 7},
        yaxis={
            **axis,
            "range": [0, 1],
            "gridcolor": theme.grid,
            "tickvals": list(TICKS),
            "ticktext": [format_percent(tick, 0) for tick in TICKS],
        },
    )
    return {"data": bars, "layout": layout}


def _bars(labels: Sequence[str], channel: ChannelShares, theme: Theme) -> dict[str, object]:
    return {
        "type": "bar",
        "name": channel.name,
        "x": list(labels),
        "y": list(channel.shares),
        "customdata": list(channel.words),
        "hovertemplate": "%{customdata}<extra></extra>",
        "marker": {"color": getattr(theme, channel.token)},
    }
