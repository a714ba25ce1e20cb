"""What `ioc sources` says of each source: its state now, and what became of it lately."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ioc.standing import Standing, judge_freshness

if TYPE_CHECKING:
    # only for their types: with them DuckDB and pandas would be loaded for each `--help`
    from ioc.config import SourceSettings
    from ioc.store.control import JobRecord
    from ioc.store.intake_questions import SourceRow
    from ioc.store.source_runs import SourceRun

DISABLED = "disabled"
JOB_PREFIX = "source:"


@dataclass(frozen=True)
class SourceBrief:
    """The state of one source, as wide as a screen."""

    source: str
    kind: str
    state: str
    last_success: datetime | None
    as_of: datetime | None
    rows: int
    rejects: int
    next_run: datetime | None


@dataclass(frozen=True)
class SourceState:
    """The state of one source."""

    source: str
    kind: str
    state: str
    """fresh | late | stale | never | disabled."""
    last_success: datetime | None
    as_of: datetime | None
    fresh_until: datetime | None
    rows: int
    rejects: int
    failed_loads: int
    next_run: datetime | None
    last_run: datetime | None
    retry_at: datetime | None
    """When it is tried again before its next run, because it could not be reached."""
    halted_since: datetime | None
    halted_reason: str | None
    last_error_at: datetime | None
    last_error_class: str | None
    last_error: str | None

    def brief(self) -> SourceBrief:
        """What fits on a screen."""
        return SourceBrief(
            source=self.source,
            kind=self.kind,
            state=self.state,
            last_success=self.last_success,
            as_of=self.as_of,
            rows=self.rows,
            rejects=self.rejects,
            next_run=self.next_run if self.retry_at is None else self.retry_at,
        )


@dataclass(frozen=True)
class SourceTimes:
    """When a source should have been run, and when it will be."""

    due_at: datetime | None = None
    """The newest time at which it should have been run and ready."""
    next_run: datetime | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True)
class TimelineRow:
    """One run of a source, or one time at which it was not run."""

    at: datetime
    source: str
    trigger: str
    outcome: str
    """done | failed | missed | skipped."""
    files: int
    failed_files: int
    rows_in: int
    loaded: int
    unchanged: int
    superseded: int
    quarantined: int
    duration_s: int | None
    error_class: str | None
    reason: str | None


def source_state(
    source_id: str,
    settings: SourceSettings,
    *,
    known: SourceRow | None,
    standing: Standing | None,
    times: SourceTimes,
    at: datetime,
) -> SourceState:
    """A source's state, its freshness judged by the clock."""
    loaded_at = known.last_load_at if known else None
    fresh_until = known.fresh_until if known else None
    freshness = judge_freshness(standing, last_load_at=loaded_at, fresh_until=fresh_until, due_at=times.due_at, at=at)
    return SourceState(
        source=source_id,
        kind=settings.kind,
        state=str(freshness) if settings.enabled else DISABLED,
        last_success=_latest(loaded_at, standing.succeeded_at if standing else None),
        as_of=known.as_of if known else None,
        fresh_until=fresh_until,
        rows=known.rows_in if known else 0,
        rejects=known.quarantined if known else 0,
        failed_loads=known.failed_loads if known else 0,
        next_run=times.next_run,
        last_run=standing.attempted_at if standing else None,
        retry_at=times.retry_at,
        halted_since=standing.halted_at if standing else None,
        halted_reason=standing.error if standing and standing.is_halted else None,
        last_error_at=standing.error_at if standing else None,
        last_error_class=standing.error_class if standing else None,
        last_error=standing.error if standing else None,
    )


def timeline(
    runs: Sequence[SourceRun], jobs: Sequence[JobRecord], *, sources: Mapping[str, object], limit: int
) -> list[TimelineRow]:
    """At most `limit` rows of each source, the newest first: its runs, and the times at which it was not run."""
    unrun = [job for job in jobs if job.started_at is None or str(job.outcome) in ("missed", "skipped")]
    rows = sorted([*map(_of_run, runs), *map(_of_job, unrun)], key=lambda row: row.at, reverse=True)
    mine = {source: [row for row in rows if row.source == source][:limit] for source in sources}
    return [row for found in mine.values() for row in found]


def _of_run(run: SourceRun) -> TimelineRow:
    took = None if run.finished_at is None else round((run.finished_at - run.started_at).total_seconds())
    return TimelineRow(
        at=run.started_at,
        source=run.source_id,
        trigger=run.trigger,
        outcome="failed" if run.failed_files else "done",
        files=run.files,
        failed_files=run.failed_files,
        rows_in=run.rows_in,
        loaded=run.loaded,
        unchanged=run.unchanged,
        superseded=run.superseded,
        quarantined=run.quarantined,
        duration_s=took,
        error_class=run.error_class,
        reason=run.message,
    )


def _of_job(job: JobRecord) -> TimelineRow:
    return TimelineRow(
        at=job.scheduled_for,
        source=job.job_id.removeprefix(JOB_PREFIX),
        trigger="schedule" if str(job.cause) == "slot" else str(job.cause),
        outcome=str(job.outcome),
        files=0,
        failed_files=0,
        rows_in=0,
        loaded=0,
        unchanged=0,
        superseded=0,
        quarantined=0,
        duration_s=None,
        error_class=None,
        reason=job.reason,
    )


def _latest(*moments: datetime | None) -> datetime | None:
    return max((moment for moment in moments if moment is not None), default=None)
