"""The control database: what ran when, kept beside the facts and never needed to rebuild them.

SQLite in the store by default, PostgreSQL by URL. The ledger of loads in the warehouse is the truth; the
rows here mirror it, so that it can be read while a run holds the warehouse.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine, and_, create_engine, delete, event, func, insert, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from ioc.clock import now
from ioc.errors import StoreError
from ioc.standing import Standing
from ioc.store.control_tables import (
    HEARTBEAT,
    JOB,
    JOB_EVENT,
    RUN,
    RUN_LOAD,
    RUN_REQUEST,
    RUN_SOURCE,
    SOURCE_STANDING,
)
from ioc.store.lock import waiting_lock
from ioc.store.source_days import JobDay, RunDay, read_job_days, read_run_days
from ioc.store.source_runs import SourceRun, read_source_runs
from ioc.words import gettext as _

BUSY_TIMEOUT_MS = 10_000
MIGRATIONS = Path(__file__).parent / "migrations"
SQLITE_FILE = "control.sqlite"
SCHEDULER = "scheduler"
"""The name under which the scheduler's heartbeat is kept."""
ALIVE_FOR = timedelta(minutes=2)
"""How long a heartbeat counts."""


class Outcome(StrEnum):
    """How a scheduled job ended."""

    DONE = "done"
    FAILED = "failed"
    MISSED = "missed"
    SKIPPED = "skipped"
    RUNNING = "running"
    """Begun; what is still so after its process has died was interrupted."""


class Cause(StrEnum):
    """Why a job was run."""

    SLOT = "slot"
    RETRY = "retry"
    REQUEST = "request"


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
    sha256: str | None = None
    size_bytes: int | None = None
    duration_s: float | None = None


@dataclass(frozen=True)
class JobRecord:
    """What became of a job that was due."""

    job_id: str
    scheduled_for: datetime
    outcome: Outcome
    started_at: datetime | None = None
    finished_at: datetime | None = None
    reason: str | None = None
    cause: Cause = Cause.SLOT


@dataclass(frozen=True)
class KeptJob:
    """A job that the scheduler keeps, and the times that were promised last."""

    job_id: str
    cron: str
    since: datetime
    retry_at: datetime | None = None


@dataclass(frozen=True)
class RunRequest:
    """Somebody's wish that a source be run now."""

    request_id: int
    source_id: str
    requested_by: str
    requested_at: datetime
    taken_at: datetime | None = None
    finished_at: datetime | None = None
    outcome: Outcome | None = None
    reason: str | None = None


class Control:
    """The control database, migrated and open; every call is one short transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def mirror_run(
        self, run: RunRecord, loads: Sequence[LoadRecord] = (), *, sources: Sequence[tuple[str, int, int]] = ()
    ) -> None:
        """Copies a run and its loads from the ledger; doing it again changes nothing.

        `sources` are the asked ones, each with its number of files and of failed files.
        """
        asked = [
            {"run_id": run.run_id, "source_id": source_id, "files": files, "failed_files": failed_files}
            for source_id, files, failed_files in sources
        ]
        with self._connected(self._engine.begin()) as connection:
            for table in (RUN_LOAD, RUN_SOURCE, RUN):
                connection.execute(delete(table).where(table.c.run_id == run.run_id))
            connection.execute(insert(RUN), asdict(run))
            if loads:
                connection.execute(insert(RUN_LOAD), [asdict(load) for load in loads])
            if asked:
                connection.execute(insert(RUN_SOURCE), asked)

    def runs(self, *, limit: int = 50) -> list[RunRecord]:
        """The newest runs first."""
        query = select(RUN).order_by(RUN.c.started_at.desc(), RUN.c.run_id.desc()).limit(limit)
        with self._connected(self._engine.connect()) as connection:
            return [RunRecord(**row) for row in connection.execute(query).mappings()]

    def loads(self, run_id: str) -> list[LoadRecord]:
        """The loads of a run, in their order."""
        query = select(RUN_LOAD).where(RUN_LOAD.c.run_id == run_id).order_by(RUN_LOAD.c.position)
        with self._connected(self._engine.connect()) as connection:
            return [LoadRecord(**row) for row in connection.execute(query).mappings()]

    def source_runs(self, *, source_id: str | None = None, limit: int = 20) -> list[SourceRun]:
        """The newest runs of each source, the newest first; those that found nothing included."""
        with self._connected(self._engine.connect()) as connection:
            return read_source_runs(connection, source_id=source_id, limit=limit)

    def run_days(self, *, since: datetime) -> list[RunDay]:
        """How the runs of each source ended, by the day on which they began."""
        with self._connected(self._engine.connect()) as connection:
            return read_run_days(connection, since=since)

    def job_days(self, *, outcome: Outcome, since: datetime) -> list[JobDay]:
        """How often each job ended so, by the day on which it was due."""
        with self._connected(self._engine.connect()) as connection:
            return read_job_days(connection, outcome=str(outcome), since=since)

    def record_job(self, job: JobRecord) -> None:
        """Writes down what became of a job; one row for each of its times, a later word replaces the earlier."""
        self.record_jobs([job])

    def record_jobs(self, jobs: Sequence[JobRecord]) -> None:
        """Writes down several at once."""
        with self._connected(self._engine.begin()) as connection:
            for job in jobs:
                is_same = and_(
                    JOB_EVENT.c.job_id == job.job_id,
                    JOB_EVENT.c.scheduled_for == job.scheduled_for,
                    JOB_EVENT.c.cause == str(job.cause),
                )
                known = connection.execute(select(JOB_EVENT.c.event_id).where(is_same)).scalar()
                values = {**asdict(job), "outcome": str(job.outcome), "cause": str(job.cause)}
                if known is None:
                    connection.execute(insert(JOB_EVENT), values)
                else:
                    connection.execute(update(JOB_EVENT).where(JOB_EVENT.c.event_id == known).values(values))

    def jobs(
        self,
        *,
        job_id: str | None = None,
        outcome: Outcome | None = None,
        cause: Cause | None = None,
        since: datetime | None = None,
        limit: int | None = 100,
    ) -> list[JobRecord]:
        """What became of jobs, the one written down last first; `since` is a due time."""
        columns = [JOB_EVENT.c[field.name] for field in fields(JobRecord)]
        query = select(*columns).order_by(JOB_EVENT.c.event_id.desc()).limit(limit)
        wanted = {"job_id": job_id, "outcome": outcome, "cause": cause}
        for name, value in wanted.items():
            if value is not None:
                query = query.where(JOB_EVENT.c[name] == str(value))
        if since is not None:
            query = query.where(JOB_EVENT.c.scheduled_for >= since)
        with self._connected(self._engine.connect()) as connection:
            return [_job_record(row) for row in connection.execute(query).mappings()]

    def last_scheduled(self, job_id: str) -> datetime | None:
        """The latest of a job's own times that something was written down for."""
        query = select(func.max(JOB_EVENT.c.scheduled_for)).where(
            JOB_EVENT.c.job_id == job_id, JOB_EVENT.c.cause == str(Cause.SLOT)
        )
        with self._connected(self._engine.connect()) as connection:
            found: datetime | None = connection.execute(query).scalar_one()
            return found

    def forget_jobs(self, *, before: datetime) -> None:
        """Drops outcomes of jobs that were due long ago."""
        with self._connected(self._engine.begin()) as connection:
            connection.execute(delete(JOB_EVENT).where(JOB_EVENT.c.scheduled_for < before))

    def kept_jobs(self) -> dict[str, KeptJob]:
        """The jobs that the scheduler keeps, by id."""
        with self._connected(self._engine.connect()) as connection:
            found = [KeptJob(**row) for row in connection.execute(select(JOB)).mappings()]
        return {job.job_id: job for job in found}

    def keep_jobs(self, jobs: Sequence[KeptJob]) -> None:
        """Replaces the kept jobs by these."""
        with self._connected(self._engine.begin()) as connection:
            connection.execute(delete(JOB))
            if jobs:
                connection.execute(insert(JOB), [asdict(job) for job in jobs])

    def set_retry(self, job_id: str, at: datetime | None) -> None:
        """Notes when a job is to be tried again; None: at its next time."""
        with self._connected(self._engine.begin()) as connection:
            connection.execute(update(JOB).where(JOB.c.job_id == job_id).values(retry_at=at))

    def standings(self) -> dict[str, Standing]:
        """How each source stands that was ever asked, by id."""
        with self._connected(self._engine.connect()) as connection:
            found = [Standing(**row) for row in connection.execute(select(SOURCE_STANDING)).mappings()]
        return {standing.source_id: standing for standing in found}

    def set_standing(self, standing: Standing) -> None:
        """Notes how a source stands."""
        with self._connected(self._engine.begin()) as connection:
            mine = SOURCE_STANDING.c.source_id == standing.source_id
            connection.execute(delete(SOURCE_STANDING).where(mine))
            connection.execute(insert(SOURCE_STANDING), asdict(standing))

    def resume(self, source_id: str) -> bool:
        """Lets a halted source be asked again; False where it was not halted."""
        mine = and_(SOURCE_STANDING.c.source_id == source_id, SOURCE_STANDING.c.halted_at.is_not(None))
        with self._connected(self._engine.begin()) as connection:
            changed = connection.execute(update(SOURCE_STANDING).where(mine).values(halted_at=None))
            return bool(changed.rowcount)

    def request_run(self, source_id: str, *, by: str, at: datetime) -> int:
        """Asks the scheduler to run a source now; a wish that nobody has taken up yet is not doubled."""
        waiting = select(RUN_REQUEST.c.request_id).where(
            RUN_REQUEST.c.source_id == source_id, RUN_REQUEST.c.taken_at.is_(None)
        )
        with self._connected(self._engine.begin()) as connection:
            known = connection.execute(waiting).scalar()
            if known is not None:
                return int(known)
            values = {"source_id": source_id, "requested_by": by, "requested_at": at}
            made = connection.execute(insert(RUN_REQUEST).values(values)).inserted_primary_key
            return int(made[0]) if made is not None else 0

    def run_requests(self, *, is_open: bool = False, limit: int = 100) -> list[RunRequest]:
        """Wishes to run a source, the newest first; with `is_open` those not dealt with, the oldest first."""
        query = select(RUN_REQUEST).limit(limit)
        if is_open:
            query = query.where(RUN_REQUEST.c.finished_at.is_(None)).order_by(RUN_REQUEST.c.request_id)
        else:
            query = query.order_by(RUN_REQUEST.c.request_id.desc())
        with self._connected(self._engine.connect()) as connection:
            return [_run_request(row) for row in connection.execute(query).mappings()]

    def take_request(self, request_id: int, *, at: datetime) -> None:
        """Notes that a wish is being fulfilled."""
        self._update_request(request_id, {"taken_at": at})

    def finish_request(self, request_id: int, outcome: Outcome, *, at: datetime, reason: str | None) -> None:
        """Notes how a wish ended."""
        self._update_request(request_id, {"finished_at": at, "outcome": str(outcome), "reason": reason})

    def _update_request(self, request_id: int, values: dict[str, Any]) -> None:
        mine = RUN_REQUEST.c.request_id == request_id
        with self._connected(self._engine.begin()) as connection:
            connection.execute(update(RUN_REQUEST).where(mine).values(values))

    def beat(self, process: str, *, at: datetime) -> None:
        """Says that a process is alive."""
        with self._connected(self._engine.begin()) as connection:
            connection.execute(delete(HEARTBEAT).where(HEARTBEAT.c.process == process))
            connection.execute(insert(HEARTBEAT), {"process": process, "beat_at": at})

    def last_beat(self, process: str) -> datetime | None:
        """When a process last said that it is alive."""
        query = select(HEARTBEAT.c.beat_at).where(HEARTBEAT.c.process == process)
        with self._connected(self._engine.connect()) as connection:
            return connection.execute(query).scalar_one_or_none()

    @contextmanager
    def _connected(self, opening: AbstractContextManager[Connection]) -> Iterator[Connection]:
        """A connection whose failures are the store's, in words without secrets."""
        try:
            with opening as connection:
                yield connection
        except SQLAlchemyError as error:
            message = _("the control database {place} failed: {error}")
            place = self._engine.url.render_as_string(hide_password=True)
            raise StoreError(message.format(place=place, error=error)) from error

    def close(self) -> None:
        """Gives the connections back."""
        self._engine.dispose()


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


def open_known_control(url: str, *, store: Path) -> Control | None:
    """The control database of a store that has been run before; it is not created by asking."""
    if url == "sqlite" and not (store / SQLITE_FILE).exists():
        return None
    return open_control(url, store=store)


def request_run(control: Control, source_id: str, by: str) -> int:
    """Asks the scheduler to run a source now; it takes the wish up within seconds. Answers the wish's id."""
    return control.request_run(source_id, by=by, at=now())


def is_scheduler_alive(control: Control, *, at: datetime) -> bool:
    """Whether a scheduler has said lately that it works: only then is a wish taken up soon."""
    beat = control.last_beat(SCHEDULER)
    return beat is not None and abs(at - beat) <= ALIVE_FOR


def control_url(url: str, *, store: Path) -> str:
    """The database's URL: the one of config.yaml, or the file in the store."""
    return f"sqlite:///{store / SQLITE_FILE}" if url == "sqlite" else url


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
    return JobRecord(**{**values, "outcome": Outcome(values["outcome"]), "cause": Cause(values["cause"])})


def _run_request(row: Any) -> RunRequest:
    values = dict(row)
    return RunRequest(**{**values, "outcome": None if values["outcome"] is None else Outcome(values["outcome"])})
