"""Columns of 100 %, one for each period, drawn with plain elements: no chart library has to be loaded for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboards.components.elements import Element, element
from dashboards.formats import format_percent

TICKS = (1, 0.75, 0.5, 0.25, 0)


@dataclass(frozen=True)
class Shares:
    """One part of the whole: a share and a sentence for each period."""

    name: str
    colour: str
    """The end of a `fill-` class."""
    shares: Sequence[float | None]
    words: Sequence[str]


@dataclass(frozen=True)
class Border:
    """A line before one of the columns, and what it says."""

    place: int
    words: str


def stacked_columns(
    labels: Sequence[str], parts: Sequence[Shares], *, label: str, border: Border | None = None
) -> Element:
    """The first part stands at the bottom, where its change is seen best; pointing at a column tells its figures."""
    scale = element("Div", [element("Span", format_percent(tick, 0)) for tick in TICKS], "columns-scale")
    drawn = [_column(place, words, parts, border) for place, words in enumerate(labels)]
    plot = element(
        "Div", [scale, element("Div", drawn, "columns-plot")], "columns", role="img", **{"aria-label": label}
    )
    return element("Div", [_legend(parts), plot], "columns-frame")


def _legend(parts: Sequence[Shares]) -> Element:
    items = [element("Li", [element("I", None, f"fill-{part.colour}"), part.name]) for part in parts]
    return element("Ul", items, "legend")


def _column(place: int, label: str, parts: Sequence[Shares], border: Border | None) -> Element:
    words = "\n".join([label, *(part.words[place] for part in parts)])
    known = [(part.colour, share) for part in parts if (share := part.shares[place]) is not None]
    stack = [element("Div", None, f"fill-{colour}", style={"height": f"{share * 100:.2f}%"}) for colour, share in known]
    bar = element("Div", stack, "column-bar" if known else "column-bar track-unknown")
    inner = [bar, element("Span", label, "column-label")]
    if border is None or border.place != place:
        return element("Div", inner, "column", title=words)
    return element("Div", [element("Span", border.words, "column-border"), *inner], "column column-after", title=words)
