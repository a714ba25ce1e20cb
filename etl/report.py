"""What a run did, as records: for the command line, the control database and the tests."""

from dataclasses import dataclass, field
from datetime import datetime

from ioc.errors import ErrorClass


@dataclass(frozen=True)
class Buckets:
    """Where each row of a file went; rows_in is the sum of the other four."""

    rows_in: int = 0
    loaded: int = 0
    unchanged: int = 0
    superseded: int = 0
    quarantined: int = 0

    def __add__(self, other: "Buckets") -> "Buckets":
        return Buckets(
            self.rows_in + other.rows_in,
            self.loaded + other.loaded,
            self.unchanged + other.unchanged,
            self.superseded + other.superseded,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True)
class LoadReport:
    """One file or answer: taken in, known already, or failed."""

    origin: str
    buckets: Buckets
    is_new: bool = True
    """False: the same bytes had been loaded before and were not read again."""
    as_of: datetime | None = None
    warnings: tuple[str, ...] = ()
    passed_over: str | None = None
    """Why it was not read although somebody may have wanted it to be."""
    error_class: ErrorClass | None = None
    message: str | None = None
    sha256: str | None = None
    size_bytes: int | None = None
    duration_s: float | None = None
    """Of the merge; landing goes on beside the merges of other files."""

    @property
    def failed(self) -> bool:
        """An empty file or answer is worth a line in the record, but it is legal."""
        return self.error_class not in (None, ErrorClass.EMPTY)


@dataclass(frozen=True)
class SourceReport:
    source_id: str
    kind: str
    loads: tuple[LoadReport, ...]

    @property
    def buckets(self) -> Buckets:
        return sum((load.buckets for load in self.loads), Buckets())

    @property
    def new_loads(self) -> tuple[LoadReport, ...]:
        """What was taken in by this run."""
        return tuple(load for load in self.loads if load.is_new and load.error_class is None)

    @property
    def failures(self) -> tuple[LoadReport, ...]:
        return tuple(load for load in self.loads if load.failed)

    @property
    def rows_in(self) -> int:
        return self.buckets.rows_in

    @property
    def loaded(self) -> int:
        return self.buckets.loaded

    @property
    def unchanged(self) -> int:
        return self.buckets.unchanged

    @property
    def superseded(self) -> int:
        return self.buckets.superseded

    @property
    def quarantined(self) -> int:
        return self.buckets.quarantined


@dataclass(frozen=True)
class RunReport:
    run_id: str
    trigger: str
    started_at: datetime
    finished_at: datetime
    sources: tuple[SourceReport, ...]
    published: str | None
    """The snapshot that this run published; None where nothing had changed."""
    errors: tuple[str, ...] = field(default=())
    """What failed beside the sources: the build, the publication."""

    @property
    def failed(self) -> bool:
        return bool(self.errors) or any(source.failures for source in self.sources)
