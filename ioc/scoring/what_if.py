"""What if one unit's counts were others: points, group, total, band and rank, by the rules that score everybody."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from ioc.access import Scope
from ioc.catalog.model import COUNTED_RULES, Band, Criterion, Group, Index, Lever, Moves
from ioc.errors import UsageError
from ioc.scoring.score import TOTAL, load_macros, points_of_all
from ioc.store import questions, score_questions
from ioc.store.engine import Connection, open_memory
from ioc.store.score_questions import NodeScore
from ioc.words import gettext as _

KNOWN_BY_RULE = ("computed", "inherited", "by_rule")
PUBLISHED = "published"
NOTHING = Decimal(0)
MOST_KNOWN = 20_000
"""Points that are remembered from one use to the next."""
NUMBER = re.compile(r"[+-]?\d{1,15}(\.\d{1,4})?")


@dataclass(frozen=True)
class Change:
    """Another value of a measure: so many, or so many more."""

    amount: Decimal
    is_difference: bool


@dataclass(frozen=True)
class Parts:
    """The two numbers of a criterion; None where nobody knows them."""

    numerator: Decimal | None
    denominator: Decimal | None


@dataclass(frozen=True)
class ScoreStanding:
    """One unit's points in one period as they were published, with the rules that they follow."""

    index: Index
    unit_code: str
    level: str
    parent_code: str | None
    period: str
    nodes: Mapping[str, NodeScore]
    peer_totals: tuple[Decimal, ...]
    """Of the other units of its level and parent; empty where the unit is not ranked."""
    boundary: str = questions.CURRENT

    @property
    def criteria(self) -> Iterator[Criterion]:
        return (criterion for group in self.index.groups for criterion in group.criteria)

    @property
    def is_ranked(self) -> bool:
        return self.nodes[TOTAL].rank is not None

    def rank_of(self, total: Decimal | None) -> int | None:
        """The place that this total would have among the others."""
        if total is None or not self.is_ranked:
            return None
        return 1 + sum(other > total for other in self.peer_totals)

    def band_of(self, total: Decimal | None) -> Band | None:
        """The band that holds these points."""
        if total is None:
            return None
        return next((band for band in self.index.bands if total >= band.from_points), None)


@dataclass(frozen=True)
class NodeOutcome:
    """A node before and after the changes."""

    node: str
    kind: str
    before: Decimal | None
    after: Decimal | None
    parts: Parts
    """Of a criterion, after the changes."""

    @property
    def gain(self) -> Decimal | None:
        """None where it is not known before or not after; points that could not be had count as none."""
        return None if self.after is None else self.after - (self.before or NOTHING)


@dataclass(frozen=True)
class Outcome:
    """What the changes would make of the unit's points."""

    nodes: Mapping[str, NodeOutcome]
    differences: Mapping[str, Decimal]
    """By how much each measure moved, those that move together included."""
    band_before: Band | None
    band_after: Band | None
    rank_before: int | None
    rank_after: int | None
    rank_of: int | None

    @property
    def total(self) -> NodeOutcome:
        return self.nodes[TOTAL]

    @property
    def changed(self) -> list[NodeOutcome]:
        """The nodes whose points or parts differ, in the order of the index; always with the total."""
        return [one for one in self.nodes.values() if one.kind == "total" or one.before != one.after]


Asked = tuple[Criterion, Decimal, Decimal]
"""A criterion with its numerator and denominator."""


@dataclass(frozen=True)
class _Changed:
    """What changes mean for the criteria, before their points are computed."""

    differences: Mapping[str, Decimal]
    parts: Mapping[str, Parts]
    scored: Mapping[str, Asked]


class Calculator:
    """Points by the rules, each computed once; many together cost as much as one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._known: dict[Asked, Decimal | None] = {}

    def learn(self, asked: Iterable[Asked]) -> None:
        """Computes what is not known yet, all at once."""
        new = [one for one in dict.fromkeys(asked) if one not in self._known]
        if new:
            self._known |= dict(zip(new, points_of_all(self._connection, new), strict=True))

    def forget_if_full(self) -> None:
        """Starts anew where so much is known that it costs more memory than time."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()

    def points(self, criterion: Criterion, numerator: Decimal, denominator: Decimal) -> Decimal | None:
        """The points of one criterion."""
        self.learn([(criterion, numerator, denominator)])
        return self._known[criterion, numerator, denominator]


_idle_calculators: deque[Calculator] = deque()
"""Taken and given back by threads, each of which has its own meanwhile."""


@contextmanager
def rule_calculator() -> Iterator[Calculator]:
    """Where points are computed: a database in memory with the rules, nothing else.

    It is kept for whoever asks next: rules of a process do not change, and opening it takes longer than its answers.
    """
    try:
        calculator = _idle_calculators.pop()
    except IndexError:
        connection = open_memory(threads=1, memory_limit="256MB")
        load_macros(connection)
        calculator = Calculator(connection)
    try:
        yield calculator
    finally:
        calculator.forget_if_full()
        _idle_calculators.append(calculator)


def read_standing(
    connection: Connection, scope: Scope, *, index: Index, unit: str, period: str, boundary: str = questions.CURRENT
) -> ScoreStanding:
    """What a snapshot says of one unit in one view of the boundaries; without any points it is a UsageError."""
    tree = score_questions.score_tree(connection, scope, index=index.id, unit=unit, period=period, boundary=boundary)
    place = next(iter(questions.units(connection, scope, codes=[unit], with_former=True)), None)
    nodes = {node.node: node for node in tree}
    wanted = {TOTAL, *(criterion.node for group in index.groups for criterion in group.criteria)}
    wanted |= {pillar.id for pillar, _groups in index.branches if pillar is not None}
    if place is None or all(node.basis is None and node.denominator is None for node in tree):
        raise UsageError(_("the unit {unit} has no points in {period}").format(unit=unit, period=period))
    if wanted - nodes.keys():
        raise UsageError(_stale_rules(index))
    return ScoreStanding(
        index=index,
        unit_code=unit,
        level=place.level,
        parent_code=place.parent_code,
        period=period,
        nodes=nodes,
        peer_totals=_peer_totals(connection, scope, index.id, place, period, boundary),
        boundary=boundary,
    )


def _peer_totals(
    connection: Connection, scope: Scope, index_id: str, place: questions.UnitRow, period: str, boundary: str
) -> tuple[Decimal, ...]:
    scores = score_questions.scores(
        connection, scope, index=index_id, period=period, kind="total", level=place.level, boundary=boundary
    )
    return tuple(
        score.points
        for score in scores
        if score.points is not None and score.parent_code == place.parent_code and score.unit_code != place.unit_code
    )


def refuse_other_rules(calculator: Calculator, standing: ScoreStanding) -> None:
    """Refuses to advise by rules that are not those the snapshot was scored with."""
    asked = [
        (criterion, node.numerator, node.denominator)
        for criterion in standing.criteria
        if (node := standing.nodes[criterion.node]).basis in KNOWN_BY_RULE
        and node.numerator is not None
        and node.denominator is not None
    ]
    calculator.learn(asked)
    if any(calculator.points(*one) != standing.nodes[one[0].node].points for one in asked):
        raise UsageError(_stale_rules(standing.index))


def _stale_rules(index: Index) -> str:
    message = _(
        "the rules of {index} are not those that the figures were published with; "
        "run `ioc publish` and start the server again"
    )
    return message.format(index=index.id)


def read_change(text: str) -> tuple[str, Change]:
    """A change as it is written: measure=450, measure=+37, or the node of a criterion: 3.3=+37."""
    name, sign, amount = text.partition("=")
    if not name or not sign or not NUMBER.fullmatch(amount):
        message = _("“{text}” is not a change: write measure=450, measure=+37, or for a criterion 3.3=+37")
        raise UsageError(message.format(text=text))
    return name, Change(Decimal(amount), is_difference=amount[0] in "+-")


def what_if(calculator: Calculator, standing: ScoreStanding, changes: Mapping[str, Change]) -> Outcome:
    """The unit's points with other counts; names are measures, or nodes of criteria for their levers."""
    (outcome,) = what_if_each(calculator, standing, [changes])
    return outcome


def what_if_each(
    calculator: Calculator, standing: ScoreStanding, each: Sequence[Mapping[str, Change]]
) -> list[Outcome]:
    """The unit's points with each of several changes; the points of all are computed at once."""
    cases = [_changed(standing, changes) for changes in each]
    calculator.learn(asked for case in cases for asked in case.scored.values())
    return [_outcome(calculator, standing, case) for case in cases]


def _changed(standing: ScoreStanding, changes: Mapping[str, Change]) -> _Changed:
    differences, values = _resolve(standing, changes)
    parts = {
        criterion.node: _parts_after(criterion, standing.nodes[criterion.node], differences, values)
        for criterion in standing.criteria
    }
    return _Changed(differences, parts, {asked[0].node: asked for asked in _to_score(standing, parts)})


def _outcome(calculator: Calculator, standing: ScoreStanding, case: _Changed) -> Outcome:
    outcomes: dict[str, NodeOutcome] = {}
    for criterion in standing.criteria:
        node, asked = standing.nodes[criterion.node], case.scored.get(criterion.node)
        points = node.points if asked is None else calculator.points(*asked)
        outcomes[criterion.node] = NodeOutcome(node.node, node.kind, node.points, points, case.parts[node.node])
    is_known = {name: name in case.scored or standing.nodes[name].basis in KNOWN_BY_RULE for name in case.parts}
    return _add_up(standing, outcomes, is_known, case.differences)


def _to_score(standing: ScoreStanding, parts: Mapping[str, Parts]) -> Iterator[Asked]:
    """The criteria whose parts have changed and are both known."""
    for criterion in standing.criteria:
        node, after = standing.nodes[criterion.node], parts[criterion.node]
        if after != Parts(node.numerator, node.denominator):
            _refuse_impossible(criterion, node, after)
            if after.numerator is not None and after.denominator is not None:
                yield criterion, after.numerator, after.denominator


def _resolve(standing: ScoreStanding, changes: Mapping[str, Change]) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """What each measure moves by, and what it becomes where nothing was known of it."""
    known = known_measures(standing)
    differences: dict[str, Decimal] = {}
    values: dict[str, Decimal] = {}
    for measure, change in _by_measure(standing, changes):
        if change.is_difference:
            differences[measure] = differences.get(measure, NOTHING) + change.amount
        elif measure in known:
            differences[measure] = change.amount - known[measure]
        elif _is_only_in_sums(standing, measure):
            message = _("{measure} is known only as part of a sum: write {measure}=+n or {measure}=-n")
            raise UsageError(message.format(measure=measure))
        else:
            values[measure] = change.amount
    return _with_companions(standing.index, differences), values


def known_measures(standing: ScoreStanding) -> dict[str, Decimal]:
    """The measures that stand alone on a side of a criterion, with their values."""
    found: dict[str, Decimal] = {}
    for criterion in standing.criteria:
        node = standing.nodes[criterion.node]
        sides = ((criterion.numerator, node.numerator), (criterion.denominator, node.denominator))
        found |= {names[0]: value for names, value in sides if len(names) == 1 and value is not None}
    return found


def _by_measure(standing: ScoreStanding, changes: Mapping[str, Change]) -> Iterator[tuple[str, Change]]:
    criteria = {criterion.node: criterion for criterion in standing.criteria}
    measures = {name for found in criteria.values() for name in (*found.numerator, *found.denominator)}
    for name, change in changes.items():
        if name in criteria:
            yield from _pulled(criteria[name], change)
        elif name in measures:
            yield name, change
        else:
            message = _("“{name}” is neither a measure nor a criterion of {index}; there are: {names}")
            names = ", ".join([*criteria, *sorted(measures)])
            raise UsageError(message.format(name=name, index=standing.index.id, names=names))


def _pulled(criterion: Criterion, change: Change) -> Iterator[tuple[str, Change]]:
    """A criterion's lever as changes of its measures."""
    lever = moves_of(criterion.lever)
    if not change.is_difference or lever is Moves.NEITHER or is_percent(criterion):
        message = _("a criterion is changed by so many cases more or fewer, where it has any: {node}=+n")
        raise UsageError(message.format(node=criterion.node))
    yield criterion.numerator[0], change
    if lever is Moves.BOTH and criterion.denominator:
        yield criterion.denominator[0], change


def is_plain_number(criterion: Criterion) -> bool:
    """Whether a criterion is judged by a number that is no part of anything."""
    return not criterion.denominator and criterion.rule in COUNTED_RULES


def is_percent(criterion: Criterion) -> bool:
    """Whether only a published percent is known, and no cases."""
    return not criterion.denominator and criterion.rule not in COUNTED_RULES


def moves_of(lever: Lever | None) -> Moves:
    """What one more case moves; a pack that says nothing means cases that are handled otherwise."""
    return Moves.PART if lever is None else lever.moves


def _is_only_in_sums(standing: ScoreStanding, measure: str) -> bool:
    sides = [side for found in standing.criteria for side in (found.numerator, found.denominator) if measure in side]
    return all(len(side) > 1 for side in sides)


def _with_companions(index: Index, differences: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Measures that count the same cases move by the same; those that were named keep what was said of them."""
    moved = dict(differences)
    for group in index.together:
        said = {differences[name] for name in group if name in differences}
        if len(said) == 1:
            moved |= {name: next(iter(said)) for name in group if name not in differences}
    return moved


def _parts_after(
    criterion: Criterion, node: NodeScore, differences: Mapping[str, Decimal], values: Mapping[str, Decimal]
) -> Parts:
    numerator = _side_after(criterion.numerator, node.numerator, differences, values)
    if not criterion.denominator:
        # a published percent or a plain number: the whole is known as soon as the numerator is
        return Parts(numerator, node.denominator if numerator == node.numerator else criterion.whole)
    return Parts(numerator, _side_after(criterion.denominator, node.denominator, differences, values))


def _side_after(
    measures: Iterable[str],
    before: Decimal | None,
    differences: Mapping[str, Decimal],
    values: Mapping[str, Decimal],
) -> Decimal | None:
    names = list(measures)
    if before is None:
        return sum((values[name] for name in names), NOTHING) if all(name in values for name in names) else None
    return before + sum((differences.get(name, NOTHING) for name in names), NOTHING)


def _refuse_impossible(criterion: Criterion, node: NodeScore, parts: Parts) -> None:
    numerator, denominator = parts.numerator or NOTHING, parts.denominator
    if numerator < 0 or (denominator or NOTHING) < 0:
        raise UsageError(_("item {node}: a count below 0").format(node=criterion.node))
    is_share = not is_plain_number(criterion)
    was_above = node.numerator is not None and node.denominator is not None and node.numerator > node.denominator
    if is_share and denominator is not None and numerator > denominator and not was_above:
        message = _("item {node}: {numerator} of {denominator}; the part cannot be more than the whole")
        raise UsageError(
            message.format(
                node=criterion.node, numerator=f"{numerator.normalize():f}", denominator=f"{denominator.normalize():f}"
            )
        )


def _add_up(
    standing: ScoreStanding,
    criteria: Mapping[str, NodeOutcome],
    is_known: Mapping[str, bool],
    differences: Mapping[str, Decimal],
) -> Outcome:
    nodes: dict[str, NodeOutcome] = {}
    for pillar, groups in standing.index.branches:
        below = _groups_after(standing, groups, criteria, is_known)
        if pillar is not None:
            after = _sum_known([below[group.node].after for group in groups])
            before = standing.nodes[pillar.id].points
            nodes[pillar.id] = NodeOutcome(pillar.id, "pillar", before, after, Parts(None, None))
        nodes |= below
    total = standing.nodes[TOTAL]
    after = _sum_known([nodes[group.node].after for group in standing.index.groups])
    return Outcome(
        nodes={TOTAL: NodeOutcome(TOTAL, "total", total.points, after, Parts(None, None)), **nodes},
        differences=differences,
        band_before=standing.band_of(total.points),
        band_after=standing.band_of(after),
        rank_before=total.rank,
        rank_after=standing.rank_of(after),
        rank_of=total.rank_of,
    )


def _groups_after(
    standing: ScoreStanding,
    groups: Iterable[Group],
    criteria: Mapping[str, NodeOutcome],
    is_known: Mapping[str, bool],
) -> dict[str, NodeOutcome]:
    """Each group, and after it its criteria."""
    nodes: dict[str, NodeOutcome] = {}
    for group in groups:
        parts = [criteria[criterion.node] for criterion in group.criteria]
        before = standing.nodes[group.node]
        after = _group_after(before, parts, is_known)
        nodes[group.node] = NodeOutcome(group.node, "group", before.points, after, Parts(None, None))
        nodes |= {part.node: part for part in parts}
    return nodes


def _sum_known(points: Sequence[Decimal | None]) -> Decimal | None:
    """The sum; not known where one of them is not."""
    known = [one for one in points if one is not None]
    return sum(known, NOTHING) if len(known) == len(points) else None


def _group_after(before: NodeScore, parts: Iterable[NodeOutcome], is_known: Mapping[str, bool]) -> Decimal | None:
    """The sum of its criteria; a group that is known only as published moves by what its criteria move.

    The portal's own figure would follow the counts, and standing still would promise that nothing helps.
    """
    found = list(parts)
    if all(is_known[part.node] for part in found):
        return sum((part.after or NOTHING for part in found), NOTHING)
    if before.points is None:
        is_complete = all(is_known[part.node] or part.after is not None for part in found)
        return sum((part.after or NOTHING for part in found), NOTHING) if is_complete else None
    moved = sum(((part.after or NOTHING) - (part.before or NOTHING) for part in found), NOTHING)
    return max(NOTHING, min(before.max_points, before.points + moved))
