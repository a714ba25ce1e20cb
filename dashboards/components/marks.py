"""States, flags, changes and bars as plain elements, for tables of many rows."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboards.components.elements import Element, element
from dashboards.components.states import FLAT_CHANGE
from dashboards.formats import Number, flag_word, format_change, format_number, status_word
from ioc.words import gettext as _


def state_tag(status: str, words: str | None = None) -> Element:
    """A state with its shape and word; other words may say more exactly what is the matter."""
    mark = element("I", None, f"mark mark-{status}", **{"aria-hidden": "true"})
    return element("Span", [mark, words or status_word(status)], f"state state-{status}")


def flag_tags(flags: Sequence[str]) -> list[Element]:
    """One small tag per flag."""
    return [element("Span", flag_word(flag), f"flag flag-{flag}") for flag in flags]


def change_tag(
    value: Number | None, before: Number | None, *, measure_unit: str, decimals: int, direction: str, words: str = ""
) -> Element:
    """`▲ 0,51 điểm %`, coloured by whether it is for the better; a dash where there is nothing before."""
    if value is None or before is None:
        return element("Span", ["— ", words], "change change-flat")
    difference = float(value) - float(before)
    if abs(difference) < FLAT_CHANGE:
        return element("Span", [element("B", "="), f" {words}"], "change change-flat", title=_("unchanged"))
    arrow = "▲" if difference > 0 else "▼"
    amount = format_change(difference, measure_unit, decimals)
    kind, title = _feeling(difference, direction)
    return element("Span", [element("B", f"{arrow} {amount}"), f" {words}"], f"change change-{kind}", title=title)


def _feeling(difference: float, direction: str) -> tuple[str, str]:
    if direction not in ("up", "down"):
        return "flat", ""
    return ("better", _("better")) if (difference > 0) == (direction == "up") else ("worse", _("worse"))


def points_text(points: Decimal | None, maximum: Decimal) -> list[Element | str]:
    """`5,88/6`, or a dash of the maximum where nobody knows."""
    whole = format_number(maximum, 0 if maximum == maximum.to_integral_value() else 2)
    return [element("B", format_number(points, 2)), element("Span", f"/{whole}", "muted")]


def track(share: float | None, class_name: str = "") -> Element:
    """A bar filled to a share of 0 to 1; hatched where nobody knows."""
    if share is None:
        return element("Div", None, f"track track-unknown {class_name}".strip())
    width = f"{max(0.0, min(1.0, share)) * 100:.2f}%"
    return element("Div", element("Div", None, "track-fill", style={"width": width}), f"track {class_name}".strip())


def stacked_track(shares: Sequence[tuple[float, str]], *, words: str) -> Element:
    """A bar of several shares, each with the name of its colour; what they say stands in `words`."""
    parts = [
        element("Div", None, f"track-part fill-{name}", style={"width": f"{share * 100:.2f}%"})
        for share, name in shares
        if share > 0
    ]
    return element("Div", parts, "track track-stacked", role="img", title=words, **{"aria-label": words})
