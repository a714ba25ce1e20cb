"""What the command line answers of satisfaction: field names are the columns that scripts rely on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # only for their types: with them DuckDB and pandas would be loaded for each `--help`
    from ioc.store.questions import SatisfactionPart, SatisfactionReason


@dataclass(frozen=True)
class PartRow:
    """Dossiers or petitions of one field or class; `value` is the share without any reason to be discontent."""

    unit_code: str
    period: str
    kind: str
    part: str | None
    cases: int
    content: int
    value: float
    supplements: int
    overdue: int
    disliked: int
    repeated: int


@dataclass(frozen=True)
class ReasonRow:
    """One reason to be discontent; `value` is its share of all cases."""

    unit_code: str
    period: str
    kind: str
    reason: str
    cases: int
    of: int
    value: float


def part_row(found: SatisfactionPart, *, unit: str, period: str) -> PartRow:
    """A field or class with its share."""
    return PartRow(
        unit_code=unit,
        period=period,
        kind=found.kind,
        part=found.part,
        cases=found.cases,
        content=found.content,
        value=found.content / found.cases,
        supplements=found.supplements,
        overdue=found.overdue,
        disliked=found.disliked,
        repeated=found.repeated,
    )


def reason_row(found: SatisfactionReason, *, unit: str, period: str) -> ReasonRow:
    """A reason with its share."""
    return ReasonRow(unit, period, found.kind, found.reason, found.cases, found.of_cases, found.cases / found.of_cases)
