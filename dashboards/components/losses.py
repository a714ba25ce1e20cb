"""Where points are lost: a bar for each criterion, the greatest loss first."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboards.components.elements import Element, element
from dashboards.components.marks import track
from dashboards.formats import counted_noun, format_number, format_percent, in_language
from ioc.store.score_questions import NodeScore
from ioc.words import gettext as _

SHOWN = 7
UNEXPLAINED_FROM = Decimal("0.05")
"""Less is rounding."""
BIG_SHARE = 3
"""How many criteria the sentence above the bars speaks of."""


def losing_criteria(nodes: Sequence[NodeScore]) -> list[NodeScore]:
    """Criteria that lost anything, the greatest loss first."""
    losing = [node for node in nodes if node.kind == "criterion" and node.lost_points]
    return sorted(losing, key=lambda node: (-(node.lost_points or 0), node.position))


def loss_sentence(losing: Sequence[NodeScore]) -> str:
    """`Mất 24,61 điểm; 3 tiêu chí đầu chiếm 52 % số điểm mất.`"""
    lost = sum((node.lost_points or Decimal(0) for node in losing), Decimal(0))
    if not lost:
        return _("No points are lost.")
    first = sum((node.lost_points or Decimal(0) for node in losing[:BIG_SHARE]), Decimal(0))
    if len(losing) <= BIG_SHARE:
        return _("{points} points are lost.").format(points=format_number(lost, 2))
    words = _("{points} points are lost; the first {n} criteria make {share} of it.")
    return words.format(points=format_number(lost, 2), n=BIG_SHARE, share=format_percent(first / lost, 0))


def unexplained_loss(nodes: Sequence[NodeScore]) -> str:
    """What a unit lost beyond what its criteria tell: some groups are published without their criteria."""
    lost = sum((node.lost_points or Decimal(0) for node in nodes if node.kind == "group"), Decimal(0))
    told = sum((node.lost_points or Decimal(0) for node in nodes if node.kind == "criterion"), Decimal(0))
    told += sum((node.max_points for node in nodes if node.is_without_cases), Decimal(0))
    if lost - told < UNEXPLAINED_FROM:
        return ""
    words = _("Another {points} points are lost in groups whose criteria are not published.")
    return f" {words.format(points=format_number(lost - told, 2))}"


def loss_bars(losing: Sequence[NodeScore], *, count: int = SHOWN) -> Element:
    """The greatest losses as bars in proportion to the greatest of them."""
    greatest = max((node.lost_points or Decimal(0) for node in losing), default=Decimal(1))
    return element("Ol", [_bar(node, greatest) for node in losing[:count]], "losses")


def _bar(node: NodeScore, greatest: Decimal) -> Element:
    lost = node.lost_points or Decimal(0)
    name: list[Element | str] = [element("B", node.node), " ", in_language(node.name_vi, node.name_en)]
    return element(
        "Li",
        [
            element("Div", name, "loss-name"),
            element("Div", f"−{format_number(lost, 2)}", "loss-points"),
            track(float(lost / greatest), "loss-track inherited" if node.is_inherited else "loss-track"),
            element("Div", _note(node), "loss-note"),
        ],
    )


def _note(node: NodeScore) -> str:
    """What lies behind the loss, in counts where they are known."""
    parts = [
        _("{points} of {all} points").format(points=format_number(node.points, 2), all=format_number(node.max_points))
    ]
    if node.is_inherited:
        parts.append(_("the province's own figure"))
    elif node.whole is None and node.numerator is not None and node.denominator and node.denominator > node.numerator:
        noun = counted_noun(node.indicator or "") if node.indicator else ""
        missing = format_number(node.denominator - node.numerator)
        parts.append(_("{n} {things} without it").format(n=missing, things=noun).replace("  ", " "))
    return " · ".join(parts)
