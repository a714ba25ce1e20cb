"""The whole run: fetch → land → contract → facts → build → publish, each file in its own transaction."""

from __future__ import annotations

import os
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache, partial
from pathlib import Path
from threading import Semaphore

import structlog

from etl import build
from etl.corrections import fetch_corrections, forget_recorded, later_statements, use_aliases, view_landed
from etl.landing import landing_name, reading_threads
from etl.ledger import (
    KnownLoad,
    KnownLoads,
    LedgerView,
    next_load_id,
    record_failure,
    record_load,
    record_watermark,
)
from etl.mended_rows import resolve_mended
from etl.oddities import dossier_oddities
from etl.patience import Patience, begin, patient_items
from etl.report import Buckets, LoadReport, RunReport, SourceReport
from etl.sources import kind_of
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog
from ioc.clock import Clock, now
from ioc.config import CalendarSettings, Config, SourceSettings
from ioc.errors import ErrorClass, IocError, SourceError, UsageError
from ioc.failpoints import reach
from ioc.nearest import unknown_choice
from ioc.regions import add_regions, unit_tables
from ioc.store.engine import CORES, Connection
from ioc.store.files import settle
from ioc.store.run_mirror import mirror_run
from ioc.store.warehouse import open_warehouse, read_sql, set_unit_codes, set_working_days
from ioc.units import REFERENCE, Units, load_units
from ioc.words import gettext as _
from ioc.working_days import WorkingDays, count_working_days

log = structlog.get_logger(__name__)
LANDING_WORKERS = 2
"""How many files are landed ahead of the one that is merged."""
PAYLOAD_STARTS_AFTER = ("version_id", "load_id", "row_no", "source_id")


Fetch = Callable[[FetchContext], Iterator[Incoming | Failure]]


@dataclass(frozen=True)
class _Landed:
    """A landing file, and what only reading could tell of its origin."""

    path: Path
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class _Intake:
    """What loading a source's files needs to know."""

    connection: Connection
    run_id: str
    source_id: str
    kind: SourceKind
    landing: Path
    clock: Clock
    patience: Patience
    known: KnownLoads
    beside: _Beside


class _Beside:
    """What Python works out while the database is busy: the calendar as it lands, the catalogue as it merges."""

    def __init__(self, connection: Connection, config: Config) -> None:
        self._connection = connection
        self._load = partial(load_catalog, config.catalog.path, indices=config.catalog.indices)
        self._calendar = begin(partial(_working_days, config.calendar), Semaphore())
        self._catalog: Future[Catalog] | None = None

    def use_calendar(self) -> Future[Catalog]:
        """Makes the days known by which terms are counted."""
        if self._catalog is None:
            set_working_days(self._connection, self._calendar.result())
            self._catalog = begin(self._load, Semaphore())
        return self._catalog

    def catalog(self) -> Catalog:
        """The catalogue; its faults are a ConfigError."""
        return self.use_calendar().result()


def run(
    config: Config,
    *,
    sources: Sequence[str] | None = None,
    clock: Clock = now,
    trigger: str = "manual",
    fetches: Mapping[str, Fetch] | None = None,
    is_building: bool = True,
) -> RunReport:
    """Takes in the named sources (all enabled ones), builds, and publishes if anything changed.

    `fetches` replaces how a source is fetched, by source id: an upload or a correction comes the same way as a file.
    """
    wanted = _choose_sources(config, sources)
    units = _read_units(config)
    run_id = f"{clock():%Y%m%dT%H%M%S}-{uuid.uuid4().hex[:8]}"
    started_at = clock()
    with open_warehouse(config.store.path) as connection:
        _prepare(connection, units)
        beside = _Beside(connection, config)
        connection.execute("insert into runs values (?, ?, ?, null, 'running')", [run_id, trigger, started_at])
        reach("run_recorded")
        reports = tuple(
            _take_in(
                connection,
                config,
                run_id=run_id,
                source_id=source_id,
                settings=settings,
                clock=clock,
                fetch=(fetches or {}).get(source_id),
                beside=beside,
            )
            for source_id, settings in wanted.items()
        )
        published, errors = None, tuple[str, ...]()
        if is_building:
            published, errors = _build_and_publish(connection, config, units, beside=beside, clock=clock)
        report = RunReport(run_id, trigger, started_at, clock(), reports, published, errors)
        connection.execute(
            "update runs set finished_at = ?, state = ? where run_id = ?",
            [report.finished_at, "failed" if report.failed else "done", run_id],
        )
        reach("run_finished")
    mirror_run(config, report, judged=[name for name in wanted if name not in (fetches or {})])
    reach("mirrored")
    return report


def publish(config: Config, *, clock: Clock = now) -> str | None:
    """Builds from the facts already there; the new snapshot's id, or None where nothing has changed."""
    units = _read_units(config)
    with open_warehouse(config.store.path) as connection:
        _prepare(connection, units)
        set_working_days(connection, _working_days(config.calendar))
        catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
        return build.build_and_publish(connection, config=config, catalog=catalog, units=units, clock=clock)


def _read_units(config: Config) -> Units:
    """The tables of units, read anew where a file of theirs has changed: the scheduler runs for months."""
    crosswalks = config.units.crosswalks
    stamps = tuple((path, path.stat().st_mtime_ns) for path in unit_tables(config))
    return add_regions(_units_of(crosswalks, stamps), config)


@lru_cache(maxsize=1)
def _units_of(crosswalks: tuple[Path, ...], _stamps: tuple[tuple[Path, int], ...]) -> Units:
    return load_units(REFERENCE, crosswalks=crosswalks)


def _choose_sources(config: Config, names: Sequence[str] | None) -> dict[str, SourceSettings]:
    if not names:
        return {name: settings for name, settings in config.sources.items() if settings.enabled}
    unknown = next((name for name in names if name not in config.sources), None)
    if unknown is not None:
        raise UsageError(unknown_choice(unknown, config.sources, _("source")))
    return {name: config.sources[name] for name in names}


@lru_cache(maxsize=4)
def _working_days(calendar: CalendarSettings) -> WorkingDays:
    return count_working_days(closures=calendar.closures, working_days=calendar.working_days)


def _prepare(connection: Connection, units: Units) -> None:
    connection.execute(read_sql("etl.facts", "macros.sql"))
    set_unit_codes(connection, units.xref)
    # a run that was killed leaves its row open
    connection.execute("update runs set state = 'failed' where state = 'running'")


def _build_and_publish(
    connection: Connection, config: Config, units: Units, *, beside: _Beside, clock: Clock
) -> tuple[str | None, tuple[str, ...]]:
    try:
        catalog = beside.catalog()
        made = build.build_and_publish(connection, config=config, catalog=catalog, units=units, clock=clock)
        return made, ()
    except (IocError, OSError) as error:
        log.error("publish_failed", message=str(error))
        return None, (str(error),)


def _take_in(
    connection: Connection,
    config: Config,
    *,
    run_id: str,
    source_id: str,
    settings: SourceSettings,
    clock: Clock,
    beside: _Beside,
    fetch: Fetch | None = None,
) -> SourceReport:
    kind = kind_of(settings)
    landing = config.store.path / "landing" / source_id
    landing.mkdir(parents=True, exist_ok=True)
    for part in landing.glob("*.part"):
        part.unlink(missing_ok=True)
    patience = Patience.of(settings.fetch_timeout_s)
    known = KnownLoads(connection, source_id, by_origin=kind.states_anew)
    intake = _Intake(connection, run_id, source_id, kind, landing, clock, patience, known, beside)
    ledger = LedgerView(connection, source_id)
    context = FetchContext(
        source_id=source_id,
        settings=settings,
        config=config,
        clock=clock,
        is_loaded=ledger.is_loaded,
        watermark=ledger.watermark,
        inbox_memory=config.store.path / "inboxes" / f"{source_id}.json",
    )
    use_aliases(connection, config.store.path, source_id=source_id)
    corrections = partial(fetch_corrections, connection=connection, kind=kind)
    fetched = _fetch(fetch or kind.fetch, context)
    try:
        loads = (
            *_load_all(intake, patient_items(fetched, patience, source_id=source_id)),
            *_load_all(replace(intake, patience=Patience.of(settings.fetch_timeout_s)), _fetch(corrections, context)),
        )
    finally:
        # a fetch that was left alone must not keep the warehouse open
        ledger.close()
    forget_recorded(connection, config.store.path, source_id=source_id)
    report = SourceReport(source_id, kind.name, loads)
    log.info("source_taken_in", source=source_id, rows_in=report.rows_in, loaded=report.loaded)
    return report


def _fetch(fetch: Fetch, context: FetchContext) -> Iterator[Incoming | Failure]:
    """A fetch whose own failure is one more item, so that the other sources go on."""
    try:
        yield from fetch(context)
    except SourceError as error:
        yield Failure(origin=context.source_id, error=error)
    except OSError as error:
        yield Failure(context.source_id, SourceError(ErrorClass.UNREADABLE, str(error)))


def _load_all(intake: _Intake, items: Iterator[Incoming | Failure]) -> Iterator[LoadReport]:
    """Lands the next files while one is merged; merges, and so load ids, keep the order of the files."""
    turns = Semaphore(LANDING_WORKERS)
    waiting: deque[tuple[Incoming | Failure, Future[_Landed] | None]] = deque()
    for item in items:
        waiting.append((item, _begin(intake, item, turns)))
        if len(waiting) > LANDING_WORKERS:
            yield _finish(intake, *waiting.popleft())
    while waiting:
        yield _finish(intake, *waiting.popleft(), is_last=not waiting)


def _begin(intake: _Intake, item: Incoming | Failure, turns: Semaphore) -> Future[_Landed] | None:
    """The landing of a file whose rows are not known yet."""
    if isinstance(item, Failure) or intake.known.find(item) is not None:
        return None
    return begin(partial(_land, item, intake.landing), turns)


def _finish(
    intake: _Intake, item: Incoming | Failure, landing: Future[_Landed] | None, *, is_last: bool = False
) -> LoadReport:
    if isinstance(item, Failure):
        return _fail(intake, item)
    try:
        landed = None if landing is None else intake.patience.wait_for_landing(landing)
        # the file before this one may have been its twin
        known = intake.known.find(item)
        if landed is None or known is not None:
            known = known or KnownLoad(Buckets(), None)
            return LoadReport(
                item.origin,
                known.buckets,
                is_new=False,
                as_of=known.as_of,
                warnings=item.warnings,
                passed_over=_why_passed_over(item, known),
                sha256=item.sha256,
                size_bytes=item.size_bytes,
            )
        return _merge_landed(intake, item, landed, is_last=is_last)
    except SourceError as error:
        return _fail(intake, Failure(item.origin, error, item.sha256, item.size_bytes))


def _why_passed_over(item: Incoming, known: KnownLoad) -> str | None:
    """What to say of a file under a new name that says what an older one said, though others have come since."""
    if known.is_newest or known.origin in ("", item.origin):
        return None
    message = _(
        "it has the same bytes as {origin}, which was loaded before others were; so it is passed over. If it is the "
        "newest state and not a copy, save it once more with any change, such as a blank line at its end"
    )
    return message.format(origin=known.origin)


def _fail(intake: _Intake, failure: Failure) -> LoadReport:
    record_failure(
        intake.connection,
        run_id=intake.run_id,
        source_id=intake.source_id,
        kind=intake.kind.name,
        failure=failure,
        at=intake.clock(),
    )
    log.warning("load_failed", source=intake.source_id, origin=failure.origin, error=str(failure.error.error_class))
    return LoadReport(
        failure.origin,
        Buckets(),
        error_class=failure.error.error_class,
        message=str(failure.error),
        sha256=failure.sha256 or None,
        size_bytes=failure.size_bytes or None,
    )


def _land(item: Incoming, folder: Path) -> _Landed:
    """Writes the kept fields of a file under a name that tells its bytes and its origin."""
    final = folder / landing_name(item.sha256, item.origin)
    # a landing that was left alone may still be writing its own
    part = final.with_suffix(f".{uuid.uuid4().hex[:8]}.part")
    try:
        warnings = (*item.warnings, *(item.land(part) or ()))
        reach("landing_written")
        settle(part, final)
    except OSError as error:
        # a full disk costs this file only; it stays where it is for the next run
        message = _("the store cannot be written: {reason}; make room or mend the rights of {folder}, then run again")
        raise SourceError(
            ErrorClass.UNREADABLE, message.format(reason=os.strerror(error.errno or 0), folder=folder)
        ) from error
    finally:
        part.unlink(missing_ok=True)
    reach("landed")
    return _Landed(final, warnings)


def _merge_landed(intake: _Intake, item: Incoming, landed: _Landed, *, is_last: bool) -> LoadReport:
    started = time.monotonic()
    connection = intake.connection
    intake.beside.use_calendar()
    # beside the last one nothing is landed, and all versions are looked through for the keys of a few rows
    connection.use_threads(CORES if is_last else reading_threads(landed.path))
    connection.execute("begin")
    try:
        load_id = next_load_id(connection)
        buckets, newest_event_at = _merge(intake, item, landing=landed.path, load_id=load_id)
        as_of = item.as_of or newest_event_at
        is_dossier = intake.kind.fact.name == "dossier"
        odd = dossier_oddities(connection, fetched_at=item.fetched_at) if is_dossier else ()
        landed = replace(landed, warnings=(*landed.warnings, *odd))
        record_load(
            connection,
            load_id=load_id,
            run_id=intake.run_id,
            source_id=intake.source_id,
            kind=intake.kind.name,
            incoming=item,
            landing=f"{intake.source_id}/{landed.path.name}",
            buckets=buckets,
            as_of=as_of,
            warnings=landed.warnings,
            duration_s=time.monotonic() - started,
        )
        if item.corrects is None:
            resolve_mended(
                connection,
                intake.kind,
                source_id=intake.source_id,
                origin=item.origin,
                load_id=load_id,
                landing=landed.path,
            )
        if item.watermark is not None:
            record_watermark(connection, source_id=intake.source_id, watermark=item.watermark, load_id=load_id)
        if item.corrects is not None:
            item.corrects.note(connection, load_id)
        reach("merged")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise
    reach("committed")
    intake.known.add(item, buckets, as_of)
    return LoadReport(
        item.origin,
        buckets,
        as_of=as_of,
        warnings=landed.warnings,
        sha256=item.sha256,
        size_bytes=item.size_bytes,
    )


def _merge(intake: _Intake, item: Incoming, *, landing: Path, load_id: int) -> tuple[Buckets, datetime | None]:
    connection, fact = intake.connection, intake.kind.fact
    restated = None if item.corrects is None else item.corrects.restated()
    view_landed(connection, landing, source_id=intake.source_id)
    columns = connection.rows("select name from pragma_table_info(?)", [f"facts.{fact.name}_versions"])
    payload = [name for (name,) in columns if name not in PAYLOAD_STARTS_AFTER]
    script = read_sql("etl.facts", "merge.sql").format(
        contract=read_sql("etl.facts", f"{intake.kind.contract}.sql").rstrip().rstrip(";"),
        fact=fact.name,
        key=", ".join(fact.key),
        payload=", ".join(payload),
        newest_row_no=_newest_row_no(fact),
        older=_older_statements(fact),
        corrected=later_statements(fact, restated),
        accepted_payload=", ".join(f"accepted.{name}" for name in payload),
        current_payload=", ".join(f"current.{name}" for name in payload),
    )
    values = {
        "source_id": intake.source_id,
        "fetched_at": item.fetched_at,
        "load_id": load_id,
        "statement_load_id": None if item.corrects is None else item.corrects.statement_load_id,
    }
    for statement in connection.statements(script):
        connection.execute(statement.sql, {name: values[name] for name in statement.parameters})
    *counts, newest_event_at = connection.row(read_sql("etl.facts", "merge_counts.sql"))
    buckets = Buckets(*(int(count) for count in counts))
    if buckets.rows_in != buckets.loaded + buckets.unchanged + buckets.superseded + buckets.quarantined:
        raise SourceError(ErrorClass.INTEGRITY, f"rows do not add up: {buckets}")
    return buckets, newest_event_at


def _newest_row_no(fact: Fact) -> str:
    """The expression, within merge.sql, for the row that counts of several with one key."""
    return f"max_by(row_no, ({', '.join((*fact.newer_by, 'row_no'))}))" if fact.newer_by else "max(row_no)"


def _older_statements(fact: Fact) -> str:
    """The statement, within merge.sql, that leaves out what a file of an earlier day says."""
    if not fact.newer_by:
        return ""
    same_key = " and ".join(f"current.{name} = accepted.{name}" for name in fact.key)
    return read_sql("etl.facts", "merge_older.sql").format(
        fact=fact.name, same_key=same_key, stated_at=fact.newer_by[0]
    )
