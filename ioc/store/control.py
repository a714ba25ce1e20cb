"""The control database: what ran when, kept beside the facts and never needed to rebuild them.

SQLite in the store by default, PostgreSQL by URL. The ledger of loads in the warehouse is the truth; the
rows here mirror it, so that it can be read while a run holds the warehouse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import structlog
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Engine,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ioc.config import Config
from ioc.errors import StoreError
from ioc.store.lock import waiting_lock
from ioc.words import gettext as _

log = structlog.get_logger(__name__)
BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"

METADATA = MetaData()

# one row per run of the pipeline
RUN = Table(
    "run",
    METADATA,
    Column("run_id", String(64), primary_key=True),
    Column("trigger", String(16), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("state", String(16), nullable=False),
)

# one row per file or answer dealt with by a run, known ones included
RUN_LOAD = Table(
    "run_load",
    METADATA,
    Column("run_id", String(64), ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("source_id", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("origin", String, nullable=False),
    Column("is_new", Boolean, nullable=False),
    Column("as_of", DateTime),
    Column("rows_in", BigInteger, nullable=False),
    Column("loaded", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("superseded", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("error_class", String(32)),
    Column("message", String),
)

# one row per outcome of a scheduled job
JOB_EVENT = Table(
    "job_event",
    METADATA,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(96), nullable=False),
    Column("scheduled_for", DateTime, nullable=False),
    Column("started_at", DateTime),
    Column("finished_at", DateTime),
    Column("outcome", String(16), nullable=False),
    Column("reason", String),
    Index("job_event_by_job", "job_id", "scheduled_for"),
)

# one row per process that says it is alive
HEARTBEAT = Table(
    "heartbeat",
    METADATA,
    Column("process", String(64), primary_key=True),
    Column("beat_at", DateTime, nullable=False),
)


class Outcome(StrEnum):
    """How a scheduled job ended."""

    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class RunRecord:
    """One run of the pipeline, as the ledger has it."""

    run_id: str
    trigger: str
    started_at: datetime
    finished_at: datetime | None
    state: str


@dataclass(frozen=True)
class LoadRecord:
    """One file or answer that a run dealt with."""

    run_id: str
    position: int
    source_id: str
    kind: str
    origin: str
    is_new: bool
    as_of: datetime | None
    rows_in: int
    loaded: int
    unchanged: int
    superseded: int
    quarantined: int
    error_class: str | None
    message: str | None


@dataclass(frozen=True)
class JobRecord:
    """What became of a job that was due."""

    job_id: str
    scheduled_for: datetime
    outcome: Outcome
    started_at: datetime | None = None
    finished_at: datetime | None = None
    reason: str | None = None


class ReportedBuckets(Protocol):
    """Where the rows of a file went."""

    @property
    def rows_in(self) -> int: ...
    @property
    def loaded(self) -> int: ...
    @property
    def unchanged(self) -> int: ...
    @property
    def superseded(self) -> int: ...
    @property
    def quarantined(self) -> int: ...


class ReportedLoad(Protocol):
    """What the report of a run says of one file or answer."""

    @property
    def origin(self) -> str: ...
    @property
    def buckets(self) -> ReportedBuckets: ...
    @property
    def is_new(self) -> bool: ...
    @property
    def as_of(self) -> datetime | None: ...
    @property
    def error_class(self) -> str | None: ...
    @property
    def message(self) -> str | None: ...


class ReportedSource(Protocol):
    """What the report of a run says of one source."""

    @property
    def source_id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def loads(self) -> Sequence[ReportedLoad]: ...


class ReportedRun(Protocol):
    """The report of a run, as the pipeline makes it; `ioc` does not import the pipeline."""

    @property
    def run_id(self) -> str: ...
    @property
    def trigger(self) -> str: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def finished_at(self) -> datetime: ...
    @property
    def failed(self) -> bool: ...
    @property
    def sources(self) -> Sequence[ReportedSource]: ...


class Control:
    """The control database, migrated and open; every call is one short transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mirror_run(self, run: RunRecord, loads: Sequence[LoadRecord] = ()) -> None:
        """Copies a run and its loads from the ledger; doing it again changes nothing."""
        with self._engine.begin() as connection:
            connection.execute(delete(RUN_LOAD).where(RUN_LOAD.c.run_id == run.run_id))
            connection.execute(delete(RUN).where(RUN.c.run_id == run.run_id))
            connection.execute(insert(RUN), asdict(run))
            if loads:
                connection.execute(insert(RUN_LOAD), [asdict(load) for load in loads])

    def runs(self, *, limit: int = 50) -> list[RunRecord]:
        """The newest runs first."""
        query = select(RUN).order_by(RUN.c.started_at.desc(), RUN.c.run_id.desc()).limit(limit)
        with self._engine.connect() as connection:
            return [RunRecord(**row) for row in connection.execute(query).mappings()]

    def loads(self, run_id: str) -> list[LoadRecord]:
        """The loads of a run, in their order."""
        query = select(RUN_LOAD).where(RUN_LOAD.c.run_id == run_id).order_by(RUN_LOAD.c.position)
        with self._engine.connect() as connection:
            return [LoadRecord(**row) for row in connection.execute(query).mappings()]

    def record_job(self, job: JobRecord) -> None:
        """Writes down what became of a job."""
        with self._engine.begin() as connection:
            connection.execute(insert(JOB_EVENT), asdict(job))

    def jobs(self, *, job_id: str | None = None, limit: int = 100) -> list[JobRecord]:
        """What became of jobs, the newest first."""
        columns = [JOB_EVENT.c[field.name] for field in fields(JobRecord)]
        query = select(*columns).order_by(JOB_EVENT.c.event_id.desc()).limit(limit)
        if job_id is not None:
            query = query.where(JOB_EVENT.c.job_id == job_id)
        with self._engine.connect() as connection:
            return [_job_record(row) for row in connection.execute(query).mappings()]

    def last_scheduled(self, job_id: str) -> datetime | None:
        """The latest due time of a job that something was written down for."""
        query = select(func.max(JOB_EVENT.c.scheduled_for)).where(JOB_EVENT.c.job_id == job_id)
        with self._engine.connect() as connection:
            found: datetime | None = connection.execute(query).scalar_one()
            return found

    def beat(self, process: str, *, at: datetime) -> None:
        """Says that a process is alive."""
        with self._engine.begin() as connection:
            connection.execute(delete(HEARTBEAT).where(HEARTBEAT.c.process == process))
            connection.execute(insert(HEARTBEAT), {"process": process, "beat_at": at})

    def last_beat(self, process: str) -> datetime | None:
        """When a process last said that it is alive."""
        query = select(HEARTBEAT.c.beat_at).where(HEARTBEAT.c.process == process)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar_one_or_none()

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()


def mirror_run(config: Config, report: ReportedRun) -> None:
    """Copies a finished run's report; a control database that is away costs the copy, not the run."""
    try:
        control = open_control(config.control.url.get_secret_value(), store=config.store.path)
    except StoreError as error:
        log.warning("run_not_mirrored", run=report.run_id, reason=str(error))
        return
    try:
        control.mirror_run(*_records(report))
    except SQLAlchemyError as error:
        log.warning("run_not_mirrored", run=report.run_id, reason=str(error))
    finally:
        control.close()


def _records(report: ReportedRun) -> tuple[RunRecord, list[LoadRecord]]:
    state = "failed" if report.failed else "done"
    run = RunRecord(report.run_id, report.trigger, report.started_at, report.finished_at, state)
    pairs = [(source, load) for source in report.sources for load in source.loads]
    loads = [_load_record(run.run_id, number, source, load) for number, (source, load) in enumerate(pairs, start=1)]
    return run, loads


def _load_record(run_id: str, position: int, source: ReportedSource, load: ReportedLoad) -> LoadRecord:
    buckets = load.buckets
    return LoadRecord(
        run_id=run_id,
        position=position,
        source_id=source.source_id,
        kind=source.kind,
        origin=load.origin,
        is_new=load.is_new,
        as_of=load.as_of,
        rows_in=buckets.rows_in,
        loaded=buckets.loaded,
        unchanged=buckets.unchanged,
        superseded=buckets.superseded,
        quarantined=buckets.quarantined,
        error_class=None if load.error_class is None else str(load.error_class),
        message=load.message,
    )


def open_control(url: str, *, store: Path) -> Control:
    """The control database of a store, brought to this version's tables; `sqlite` means a file in the store."""
    store.mkdir(parents=True, exist_ok=True)
    engine = _make_engine(control_url(url, store=store))
    try:
        with waiting_lock(store / "control.lock"), engine.begin() as connection:
            migrate(connection)
    except SQLAlchemyError as error:
        engine.dispose()
        place = engine.url.render_as_string(hide_password=True)
        raise StoreError(
            _("the control database {place} cannot be opened: {error}").format(place=place, error=error)
        ) from error
    return Control(engine)


def control_url(url: str, *, store: Path) -> str:
    """The database's URL: the one of config.yaml, or the file in the store."""
    return f"sqlite:///{store / 'control.sqlite'}" if url == "sqlite" else url


def migrate(connection: Connection, *, revision: str = "head") -> None:
    """Brings the tables to a revision, within the connection's transaction."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _make_engine(url: str) -> Engine:
    try:
        engine = create_engine(make_url(url))
    except (ArgumentError, ModuleNotFoundError) as error:
        message = _(
            "control.url cannot be used: {error}; allowed are sqlite, sqlite:///FILE and postgresql+psycopg://…"
        )
        raise StoreError(message.format(error=error)) from error
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Readers beside one writer, patience with it, and keys that are kept."""
    cursor = connection.cursor()
    cursor.execute(f"pragma busy_timeout = {BUSY_TIMEOUT_MS}")
    cursor.execute("pragma journal_mode = wal")
    cursor.execute("pragma foreign_keys = on")
    cursor.close()


def _job_record(row: Any) -> JobRecord:
    values = dict(row)
    return JobRecord(**{**values, "outcome": Outcome(values["outcome"])})
