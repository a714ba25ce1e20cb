"""What every kind of source hands to the pipeline."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ioc.clock import Clock
from ioc.config import Config, SourceSettings
from ioc.errors import SourceError
from ioc.store.engine import Connection


@dataclass(frozen=True)
class Incoming:
    """One file or one answer of a source, ready to be landed."""

    origin: str
    """How evidence names it: the file below the source's folder, or request path and period."""
    sha256: str
    """Of the original bytes."""
    size_bytes: int
    fetched_at: datetime
    as_of: datetime | None
    """The source's own statement of the time of its data; None where it makes none."""
    land: Callable[[Path], Sequence[str] | None]
    """Writes the kept fields as Parquet with the kind's landing columns; answers warnings that only reading could tell;
    raises SourceError if unreadable."""
    warnings: tuple[str, ...] = ()
    watermark: str | None = None
    """How far the source has been read once this is loaded; kept in the transaction of the facts."""
    corrects: "CorrectedLoad | None" = None
    """The load whose refused rows these are, put right by somebody."""


@dataclass(frozen=True)
class CorrectedLoad:
    """The load that refused the rows which come again now."""

    load_id: int
    statement_load_id: int
    """With whose time it speaks: what a later load has said of the same key stands."""
    restated: Callable[[], tuple[int, ...]]
    """Its rows whose keys a later load has stated just as they were before; such a load leaves no version behind.

    Asked when it is merged: the correction before it may be such a load.
    """
    note: Callable[[Connection, int], None]
    """Writes down the correction beside the load that it made, in the transaction of the facts."""


@dataclass(frozen=True)
class Failure:
    """A file or request that could not be taken in at all; the others go on."""

    origin: str
    error: SourceError
    sha256: str = ""
    size_bytes: int = 0


@dataclass(frozen=True)
class FetchContext:
    """What a source may know while it fetches."""

    source_id: str
    settings: SourceSettings
    config: Config
    clock: Clock
    is_loaded: Callable[[str], bool]
    """Whether a load of this source with this SHA-256 is already in the ledger."""
    watermark: Callable[[], str | None] = lambda: None
    """How far this source had been read by its last load; None before the first."""
    inbox_memory: Path | None = None
    """A file of ours in which the hashes of a folder's files may be kept from one run to the next."""


@dataclass(frozen=True)
class Fact:
    """A versioned fact: its tables are facts.<name>_versions and facts.<name>_retired."""

    name: str
    key: tuple[str, ...]
    newer_by: tuple[str, ...] = ()
    """What makes one row of a key newer than another: within a file all of these columns in turn, before its place;
    between files the first. Without any, what comes later is newer."""


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: how it is fetched, and the contract (etl/facts/<contract>.sql) that types its landed rows."""

    name: str
    fact: Fact
    contract: str
    fetch: Callable[[FetchContext], Iterator[Incoming | Failure]]
    states_anew: bool = False
    """Each answer is a new statement of its request: the same bytes confirm the figures, and one request's bytes say
    nothing of another's. A file, in contrast, is known by its bytes under whatever name it comes."""
