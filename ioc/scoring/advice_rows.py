"""The rows of `ioc whatif` and `ioc advise`: field names are the columns that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ioc.catalog.model import Band
from ioc.scoring.advice import Advice, Step
from ioc.scoring.advice_words import experience_sentence, in_words, reason_words, step_sentence
from ioc.scoring.what_if import Outcome, ScoreStanding


@dataclass(frozen=True)
class WhatIfRow:
    """A node whose points change; rank and band belong to the total."""

    unit_code: str
    period: str
    index: str
    node: str
    numerator: Decimal | None
    denominator: Decimal | None
    points: Decimal | None
    new_points: Decimal | None
    rank: int | None
    new_rank: int | None
    band: str | None
    new_band: str | None
    boundary: str


@dataclass(frozen=True)
class AdviceRow:
    """One step, or a criterion left out with its reason."""

    unit_code: str
    period: str
    index: str
    node: str
    goal: str | None
    """tenth, point or band; None for a criterion that was left out."""
    cases: int | None
    new_points: Decimal | None
    new_total: Decimal | None
    new_rank: int | None
    feasibility: str | None
    """own_best, peers or beyond."""
    advice: str
    because: str
    boundary: str


def what_if_rows(standing: ScoreStanding, outcome: Outcome) -> Iterator[WhatIfRow]:
    """The total first, then what changes, in the order of the index."""
    for one in outcome.changed:
        is_total = one.kind == "total"
        yield WhatIfRow(
            unit_code=standing.unit_code,
            period=standing.period,
            index=standing.index.id,
            node=one.node,
            numerator=_shortest(one.parts.numerator),
            denominator=_shortest(one.parts.denominator),
            points=one.before,
            new_points=one.after,
            rank=outcome.rank_before if is_total else None,
            new_rank=outcome.rank_after if is_total else None,
            band=_band_name(outcome.band_before) if is_total else None,
            new_band=_band_name(outcome.band_after) if is_total else None,
            boundary=standing.boundary,
        )


def advice_rows(standing: ScoreStanding, advice: Advice) -> Iterator[AdviceRow]:
    """The steps, the nearest first for each goal, then what was left out."""
    for step in advice.steps:
        yield _step_row(standing, step)
    for one in advice.left_out:
        yield AdviceRow(
            unit_code=standing.unit_code,
            period=standing.period,
            index=standing.index.id,
            node=one.criterion.node,
            goal=None,
            cases=None,
            new_points=None,
            new_total=None,
            new_rank=None,
            feasibility=None,
            advice="",
            because=reason_words(one.reason),
            boundary=standing.boundary,
        )


def _step_row(standing: ScoreStanding, step: Step) -> AdviceRow:
    return AdviceRow(
        unit_code=standing.unit_code,
        period=standing.period,
        index=standing.index.id,
        node=step.criterion.node,
        goal=str(step.goal),
        cases=step.count,
        new_points=step.points_after,
        new_total=step.total_after,
        new_rank=step.rank_after,
        feasibility=step.feasibility.name.lower(),
        advice=step_sentence(step),
        because=experience_sentence(step),
        boundary=standing.boundary,
    )


def _shortest(count: Decimal | None) -> Decimal | None:
    """412 rather than 412.0000."""
    if count is None:
        return None
    return count.to_integral_value() if count == count.to_integral_value() else count.normalize()


def _band_name(band: Band | None) -> str | None:
    return None if band is None else in_words(band.name)
