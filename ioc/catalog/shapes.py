"""The shapes of the catalogue's YAML, and how each becomes a record."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ioc.catalog.model import (
    Band,
    Criterion,
    Direction,
    Evidence,
    Group,
    Index,
    Indicator,
    IndicatorSeries,
    Lever,
    Measure,
    Moves,
    Pillar,
    Revision,
    Step,
    Target,
    Text,
    WhileOpen,
    ZeroPolicy,
)
from ioc.periods import PeriodKind
from ioc.words import gettext as _

_NEEDED: Mapping[str, tuple[str, ...]] = {
    "event": ("at",),
    "stock": ("at", "until"),
    "opening_stock": ("at", "until"),
    "cohort": ("at", "judged"),
    "distinct": ("at", "value"),
    "level": ("value",),
    "published": ("metric", "part"),
    "flow": (),
    "opening": (),
    "closing": (),
    "judged": (),
    "reported": ("metric", "part"),
}
_FACTS_OF_KINDS: Mapping[str, frozenset[str]] = {
    "published": frozenset({"portal"}),
    "flow": frozenset({"forms", "documents"}),
    "opening": frozenset({"forms"}),
    "closing": frozenset({"forms"}),
    "judged": frozenset({"messages", "petitions", "plan", "quality"}),
    "reported": frozenset({"reported"}),
}
"""Kinds that belong to certain facts, and these facts to them."""


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _null_word(value: object) -> object:
    return "null" if value is None else value


Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
NodeName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._]*$")]
Words = Annotated[str, Field(min_length=1)]
MeasureIds = Annotated[tuple[Slug, ...], BeforeValidator(_as_list, json_schema_input_type=Slug | tuple[Slug, ...])]
Zero = Annotated[ZeroPolicy, BeforeValidator(_null_word, json_schema_input_type=ZeroPolicy | None)]
"""In YAML both null and "null" mean: no value."""
Positive = Annotated[Decimal, Field(gt=0)]
Points = Annotated[Decimal, Field(gt=0, lt=1_000_000, decimal_places=2)]


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class TextShape(_Shape):
    vi: Words
    en: Words

    def record(self) -> Text:
        return Text(self.vi, self.en)


class MeasureShape(_Shape):
    """One entry of measures/*.yaml."""

    id: Slug
    name: TextShape
    fact: Literal[
        "dossiers", "portal", "certificates", "staff", "procedures",
        "forms", "documents", "messages", "petitions", "plan", "reported", "quality",
    ]  # fmt: skip
    kind: Literal[
        "event", "stock", "opening_stock", "cohort", "distinct", "level",
        "published", "flow", "opening", "closing", "judged", "reported",
    ]  # fmt: skip
    adds: frozenset[Literal["units", "time"]]
    where: Words | None = None
    value: Words | None = None
    at: Words | None = None
    until: Words | None = None
    judged: Words | None = None
    metric: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")] | None = None
    part: Literal["numerator", "denominator", "ratio", "points"] | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = [name for name in _NEEDED[self.kind] if getattr(self, name) is None]
        if missing:
            raise ValueError(
                _("a measure of kind {kind} with {keys}").format(kind=self.kind, keys=", ".join(_NEEDED[self.kind]))
            )
        facts = _FACTS_OF_KINDS.get(self.kind)
        bound = frozenset().union(*_FACTS_OF_KINDS.values())
        if (facts is None and self.fact in bound) or (facts is not None and self.fact not in facts):
            raise ValueError(
                _("another kind for the fact {fact}: published for portal, reported for reported …").format(
                    fact=self.fact
                )
            )
        return self

    def record(self) -> Measure:
        return Measure(
            id=self.id,
            name=self.name.record(),
            fact=self.fact,
            kind=self.kind,
            adds=frozenset(self.adds),
            where=self.where,
            value=self.value,
            at=self.at,
            until=self.until,
            judged=self.judged,
            metric=self.metric,
            part=self.part,
        )


class SeriesShape(_Shape):
    numerator: Annotated[MeasureIds, Field(min_length=1)]
    denominator: MeasureIds = ()
    scale: Positive = Decimal(1)

    def record(self, series_id: str) -> IndicatorSeries:
        return IndicatorSeries(series_id, self.numerator, self.denominator, self.scale)


class TargetShape(_Shape):
    value: Decimal
    at_risk_within: Annotated[Decimal, Field(ge=0)]
    status: Evidence
    source: TextShape
    due: date | None = None

    def record(self) -> Target:
        return Target(self.value, self.at_risk_within, self.status, self.source.record(), self.due)


class IndicatorShape(_Shape):
    """One entry of indicators/*.yaml."""

    id: Slug
    number: Annotated[int, Field(ge=1)]
    name: TextShape
    group: Slug
    formula: TextShape
    measure_unit: Literal["percent", "dossiers", "points", "certificates", "petitions", "days",
        "actions", "transactions", "people", "units", "documents", "tasks", "procedures", "hours", "million_dong",
    ]  # fmt: skip
    direction: Direction
    zero: Zero = ZeroPolicy.NULL
    series: dict[Slug, SeriesShape] = {}
    evidence: Evidence
    legal_source: TextShape
    decimals: Annotated[int, Field(ge=0, le=4)] = 2
    target: TargetShape | None = None
    score_index: Slug | None = None
    score_part: Literal["total", "own"] | None = None
    hysteresis: Annotated[Decimal, Field(ge=0)] = Decimal(0)
    while_open: WhileOpen | None = None

    @model_validator(mode="after")
    def _fed(self) -> Self:
        if bool(self.series) == bool(self.score_index) or (self.score_index is None) != (self.score_part is None):
            raise ValueError(_("either series, or score_index with score_part"))
        if self.target and self.measure_unit == "percent" and not 0 <= self.target.value <= 1:
            raise ValueError(_("a target between 0 and 1 (0.95 for 95 %)"))
        if self.target and self.direction is Direction.NONE:
            raise ValueError(_("direction up or down where there is a target"))
        return self

    def record(self) -> Indicator:
        return Indicator(
            id=self.id,
            number=self.number,
            name=self.name.record(),
            group=self.group,
            formula=self.formula.record(),
            measure_unit=self.measure_unit,
            direction=self.direction,
            zero=self.zero,
            series=tuple(shape.record(series_id) for series_id, shape in self.series.items()),
            evidence=self.evidence,
            legal_source=self.legal_source.record(),
            decimals=self.decimals,
            target=self.target.record() if self.target else None,
            score_index=self.score_index,
            score_part=self.score_part,
            hysteresis=self.hysteresis,
            while_open=self.while_open,
        )


class LeverShape(_Shape):
    """What an office can do for a criterion, counted in cases."""

    case: TextShape
    whole: TextShape
    action: TextShape
    moves: Moves = Moves.PART

    def record(self) -> Lever:
        return Lever(self.case.record(), self.whole.record(), self.action.record(), self.moves)


class StepShape(_Shape):
    """So many points from this rate or number on."""

    at: Annotated[Decimal, Field(ge=0, decimal_places=4, lt=1_000_000)]
    points: Annotated[Decimal, Field(ge=0, decimal_places=2)]

    def record(self) -> Step:
        return Step(self.at, self.points)


class CriterionShape(_Shape):
    """One scored item of an index."""

    node: NodeName
    name: TextShape
    max_points: Points
    rule: Literal["linear", "capped", "steps", "yes_no", "half"]
    cap: Annotated[Decimal, Field(gt=0, le=1, decimal_places=4)] | None = None
    steps: tuple[StepShape, ...] = ()
    series: Slug | None = None
    rounding: Literal["points", "percent"] = "points"
    zero: Annotated[
        Literal["null", "zero", "full"],
        BeforeValidator(_null_word, json_schema_input_type=Literal["null", "zero", "full"] | None),
    ] = "null"
    inherited: bool = False
    numerator: Annotated[MeasureIds, Field(min_length=1)]
    denominator: MeasureIds = ()
    published: Slug | None = None
    indicator: Slug | None = None
    rule_text: TextShape
    evidence: Evidence
    legal_source: Words
    lever: LeverShape | None = None

    @model_validator(mode="after")
    def _cap_fits_rule(self) -> Self:
        if (self.rule == "capped") != (self.cap is not None):
            raise ValueError(_("cap with the rule capped, and only with it"))
        return self

    @model_validator(mode="after")
    def _steps_fit_rule(self) -> Self:
        if (self.rule == "steps") != bool(self.steps):
            raise ValueError(_("steps with the rule steps, and only with it"))
        falling = all(better.at > worse.at and better.points > worse.points for better, worse in pairwise(self.steps))
        if self.steps and not (falling and self.steps[0].points == self.max_points):
            raise ValueError(_("steps from the best to the worst, the first with all the points"))
        if self.rule == "half" and self.max_points * 100 % 2:
            raise ValueError(_("max_points whose half has two decimals"))
        return self

    def _step_records(self) -> tuple[Step, ...]:
        """Every rule that is not a slope, as steps."""
        if self.rule == "yes_no":
            return (Step(Decimal(1), self.max_points),)
        if self.rule == "half":
            return (Step(Decimal(1), self.max_points), Step(Decimal("0.5"), self.max_points / 2))
        return tuple(step.record() for step in self.steps)

    def record(self) -> Criterion:
        return Criterion(
            node=self.node,
            name=self.name.record(),
            max_points=self.max_points,
            rule=self.rule,
            cap=self.cap,
            rounding=self.rounding,
            zero=self.zero,
            inherited=self.inherited,
            numerator=self.numerator,
            denominator=self.denominator,
            published=self.published,
            indicator=self.indicator,
            rule_text=self.rule_text.record(),
            evidence=self.evidence,
            legal_source=self.legal_source,
            lever=self.lever.record() if self.lever else None,
            series=self.series,
            steps=self._step_records(),
        )


class GroupShape(_Shape):
    node: NodeName
    name: TextShape
    max_points: Points
    published: Slug | None = None
    pillar: Slug | None = None
    criteria: Annotated[tuple[CriterionShape, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        total = sum(criterion.max_points for criterion in self.criteria)
        if total != self.max_points:
            raise ValueError(_("max_points {total}, the sum of its criteria").format(total=total))
        return self

    def record(self) -> Group:
        criteria = tuple(criterion.record() for criterion in self.criteria)
        return Group(self.node, self.name.record(), self.max_points, self.published, criteria, self.pillar)


class BandShape(_Shape):
    id: Slug
    name: TextShape
    from_points: Annotated[Decimal, Field(ge=0, decimal_places=2)]
    evidence: Evidence

    def record(self) -> Band:
        return Band(self.id, self.name.record(), self.from_points, self.evidence)


class PillarShape(_Shape):
    """What several groups belong to."""

    id: Slug
    name: TextShape

    def record(self) -> Pillar:
        return Pillar(self.id, self.name.record())


class RevisionShape(_Shape):
    """What changed in a version of a rule pack."""

    version: Words
    since: date
    what: TextShape

    def record(self) -> Revision:
        return Revision(self.version, self.since, self.what.record())


class IndexShape(_Shape):
    """The whole of indices/<id>.yaml."""

    id: Slug
    name: TextShape
    version: Words
    valid_from: date
    valid_to: date | None = None
    series: Slug
    max_points: Points
    published_total: Slug | None = None
    legal_source: TextShape
    evidence: Evidence
    bands: tuple[BandShape, ...] = ()
    together: tuple[tuple[Slug, ...], ...] = ()
    pillars: tuple[PillarShape, ...] = ()
    changelog: tuple[RevisionShape, ...] = ()
    periods: frozenset[PeriodKind] = frozenset()
    groups: Annotated[tuple[GroupShape, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        total = sum(group.max_points for group in self.groups)
        if total != self.max_points:
            raise ValueError(_("max_points {total}, the sum of its groups").format(total=total))
        nodes = [node for group in self.groups for node in (group.node, *(part.node for part in group.criteria))]
        nodes += [pillar.id for pillar in self.pillars]
        twice = sorted({node for node in nodes if nodes.count(node) > 1 or node == "total"})
        if twice:
            raise ValueError(_("names of nodes that occur once and are not “total”; see {nodes}").format(nodes=twice))
        floors = [band.from_points for band in self.bands]
        if floors != sorted(set(floors), reverse=True) or (floors and (floors[-1] != 0 or floors[0] > self.max_points)):
            raise ValueError(_("bands from the best to the worst, the last from 0 points"))
        if self.valid_to and self.valid_to < self.valid_from:
            raise ValueError(_("valid_to not before valid_from"))
        return self

    @model_validator(mode="after")
    def _described(self) -> Self:
        pillars = [pillar.id for pillar in self.pillars]
        strange = sorted({group.pillar for group in self.groups if group.pillar and group.pillar not in pillars})
        if strange:
            raise ValueError(_("the pillars of the groups among pillars; see {names}").format(names=strange))
        if self.changelog and self.changelog[0].version != self.version:
            raise ValueError(_("a changelog whose first entry is the version {version}").format(version=self.version))
        return self

    def record(self) -> Index:
        return Index(
            id=self.id,
            name=self.name.record(),
            version=self.version,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            series=self.series,
            max_points=self.max_points,
            published_total=self.published_total,
            groups=tuple(group.record() for group in self.groups),
            bands=tuple(band.record() for band in self.bands),
            together=self.together,
            pillars=tuple(pillar.record() for pillar in self.pillars),
            changelog=tuple(revision.record() for revision in self.changelog),
            periods=frozenset(map(str, self.periods)),
            legal_source=self.legal_source.record(),
            evidence=self.evidence,
        )
