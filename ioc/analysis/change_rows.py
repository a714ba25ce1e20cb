"""The rows of `ioc explain`, and the sentence below them: field names are the columns that scripts rely on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ioc.analysis.change import Change, Effect, PointsChange, PointsEffect
from ioc.scoring.advice_words import number
from ioc.words import gettext as _

STRONGEST = 3
"""How many parts a sentence names."""


@dataclass(frozen=True)
class EffectRow:
    """One part of a rate's difference; mix and rate of all rows sum to it."""

    group: str
    name: str
    presence: str
    """both, new or vanished."""
    numerator: int | Decimal | None
    denominator: int | Decimal | None
    new_numerator: int | Decimal | None
    new_denominator: int | Decimal | None
    share: float | None
    new_share: float | None
    rate: float | None
    new_rate: float | None
    mix_effect: float
    rate_effect: float
    effect: float


@dataclass(frozen=True)
class PointsRow:
    """One part of a total's difference."""

    node: str
    name: str
    points: Decimal | None
    new_points: Decimal | None
    effect: Decimal
    is_rest: bool
    """Points that are known of the node, but not of what is below it."""


def effect_rows(change: Change) -> Iterator[EffectRow]:
    """The parts, the strongest first."""
    for effect in change.effects:
        before, after = effect.before, effect.after
        yield EffectRow(
            group=effect.key,
            name=effect.name,
            presence=effect.presence,
            numerator=before and before.numerator,
            denominator=before and before.denominator,
            new_numerator=after and after.numerator,
            new_denominator=after and after.denominator,
            share=before and before.share,
            new_share=after and after.share,
            rate=before and before.rate,
            new_rate=after and after.rate,
            mix_effect=effect.mix,
            rate_effect=effect.rate,
            effect=effect.total,
        )


def points_rows(change: PointsChange) -> Iterator[PointsRow]:
    """The parts in the order of the index."""
    for effect in change.effects:
        yield PointsRow(effect.node, effect.name, effect.before, effect.after, effect.difference, effect.is_rest)


def change_sentence(change: Change) -> str:
    """The difference in words: how much of it is mix, how much are rates, and which groups weigh most."""
    message = _(
        "From {before} to {after} %: {difference} percentage points, of these {rate} because rates within the groups "
        "changed and {mix} because their shares did. Most: {groups}."
    )
    return message.format(
        before=_percent(change.before),
        after=_percent(change.after),
        difference=_signed(change.difference),
        rate=_signed(change.rate),
        mix=_signed(change.mix),
        groups=_list(_effect_words(effect) for effect in change.effects[:STRONGEST]),
    )


def points_sentence(change: PointsChange) -> str:
    """The difference of a total in words."""
    strongest = sorted(change.effects, key=lambda effect: -abs(effect.difference))[:STRONGEST]
    message = _("From {before} to {after} points: {difference}. Most: {parts}.")
    return message.format(
        before=number(change.before, 2),
        after=number(change.after, 2),
        difference=_plus(number(change.difference, 2)),
        parts=_list(_points_words(effect) for effect in strongest if effect.difference),
    )


def _effect_words(effect: Effect) -> str:
    return f"{effect.name} ({_signed(effect.total)})"


def _points_words(effect: PointsEffect) -> str:
    name = _("{node} as a whole").format(node=effect.node) if effect.is_rest else effect.node
    return f"{name} ({_plus(number(effect.difference, 2))})"


def _list(parts: Iterator[str]) -> str:
    return "; ".join(parts) or "—"


def _percent(rate: float) -> str:
    return number(rate * 100, 2)


def _signed(difference: float) -> str:
    return _plus(number(difference * 100, 2))


def _plus(text: str) -> str:
    """With its sign; what rounds to nothing has none."""
    if not any(digit in text for digit in "123456789"):
        return text.removeprefix("-")
    return text if text.startswith("-") else f"+{text}"
