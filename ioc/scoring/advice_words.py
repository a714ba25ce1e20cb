"""Advice in sentences: what to do, what it brings, and how near it is."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from types import MappingProxyType

from ioc.catalog.model import Moves, Text
from ioc.periods import parse_period
from ioc.scoring.advice import Advice, Feasibility, Goal, Reason, Step
from ioc.scoring.what_if import is_plain_number, moves_of
from ioc.words import current_language, mark
from ioc.words import gettext as _

DECIMAL_SIGNS = MappingProxyType({"vi": (".", ","), "en": (",", ".")})

_REASONS = MappingProxyType(
    {
        Reason.UNKNOWN: mark("its counts are not known"),
        Reason.INHERITED: mark("the points come from the province"),
        Reason.NO_CASES: mark("there is nothing to count in this period"),
        Reason.NO_COUNTS: mark("only a rate or a value is known, not cases"),
        Reason.FULL: mark("all points are reached"),
        Reason.NO_LEVER: mark("nothing that an office does case by case"),
        Reason.LITTLE_LEFT: mark("less than a tenth of a point can still be won"),
    }
)
_FEASIBILITIES = MappingProxyType(
    {
        Feasibility.OWN_BEST: mark("done before"),
        Feasibility.PEERS: mark("others do it"),
        Feasibility.BEYOND: mark("further off"),
        Feasibility.UNTOLD: mark("not known how far"),
    }
)
_GOALS = MappingProxyType({Goal.TENTH: mark("+0.1 point"), Goal.POINT: mark("+1 point"), Goal.BAND: mark("Next band")})


def number(value: Decimal | float, decimals: int = 0) -> str:
    """A number as the current language writes it."""
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    thousands, point = DECIMAL_SIGNS[current_language()]
    return f"{rounded:,.{decimals}f}".replace(",", "\0").replace(".", point).replace("\0", thousands)


def in_words(text: Text) -> str:
    """A text of the catalogue in the current language."""
    return text.en if current_language() == "en" else text.vi


def reason_words(reason: Reason) -> str:
    """Why nothing is advised."""
    return _(_REASONS[reason])


def feasibility_words(feasibility: Feasibility) -> str:
    """How near a step is, in two words."""
    return _(_FEASIBILITIES[feasibility])


def goal_words(goal: Goal) -> str:
    """What is aimed at."""
    return _(_GOALS[goal])


def step_sentence(step: Step) -> str:
    """What to do and what it brings."""
    lever = step.criterion.lever
    parts = {
        "count": number(step.count),
        "case": in_words(lever.case) if lever else _("cases that meet the criterion"),
        "whole_count": number(step.denominator),
        "whole": in_words(lever.whole) if lever else _("cases that count"),
        "node": step.criterion.node,
        "points": number(step.points_after, 2),
    }
    if moves_of(lever) is Moves.BOTH or is_plain_number(step.criterion):
        deed = _("{count} new {case}: item {node} reaches {points} points").format(**parts)
    else:
        deed = _("{count} more {case} of {whole_count} {whole}: item {node} reaches {points} points").format(**parts)
    return f"{deed}{_gain_words(step)}."


def _gain_words(step: Step) -> str:
    if step.total_gain is None:
        return _("; the total is not known")
    words = _(", the total rises by {gain}").format(gain=number(step.total_gain, 2))
    if step.total_gain < 0:
        words = _(", the total falls by {loss}, for other items fall").format(loss=number(-step.total_gain, 2))
    if step.band is None:
        return words
    return words + _(" and reaches the band {band}").format(band=in_words(step.band.name))


def experience_sentence(step: Step) -> str:
    """Why the step is near or far."""
    found = step.experience
    if step.feasibility is Feasibility.OWN_BEST and found.own_best is not None and found.own_best_month:
        month = parse_period(found.own_best_month).label(current_language())
        return _("The unit has reached {rate} already: {month}.").format(rate=_rate(step, found.own_best), month=month)
    if step.feasibility is Feasibility.PEERS and found.peer_quarter is not None:
        message = _("The best quarter of its {n} peers reaches {rate} or more in this period.")
        return message.format(rate=_rate(step, found.peer_quarter), n=number(found.peer_count))
    if step.feasibility is Feasibility.UNTOLD:
        return _("Neither earlier months of the unit nor its peers tell how far off that is.")
    return _("Beyond the unit's best month ({best}) and the best quarter of its peers ({peers}).").format(
        best=_rate(step, found.own_best), peers=_rate(step, found.peer_quarter)
    )


def _rate(step: Step, rate: float | None) -> str:
    """A share as a percent, a plain number as it is."""
    if rate is None:
        return _("not known")
    if is_plain_number(step.criterion):
        return number(rate)
    return f"{number(Decimal(str(rate)) * 100, 2)} %"


def band_sentence(advice: Advice) -> str:
    """How far the next band is, and whether one criterion alone can bring it."""
    if advice.next_band is None or advice.points_to_band is None:
        return ""
    words = {"band": in_words(advice.next_band.name), "points": number(advice.points_to_band, 2)}
    if any(step.goal is Goal.BAND for step in advice.steps):
        return _("The band {band} is {points} points away.").format(**words)
    return _("The band {band} is {points} points away; no criterion brings that alone.").format(**words)
