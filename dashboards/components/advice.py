"""Advice as plain elements: a row for each criterion that points can be won in, and why the others have none."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dashboards.components.elements import Child, Children, Column, Element, element, row, table
from dashboards.components.marks import state_tag
from dashboards.formats import NOTHING, format_number, in_language
from ioc.catalog.model import Text
from ioc.scoring.advice import Advice, Feasibility, Goal, Step
from ioc.scoring.advice_words import (
    experience_sentence,
    feasibility_words,
    goal_words,
    reason_words,
    step_sentence,
)
from ioc.scoring.what_if import NodeOutcome, Outcome
from ioc.words import gettext as _

STATES = {
    Feasibility.OWN_BEST: "on_target",
    Feasibility.PEERS: "at_risk",
    Feasibility.BEYOND: "not_assessed",
    Feasibility.UNTOLD: "not_assessed",
}


SHOWN = 6
"""Criteria in view; the others are folded away."""


def advice_tables(advice: Advice) -> list[Element]:
    """One row per criterion, the nearest first: what to do, then the cases for each goal; the far ones folded away."""
    nodes = list(dict.fromkeys(step.criterion.node for step in advice.steps))
    near, far = nodes[:SHOWN], nodes[SHOWN:]
    words = _("{n} more criteria").format(n=format_number(len(far)))
    more = [element("Details", [element("Summary", words), _table(advice, far)], "more")] if far else []
    return [_table(advice, near), *more]


def _table(advice: Advice, nodes: Sequence[str]) -> Element:
    columns = [Column(_("What to do"), "advice"), *(Column(goal_words(goal), "number") for goal in Goal)]
    columns.append(Column(_("How near"), "near"))
    rows = [_row(columns, {step.goal: step for step in advice.steps if step.criterion.node == node}) for node in nodes]
    return table(columns, rows, caption=_("Cases needed for each goal"), class_name="advice-table")


def _row(columns: Sequence[Column], steps: dict[Goal, Step]) -> Element:
    first = next(iter(steps.values()))
    cells: list[Children] = [_deed(first), *(_count(steps.get(goal)) for goal in Goal), _near(first)]
    return row(columns, cells)


def _deed(step: Step) -> list[Element]:
    lever = step.criterion.lever
    name: list[Child] = [element("B", step.criterion.node), " ", _text(step.criterion.name)]
    parts = [element("Span", name, "node-name"), element("Span", step_sentence(step), "advice-words")]
    return [*parts, element("Span", _text(lever.action), "node-rule")] if lever else parts


def _count(step: Step | None) -> Children:
    return element("Span", "—", "muted") if step is None else f"+{format_number(step.count)}"


def _near(step: Step) -> list[Element]:
    tag = state_tag(STATES[step.feasibility], feasibility_words(step.feasibility))
    return [tag, element("Div", experience_sentence(step), "muted small")]


def left_out_list(advice: Advice) -> Element:
    """Why other criteria have no advice, folded away."""
    items = [
        element("Li", [element("B", one.criterion.node), f" {_text(one.criterion.name)}: {reason_words(one.reason)}"])
        for one in advice.left_out
    ]
    words = _("{n} criteria without advice").format(n=format_number(len(items)))
    return element("Details", [element("Summary", words), element("Ul", items, "left-out")], "more", hidden=not items)


def outcome_summary(outcome: Outcome, names: dict[str, str]) -> Element:
    """Total, band and rank before and after, then each node that moves."""
    lines = [_line(_("Total"), _points(outcome.total.before), _points(outcome.total.after), _gain(outcome.total))]
    if outcome.band_after is not None:
        before = _text(outcome.band_before.name) if outcome.band_before else NOTHING
        lines.append(_line(_("Band"), before, _text(outcome.band_after.name)))
    if outcome.rank_after is not None and (outcome.rank_of or 0) > 1:
        note = _(" of {n}").format(n=format_number(outcome.rank_of))
        lines.append(_line(_("Rank"), format_number(outcome.rank_before), format_number(outcome.rank_after), note))
    moved = [one for one in outcome.changed if one.kind != "total"]
    names = {one.node: names.get(one.node, one.node) + _cases(one) for one in moved}
    lines += [_line(names[one.node], _points(one.before), _points(one.after), _gain(one)) for one in moved]
    return element("Dl", lines, "outcome")


def _line(name: str, before: str, after: str, note: str = "") -> Element:
    same = before == after
    words = [after] if same else [element("Span", before, "muted"), " → ", element("B", after)]
    return element("Div", [element("Dt", name), element("Dd", [*words, element("Span", note, "muted small")])])


def _cases(one: NodeOutcome) -> str:
    """The part and the whole that a criterion then has."""
    if one.parts.numerator is None or one.parts.denominator is None:
        return ""
    words = _("{part} out of {whole}")
    return f" ({words.format(part=format_number(one.parts.numerator), whole=format_number(one.parts.denominator))})"


def _points(points: Decimal | None) -> str:
    return format_number(points, 2)


def _gain(one: NodeOutcome) -> str:
    gain = one.gain
    if gain is None or gain == 0:
        return ""
    return f" ({'+' if gain > 0 else ''}{format_number(gain, 2)})"


def _text(text: Text) -> str:
    return in_language(text.vi, text.en)
