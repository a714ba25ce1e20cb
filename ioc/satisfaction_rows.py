"""What the command line answers of satisfaction: field names are the columns that scripts rely on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # only for their types: with them DuckDB and pandas would be loaded for each `--help`
    from ioc.store.case_questions import SatisfactionPart, SatisfactionReason


@dataclass(frozen=True)
class PartRow:
    """Dossiers or petitions of one field or class; `value` is the share without any reason to be discontent."""

    unit_code: str
    period: str
    kind: str
    part: str | None
    cases: int | Decimal
    content: int | Decimal
    value: float
    supplements: int | Decimal
    overdue: int | Decimal
    disliked: int | Decimal
    repeated: int | Decimal
    flags: Sequence[str]
    boundary: str


@dataclass(frozen=True)
class ReasonRow:
    """One reason to be discontent; `value` is its share of all cases."""

    unit_code: str
    period: str
    kind: str
    reason: str
    cases: int | Decimal
    of: int | Decimal
    value: float
    flags: Sequence[str]
    boundary: str


def part_row(found: SatisfactionPart, *, unit: str, period: str, boundary: str) -> PartRow:
    """A field or class with its share."""
    return PartRow(
        unit_code=unit,
        period=period,
        kind=found.kind,
        part=found.part,
        cases=found.cases,
        content=found.content,
        value=float(found.content / found.cases),
        supplements=found.supplements,
        overdue=found.overdue,
        disliked=found.disliked,
        repeated=found.repeated,
        flags=_flags(is_estimate=found.is_estimate),
        boundary=boundary,
    )


def reason_row(found: SatisfactionReason, *, unit: str, period: str, boundary: str) -> ReasonRow:
    """A reason with its share."""
    return ReasonRow(
        unit_code=unit,
        period=period,
        kind=found.kind,
        reason=found.reason,
        cases=found.cases,
        of=found.of_cases,
        value=float(found.cases / found.of_cases),
        flags=_flags(is_estimate=found.is_estimate),
        boundary=boundary,
    )


def _flags(*, is_estimate: bool) -> tuple[str, ...]:
    return ("estimate",) if is_estimate else ()
