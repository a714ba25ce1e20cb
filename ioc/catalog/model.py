"""The catalogue's records: what an administrator edits as YAML, as frozen values."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True)
class Text:
    """A name or sentence in both languages."""

    vi: str
    en: str


class Evidence(StrEnum):
    """How well a definition is founded."""

    OFFICIAL = "official"
    OBSERVED = "observed"
    DRAFT = "draft"
    LOCAL = "local"


class Direction(StrEnum):
    UP = "up"
    DOWN = "down"
    NONE = "none"


class ZeroPolicy(StrEnum):
    """What a rate is when its denominator is zero."""

    NULL = "null"
    ZERO = "zero"
    FULL = "full"


class WhileOpen(StrEnum):
    """Where a figure can still go while cases of its period are open."""

    MAY_RISE = "may_rise"
    """A case counts only once it has its result."""
    MAY_FALL = "may_fall"
    """A case counts as good as long as it is not overdue."""


@dataclass(frozen=True)
class Measure:
    """A number that can be counted per unit and time, and along what it adds.

    `fact` is dossiers, portal, certificates, staff or procedures. For portal measures `metric` and `part`
    (numerator, denominator, ratio, points) name the published figure. For the others `kind` says how the SQL
    expressions are used: `event` counts rows dated `at`; `stock` counts rows in the state from `at` until `until`;
    `cohort` counts rows dated `at` that are judged by `judged` at the period's end; `distinct` counts different
    `value`s; `level` is a number stated for a day. A source that states figures for stretches of days itself gives
    `flow` (stretches that follow each other add up), `opening` (the first stretch's holds) and `closing` (the last
    one's); `judged` is counted from its rows as of the period's end by a query of its own; `reported` is a figure that
    somebody wrote down, known by `metric` and `part`. An `event` with a `value` adds it up instead of counting.
    """

    id: str
    name: Text
    fact: str
    kind: str
    adds: frozenset[str]
    """Any of `units`, `time`."""
    where: str | None = None
    value: str | None = None
    at: str | None = None
    until: str | None = None
    judged: str | None = None
    metric: str | None = None
    part: str | None = None

    @property
    def is_counted(self) -> bool:
        """Whether it is a number of cases; sums of money or time, published ratios and points are none."""
        is_sum = self.kind == "event" and self.value is not None
        return not is_sum and self.part not in ("ratio", "points")


@dataclass(frozen=True)
class IndicatorSeries:
    """How one series feeds an indicator: sums of measures; a value-only series has no denominator."""

    id: str
    """dossiers, portal, certificates, …"""
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    scale: Decimal = Decimal(1)
    """The value is numerator × scale, or numerator / denominator × scale (a published percent has 0.01)."""


@dataclass(frozen=True)
class Target:
    value: Decimal
    """In the indicator's own unit; a fraction for rates."""
    at_risk_within: Decimal
    """How far on the wrong side of the target still counts as at risk rather than off target."""
    status: Evidence
    source: Text
    due: date | None = None


@dataclass(frozen=True)
class Indicator:
    id: str
    number: int
    """In the catalogue of the domain, section 7."""
    name: Text
    group: str
    formula: Text
    measure_unit: str
    """percent, dossiers, points, certificates, petitions, days."""
    direction: Direction
    zero: ZeroPolicy
    series: tuple[IndicatorSeries, ...]
    """In the order in which they lead."""
    evidence: Evidence
    legal_source: Text
    decimals: int = 2
    target: Target | None = None
    score_index: str | None = None
    """For indicators that are points of an index (50, 51): its id; `score_part` says which."""
    score_part: str | None = None
    """total | own."""
    hysteresis: Decimal = Decimal(0)
    """How far past a threshold a figure must go before its state changes back; in the indicator's own unit."""
    while_open: WhileOpen | None = None
    """What the cases of a period that are still open can do to it; None: nothing."""


class Moves(StrEnum):
    """What one more case does to a criterion's two numbers."""

    PART = "part"
    """A case that is counted anyway is handled otherwise: the numerator grows, the denominator stays."""
    BOTH = "both"
    """A case comes that was not there: both grow."""
    NEITHER = "neither"
    """Nothing that an office does case by case."""


@dataclass(frozen=True)
class Lever:
    """What an office can do for a criterion, counted in cases."""

    case: Text
    """What one more of the numerator is: hồ sơ nộp trực tuyến."""
    whole: Text
    """What the denominator counts: hồ sơ tiếp nhận."""
    action: Text
    """What to do, in a sentence."""
    moves: Moves


COUNTED_RULES = frozenset({"steps", "yes_no", "half"})
"""Rules that look at a plain number where there is no denominator; the others take it for a percent."""


@dataclass(frozen=True)
class Step:
    """So many points from this rate or number on."""

    at: Decimal
    points: Decimal


@dataclass(frozen=True)
class Criterion:
    """One scored item of an index."""

    node: str
    name: Text
    max_points: Decimal
    rule: str
    """linear | capped | steps | yes_no (all or nothing) | half (half of the points from one half on)."""
    cap: Decimal | None
    """The rate at which full points are reached; None for linear."""
    rounding: str
    """points: round the points of the exact ratio; percent: round the ratio to 2 decimals of a percent first."""
    zero: str
    """Points where the denominator is zero: null | zero | full."""
    inherited: bool
    numerator: tuple[str, ...]
    denominator: tuple[str, ...]
    """Empty: the numerator is a published percent, or, by the rules of COUNTED_RULES, a plain number."""
    published: str | None
    """Measure that carries the published points of this criterion."""
    indicator: str | None
    rule_text: Text
    evidence: Evidence
    legal_source: str
    lever: Lever | None = None
    series: str | None = None
    """Which series' measures feed it; None: the pack's."""
    steps: tuple[Step, ...] = ()
    """From the best to the worst; below the last there are no points. Empty: points grow with the rate."""

    @property
    def whole(self) -> Decimal | None:
        """What stands for a denominator where there is none."""
        if self.denominator:
            return None
        return Decimal(1) if self.rule in COUNTED_RULES else Decimal(100)


@dataclass(frozen=True)
class Pillar:
    """What several groups belong to."""

    id: str
    name: Text


@dataclass(frozen=True)
class Revision:
    """What changed in a version of a rule pack."""

    version: str
    since: date
    what: Text


@dataclass(frozen=True)
class Group:
    node: str
    name: Text
    max_points: Decimal
    published: str | None
    criteria: tuple[Criterion, ...]
    pillar: str | None = None


@dataclass(frozen=True)
class Band:
    id: str
    name: Text
    from_points: Decimal
    evidence: Evidence


@dataclass(frozen=True)
class Index:
    """A rule pack."""

    id: str
    name: Text
    version: str
    valid_from: date
    valid_to: date | None
    series: str
    """Which series' measures feed it."""
    max_points: Decimal
    published_total: str | None
    groups: tuple[Group, ...]
    bands: tuple[Band, ...]
    legal_source: Text
    evidence: Evidence
    together: tuple[tuple[str, ...], ...] = ()
    """Measures that count the same cases: one more of the first is one more of each."""
    pillars: tuple[Pillar, ...] = ()
    changelog: tuple[Revision, ...] = ()
    """The newest first."""
    periods: frozenset[str] = frozenset()
    """Kinds of periods of both calendars that are scored: month, quarter, year …; empty: all of them."""

    def series_of(self, node: str) -> str:
        """From which series a criterion is fed; the index's own for other nodes."""
        criteria = (criterion for group in self.groups for criterion in group.criteria)
        return next((one.series for one in criteria if one.node == node and one.series), self.series)

    @property
    def branches(self) -> tuple[tuple[Pillar | None, tuple[Group, ...]], ...]:
        """The groups by pillar, in the order of the pillars; last those without one."""
        pillars: tuple[Pillar | None, ...] = (*self.pillars, None)
        found = ((pillar, self.groups_of(pillar)) for pillar in pillars)
        return tuple((pillar, groups) for pillar, groups in found if groups)

    def groups_of(self, pillar: Pillar | None) -> tuple[Group, ...]:
        """The groups of a pillar; of None those that belong to none."""
        return tuple(group for group in self.groups if group.pillar == (pillar.id if pillar else None))

    @property
    def all_series(self) -> tuple[str, ...]:
        """The pack's own series, then those that feed single criteria."""
        criteria = (criterion for group in self.groups for criterion in group.criteria)
        return tuple(dict.fromkeys((self.series, *(one.series for one in criteria if one.series))))


@dataclass(frozen=True)
class Catalog:
    measures: tuple[Measure, ...]
    indicators: tuple[Indicator, ...]
    indices: tuple[Index, ...]
    fingerprint: str
    """Changes with any byte of the catalogue's meaning."""
