"""What the control database says of the newest runs: those that published nothing included."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Protocol

import structlog

from ioc.store.control import Control, LoadRecord, Outcome, RunRecord, open_control

log = structlog.get_logger(__name__)
SQLITE_FILE = "control.sqlite"
SOURCE_JOB = "source:"
"""How the scheduler names the job of a source."""


@dataclass(frozen=True)
class Run:
    """One run with what it dealt with."""

    record: RunRecord
    loads: tuple[LoadRecord, ...]

    @property
    def rows_in(self) -> int:
        return sum(load.rows_in for load in self.loads)

    @property
    def loaded(self) -> int:
        return sum(load.loaded for load in self.loads)

    @property
    def unchanged(self) -> int:
        return sum(load.unchanged for load in self.loads)

    @property
    def superseded(self) -> int:
        return sum(load.superseded for load in self.loads)

    @property
    def quarantined(self) -> int:
        return sum(load.quarantined for load in self.loads)

    @property
    def failures(self) -> tuple[LoadRecord, ...]:
        return tuple(load for load in self.loads if load.error_class is not None)


@dataclass(frozen=True)
class SourceDay:
    """What became of a source on one day."""

    day: date
    done: int = 0
    failed: int = 0
    missed: int = 0


@dataclass(frozen=True)
class SourceHistory:
    """The days of a source on which anything was to happen, and whether it stands still."""

    days: Mapping[date, SourceDay]
    halted_at: datetime | None = None
    error: str | None = None


class RunLog(Protocol):
    """Where the newest runs are read from."""

    def newest(self, count: int) -> Sequence[Run]: ...
    def histories(self, sources: Sequence[str], *, since: datetime) -> Mapping[str, SourceHistory]: ...


class ControlRunLog:
    """Reads the control database, which is opened at the first question and never created by it."""

    def __init__(self, url: str, *, store: Path) -> None:
        self._url = url
        self._store = store
        self._control: Control | None = None
        self._lock = threading.Lock()

    def newest(self, count: int) -> Sequence[Run]:
        """The newest runs first; none where there is no control database or it is away."""
        try:
            control = self._open()
            if control is None:
                return ()
            return tuple(Run(record, tuple(control.loads(record.run_id))) for record in control.runs(limit=count))
        except Exception:
            # The page has the snapshot's own ledger beside it: a control database that is away costs this part only.
            log.warning("control_database_away", exc_info=True)
            return ()

    def histories(self, sources: Sequence[str], *, since: datetime) -> Mapping[str, SourceHistory]:
        """Each source's days since a moment; none where there is no control database or it is away."""
        try:
            control = self._open()
            if control is None:
                return {}
            days, standings = _days(control, since=since), control.standings()
            return {
                source: SourceHistory(
                    days.get(source, {}),
                    standing.halted_at if (standing := standings.get(source)) else None,
                    standing.error if standing else None,
                )
                for source in sources
            }
        except Exception:
            log.warning("control_database_away", exc_info=True)
            return {}

    def _open(self) -> Control | None:
        if self._url == "sqlite" and not (self._store / SQLITE_FILE).exists():
            return None
        with self._lock:
            if self._control is None:
                self._control = open_control(self._url, store=self._store)
            return self._control


def _days(control: Control, *, since: datetime) -> Mapping[str, Mapping[date, SourceDay]]:
    """The runs and the missed times of each source by day."""
    found: dict[str, dict[date, SourceDay]] = defaultdict(dict)
    for run in control.run_days(since=since):
        found[run.source_id][run.day] = SourceDay(run.day, run.done, run.failed)
    for job in control.job_days(outcome=Outcome.MISSED, since=since):
        days = found[job.job_id.removeprefix(SOURCE_JOB)]
        days[job.day] = replace(days.get(job.day, SourceDay(job.day)), missed=job.times)
    return found
