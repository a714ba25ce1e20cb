"""Which unit may be meant by a code or a name that the crosswalk does not know."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import DamerauLevenshtein

from ioc.intake import UnitSuggestion
from ioc.names import fold
from ioc.units import Unit, Units, resolve_code

SHOWN: Final = 5
LEAST_SCORE: Final = 70
LEAST_CODE_SCORE: Final = 75
"""Codes are short: less likeness than one slip in five signs says nothing."""
_OFFICE = re.compile(
    r"^(ubnd|uy ban nhan dan|hdnd va ubnd|hdnd|hoi dong nhan dan|trung tam phuc vu hanh chinh cong)\s+"
)
_KIND = re.compile(r"^(xa|phuong|dac khu|thi tran|thanh pho|tinh|tp|p|x)\s+")


def site_units(units: Units, root: str) -> tuple[Unit, ...]:
    """The site's own unit and those below it today."""
    top = units.find(root)
    below = [child for child in units.children(top.unit_code) if not child.is_former]
    return (top, *below)


def suggest_units(among: Sequence[Unit], *, code: str | None, name: str | None) -> tuple[UnitSuggestion, ...]:
    """The nearest units by name without accents and by code, the likeliest first."""
    found = [UnitSuggestion(unit.unit_code, unit.name, _score(unit, code=code, name=name)) for unit in among]
    likely = sorted((one for one in found if one.score >= LEAST_SCORE), key=lambda one: (-one.score, one.name))
    return tuple(likely[:SHOWN])


def _score(unit: Unit, *, code: str | None, name: str | None) -> int:
    by_name = _score_name(unit, name) if name else 0
    by_code = _score_code(unit, resolve_code(code)) if code else 0
    return round(max(by_name, by_code))


def _score_name(unit: Unit, name: str) -> float:
    """Likeness of names; one that differs in the kind of unit alone is not quite the same."""
    asked = _OFFICE.sub("", fold(name))
    whole = fuzz.ratio(asked, fold(unit.name))
    short = fuzz.ratio(_KIND.sub("", asked), fold(unit.short_name))
    return max(whole, 0.95 * short)


def _score_code(unit: Unit, code: str) -> float:
    """Likeness of codes: one slip of the hand in five signs is a guess worth showing."""
    known = [resolve_code(one) for one in (unit.unit_code, unit.electronic_id) if one]
    likeness = max(100 * DamerauLevenshtein.normalized_similarity(code, one) for one in known)
    return likeness if likeness >= LEAST_CODE_SCORE else 0
