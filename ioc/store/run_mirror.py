"""What a run leaves in the control database: a copy of its loads, and how its sources stand after it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import structlog

from ioc.config import Config
from ioc.errors import ErrorClass, StoreError
from ioc.standing import SourceFault, standing_after
from ioc.store.control import Control, LoadRecord, RunRecord, open_control

log = structlog.get_logger(__name__)


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
    @property
    def sha256(self) -> str | None: ...
    @property
    def size_bytes(self) -> int | None: ...
    @property
    def duration_s(self) -> float | None: ...


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


def mirror_run(config: Config, report: ReportedRun, *, judged: Sequence[str] | None = None) -> None:
    """Copies a finished run's report; a control database that is away costs the copy, not the run.

    `judged` are the sources that were asked themselves; an upload or a correction says nothing of how its source
    stands.
    """
    try:
        control = open_control(config.control.url.get_secret_value(), store=config.store.path)
    except StoreError as error:
        log.warning("run_not_mirrored", run=report.run_id, reason=str(error))
        return
    try:
        run, loads, sources = _records(report)
        control.mirror_run(run, loads, sources=sources)
        _note_standings(control, report, judged=judged)
    except StoreError as error:
        log.warning("run_not_mirrored", run=report.run_id, reason=str(error))
    finally:
        control.close()


def _note_standings(control: Control, report: ReportedRun, *, judged: Sequence[str] | None) -> None:
    known = control.standings()
    for source in report.sources:
        if judged is not None and source.source_id not in judged:
            continue
        standing = standing_after(
            known.get(source.source_id), _faults(source), source_id=source.source_id, at=report.finished_at
        )
        control.set_standing(standing)
        if standing.is_halted:
            log.error("source_halted", source=source.source_id, error=standing.error_class, message=standing.error)


def _faults(source: ReportedSource) -> list[SourceFault]:
    is_nothing_read = all(_is_failed(load) for load in source.loads)
    return [
        SourceFault(
            str(load.error_class),
            f"{load.origin}: {load.message}",
            is_whole=is_nothing_read or load.origin == source.source_id,
        )
        for load in source.loads
        if _is_failed(load)
    ]


def _is_failed(load: ReportedLoad) -> bool:
    return load.error_class not in (None, ErrorClass.EMPTY)


def _records(report: ReportedRun) -> tuple[RunRecord, list[LoadRecord], list[tuple[str, int, int]]]:
    state = "failed" if report.failed else "done"
    run = RunRecord(report.run_id, report.trigger, report.started_at, report.finished_at, state)
    pairs = [(source, load) for source in report.sources for load in source.loads]
    loads = [_load_record(run.run_id, number, source, load) for number, (source, load) in enumerate(pairs, start=1)]
    sources = [
        (source.source_id, len(source.loads), sum(_is_failed(load) for load in source.loads))
        for source in report.sources
    ]
    return run, loads, sources


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
        sha256=load.sha256,
        size_bytes=load.size_bytes,
        duration_s=load.duration_s,
    )
