"""The rows behind a reading as the command line shows them, and what is to be said of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from ioc.answers import AnswerFormat, write_answer
from ioc.words import gettext as _

if TYPE_CHECKING:
    # only for their types: with them DuckDB would be loaded for each `--help`
    from ioc.store.evidence import Evidence, EvidenceRow, EvidenceStream, PartEvidence

SHOWN_OF_HASH = 12


@dataclass(frozen=True)
class DossierBrief:
    """A dossier as it fits a terminal; CSV and JSON have all of it."""

    part: str
    rule: str
    counted: Decimal | None
    dossier: str | None
    unit: str | None
    received_at: datetime | None
    due_until: datetime | None
    ended_at: datetime | None
    file: str | None
    row: int | None
    sha256: str | None
    """Its first twelve signs."""
    load: int | None


@dataclass(frozen=True)
class FactBrief:
    """A row of another fact as it fits a terminal."""

    part: str
    rule: str
    counted: Decimal | None
    item: str | None
    unit: str | None
    day: date | None
    statement: str | None
    file: str | None
    row: int | None
    sha256: str | None
    """Its first twelve signs."""
    load: int | None


def write_evidence(rows: Iterator[EvidenceRow], *, answer_format: AnswerFormat) -> None:
    """Writes rows with all their columns; in a table with those that a person looks for first."""
    # with it DuckDB is loaded
    from ioc.store.evidence import EvidenceRow

    if answer_format is not AnswerFormat.TABLE:
        write_answer(EvidenceRow, rows, answer_format=answer_format)
        return
    shown = list(rows)
    if all(row.dossier_code is not None for row in shown):
        write_answer(DossierBrief, map(_dossier_brief, shown), answer_format=answer_format)
    else:
        write_answer(FactBrief, map(_fact_brief, shown), answer_format=answer_format)


def _dossier_brief(row: EvidenceRow) -> DossierBrief:
    return DossierBrief(
        part=row.part,
        rule=row.rule,
        counted=row.counted,
        dossier=row.dossier_code,
        unit=row.unit_code,
        received_at=row.received_at,
        due_until=row.due_until,
        ended_at=row.ended_at,
        file=row.file,
        row=row.row,
        sha256=row.sha256 and row.sha256[:SHOWN_OF_HASH],
        load=row.load,
    )


def _fact_brief(row: EvidenceRow) -> FactBrief:
    return FactBrief(
        part=row.part,
        rule=row.rule,
        counted=row.counted,
        item=row.dossier_code or row.item,
        unit=row.unit_code,
        day=row.day or (row.received_at and row.received_at.date()),
        statement=row.statement,
        file=row.file,
        row=row.row,
        sha256=row.sha256 and row.sha256[:SHOWN_OF_HASH],
        load=row.load,
    )


def evidence_sentences(found: Evidence | EvidenceStream) -> Iterator[str]:
    """For each part how many rows there are and whether they add up; then what the snapshot has no rows of."""
    for part in found.parts:
        yield _part_sentence(part)
    if found.missing:
        message = _(
            "the snapshot was made before snapshots held the rows of: {what}; `ioc publish` makes one that does"
        )
        yield message.format(what="; ".join(dict.fromkeys(found.missing)))


def _part_sentence(part: PartEvidence) -> str:
    stated = _("unknown") if part.stated is None else _number(part.stated)
    if part.counted is None:
        message = _("{part}: the figure is {stated}; {n} rows, which do not tell a number")
        return message.format(part=_part_word(part.part), stated=stated, n=part.rows)
    counted = _number(part.counted)
    message = _("{part}: the figure is {stated}; {n} rows add up to {counted}")
    return message.format(part=_part_word(part.part), stated=stated, n=part.rows, counted=counted)


def _part_word(part: str) -> str:
    words = {"numerator": _("numerator"), "denominator": _("denominator"), "criteria": _("criteria")}
    return words[part]


def _number(value: Decimal) -> str:
    return format(value.to_integral_value() if value == value.to_integral_value() else value.normalize(), "f")
