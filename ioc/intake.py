"""What an officer may do about data on the Data page: hand in a file, put refused rows right, ask for a run.

`etl` implements the port and the command line hands it to the web side: the two do not know each other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from ioc.errors import IocError

TypedValue = str | int | float | Decimal | bool | date | datetime | None


class IntakeError(IocError):
    """Something that was handed in cannot be taken; the message says why and what to do."""


class RefusedAgainError(IntakeError):
    """A correction whose rows would be refused again, with each field and the reason against it."""

    def __init__(self, sentence: str, faults: Sequence[tuple[str, str]]) -> None:
        """`sentence` has the place `{faults}`; who shows it may say them in words of its own."""
        super().__init__(sentence.format(faults="; ".join(f"{field}: {reason}" for field, reason in faults)))
        self.sentence = sentence
        self.faults = tuple(faults)


@dataclass(frozen=True)
class UploadSource:
    """A source that files may be handed in for."""

    source_id: str
    kind: str


@dataclass(frozen=True)
class PreviewColumn:
    """A column that was understood."""

    name: str
    heading: str | None
    """How the file names it, where a heading of a table was recognised."""
    letter: str | None
    """Of the spreadsheet's column; None in other files."""
    filled: int
    """In how many rows something is kept of it."""


@dataclass(frozen=True)
class RefusedField:
    """One field for which a row would be refused."""

    row_no: int
    cell: str | None
    """“C12”, where the file is a spreadsheet and the column is known."""
    field: str
    reason: str
    value: str | None
    """Only where it is harmless to show."""


@dataclass(frozen=True)
class Preview:
    """What was understood of a file that is not taken in yet; made of kept fields only."""

    source_id: str
    kind: str
    name: str
    sha256: str
    size_bytes: int
    error: str | None = None
    """Why the file as a whole cannot be taken; nothing below is filled then."""
    error_class: str | None = None
    about: Sequence[str] = ()
    """The sheet, the title's statements, the period or day."""
    warnings: Sequence[str] = ()
    rows_in: int = 0
    good: int = 0
    repeated: int = 0
    """Good rows of a key that comes again further down, where the last one counts."""
    refused: int = 0
    refusals: Sequence[RefusedField] = ()
    """The first ones."""
    reasons: Mapping[str, int] = field(default_factory=dict)
    """How many rows are refused for which reason."""
    columns: Sequence[PreviewColumn] = ()
    typed_columns: Sequence[str] = ()
    typed_rows: Sequence[Sequence[TypedValue]] = ()
    """The first good rows; the first value is the row's number."""
    loaded_at: datetime | None = None
    """When the same bytes were taken in before, if they were."""


@dataclass(frozen=True)
class Confirmed:
    """A file that lies in its source's inbox now."""

    source_id: str
    name: str
    run: RunRequest


@dataclass(frozen=True)
class RunRequest:
    """A run that was asked for."""

    source_id: str
    requested_at: datetime
    by_scheduler: bool
    """Whether the scheduler takes it up; otherwise a process of its own was started."""


@dataclass(frozen=True)
class LandedLoad:
    """The ledger's line of a load that refused rows: tells where its rows lie."""

    load_id: int
    source_id: str
    origin: str
    sha256: str
    fetched_at: datetime


@dataclass(frozen=True)
class UnitSuggestion:
    """A unit that may be meant."""

    unit_code: str
    name: str
    score: int
    """How alike, out of 100."""


@dataclass(frozen=True)
class Correctable:
    """One field of a refused row that can be given another value."""

    field: str
    column: str
    """Of the landing; what a correction names."""
    reason: str
    value: str | None
    """Safe to show."""
    suggestions: Sequence[UnitSuggestion] = ()


@dataclass(frozen=True)
class RefusedRow:
    """A refused row in full: what was kept of it, what is wrong, what may be meant."""

    load: LandedLoad
    row_no: int
    kept: Mapping[str, str]
    problems: Sequence[Correctable]
    not_correctable: str | None = None
    """Why it can only be handed in anew; None where it can be corrected here."""


@dataclass(frozen=True)
class Alias:
    """A spelling of a source that from now on names a unit."""

    text: str
    unit_code: str
    is_name: bool = False


@dataclass(frozen=True)
class CorrectedRow:
    """A refused row with the values that it should have had, by column of the landing."""

    load_id: int
    row_no: int
    changes: Mapping[str, str]


@dataclass(frozen=True)
class Correction:
    """What somebody states about refused rows of one source."""

    source_id: str
    by: str
    rows: Sequence[CorrectedRow] = ()
    aliases: Sequence[Alias] = ()
    is_replay: bool = False
    """Try every refused row of the source again as it is: the crosswalk may have grown."""


@dataclass(frozen=True)
class Recorded:
    """A correction that waits for its run."""

    correction_id: str
    rows: int
    run: RunRequest


class IntakePort(Protocol):
    """What the Data page may ask of the pipeline's side."""

    def upload_sources(self) -> Sequence[UploadSource]:
        """The sources that files may be handed in for."""

    def limit_bytes(self) -> int:
        """The largest file that is taken."""

    def preview(self, source_id: str, name: str, content: bytes) -> Preview:
        """What would come of a file; stores nothing."""

    def confirm(self, source_id: str, name: str, content: bytes, *, sha256: str) -> Confirmed:
        """Puts the previewed file into the source's inbox and asks for a run."""

    def refused_row(self, load: LandedLoad, row_no: int) -> RefusedRow:
        """A refused row with what may be meant."""

    def correct(self, correction: Correction, loads: Sequence[LandedLoad]) -> Recorded:
        """Records a correction of rows of these loads and starts its run; refuses what the contract refuses."""

    def aliases_of(self, row: RefusedRow, values: Mapping[str, str]) -> Sequence[Alias]:
        """The spelling of this row that is to mean the given unit from now on."""

    def request_run(self, source_id: str) -> RunRequest:
        """Asks for a run of one source."""

    def units(self) -> Sequence[UnitSuggestion]:
        """The units of the site, to choose from."""


PortFactory = Callable[[], IntakePort]
"""Makes the port in the process that uses it: a web worker, after the fork."""
