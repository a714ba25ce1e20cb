"""States, flags, changes and messages: told by colour and shape and word."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboards.components.attributes import aria
from dashboards.formats import Number, flag_word, format_change, status_word
from ioc.words import gettext as _

FLAT_CHANGE = 5e-5
"""A difference that shows as 0,00 is no change."""


def state_pill(status: str) -> Component:
    """A state with its shape and word."""
    return html.Span([state_mark(status), status_word(status)], className=f"state state-{status}")


def state_mark(status: str) -> Component:
    """Only the shape, for places where the word stands elsewhere."""
    return html.I(className=f"mark mark-{status}", **aria(hidden="true"))


def flag_chips(flags: Sequence[str]) -> list[Component]:
    """One chip per flag; `stale` stands out."""
    return [html.Span(flag_word(flag), className=f"flag flag-{flag}") for flag in flags]


def change_mark(
    value: Number | None, before: Number | None, *, measure_unit: str, decimals: int, direction: str, words: str
) -> Component | None:
    """`▲ 0,51 điểm % so với kỳ trước`, coloured by whether it is for the better; None where there is nothing before."""
    if value is None or before is None:
        return None
    difference = float(value) - float(before)
    if abs(difference) < FLAT_CHANGE:
        return html.Span([html.B("="), f" {words}"], className="change change-flat", title=_("unchanged"))
    arrow = "▲" if difference > 0 else "▼"
    feeling = _feeling(difference, direction)
    amount = format_change(difference, measure_unit, decimals)
    titles = {"better": _("better"), "worse": _("worse")}
    return html.Span(
        [html.B(f"{arrow} {amount}"), f" {words}" if words else None],
        className=f"change change-{feeling}",
        title=titles.get(feeling, ""),
    )


def _feeling(difference: float, direction: str) -> str:
    if direction not in ("up", "down"):
        return "flat"
    return "better" if (difference > 0) == (direction == "up") else "worse"


def message(title: str, text: str, *, kind: str = "empty") -> Component:
    """The clear look of an empty, failed or forbidden place."""
    return html.Div(
        [html.Div(className="message-mark", **aria(hidden="true")), html.H2(title), html.P(text)],
        className=f"message message-{kind}",
        role="status",
    )
