"""What all figures share: no colour is set elsewhere than in the theme."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from dashboards.formats import plotly_separators
from dashboards.theme import FONT, Theme

Figure = dict[str, Any]


def base_layout(theme: Theme, *, font_px: int = 13, **more: Any) -> dict[str, Any]:
    """A calm layout in the theme's colours with Vietnamese separators."""
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": FONT, "size": font_px, "color": theme.ink},
        "separators": plotly_separators(),
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "showlegend": False,
        "hoverlabel": {
            "bgcolor": theme.surface_raised,
            "bordercolor": theme.line,
            "font": {"color": theme.ink, "family": FONT},
            "align": "left",
        },
        **more,
    }


def picture_uri(svg: str) -> str:
    """An SVG picture as a data URI."""
    return "data:image/svg+xml," + quote(svg, safe="~()*!.'-_ =:/\"")


def bare_axis() -> dict[str, Any]:
    """An axis that is not seen and cannot be dragged."""
    return {"visible": False, "fixedrange": True, "showgrid": False, "zeroline": False}
