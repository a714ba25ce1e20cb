"""The records that the rows behind a reading are told in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from ioc.catalog.model import Text
from ioc.store.questions import Reading
from ioc.words import current_language

NUMERATOR: Final = "numerator"
DENOMINATOR: Final = "denominator"
CRITERIA: Final = "criteria"


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A row that a measure counted: a dossier, a certificate, a statement …; what its fact does not have is None."""

    part: str
    """numerator | denominator; criteria: the points that an index's total is made of."""
    measure: str
    rule: str
    """What the measure counts, in words."""
    counted: Decimal | None
    """What the row adds to its part."""
    dossier_code: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    procedure: str | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    due_until: datetime | None = None
    """With the pause of a supplement, and by the procedure's maximum time where no due time is stated."""
    ended_at: datetime | None = None
    status_code: int | None = None
    channel: int | None = None
    source: str | None = None
    file: str | None = None
    row: int | None = None
    sha256: str | None = None
    """Of the file's original bytes."""
    load: int | None = None
    loaded_at: datetime | None = None
    run: str | None = None
    item: str | None = None
    """What the row is of: a petition, task, document, procedure, field, metric; of a certificate its last signs."""
    day: date | None = None
    """By which the row was placed in the period."""
    statement: str | None = None
    """What the row says, as column=value; of a criterion the command that shows its own rows."""


@dataclass(frozen=True, slots=True)
class PartEvidence:
    """What was found for the numerator or the denominator."""

    part: str
    stated: Decimal | None
    """As the reading has it."""
    rows: int
    """How many there are, also where fewer are shown."""
    counted: Decimal | None
    """What the rows add up to; None where the figure is unknown or the snapshot does not hold them."""


@dataclass(frozen=True, slots=True)
class EvidenceStream:
    """A reading with what it was made from, row by row; what is said of all rows is there once they have been read."""

    reading: Reading
    rows: Iterator[EvidenceRow]
    parts: list[PartEvidence]
    missing: list[str]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reading with what it was made from."""

    reading: Reading
    parts: tuple[PartEvidence, ...]
    rows: tuple[EvidenceRow, ...]
    missing: tuple[str, ...] = ()
    """What the figure counts whose rows are not in the snapshot, in words: it was made before snapshots held them."""


def in_words(text: Text) -> str:
    """A text of the catalogue in the reader's language."""
    return text.en if current_language() == "en" else text.vi
