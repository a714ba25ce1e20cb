"""The scheduler: its own process, one at a time for a store, every outcome written down."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from apscheduler.events import (
    EVENT_JOB_ERROR,
    EVENT_JOB_EXECUTED,
    EVENT_JOB_MAX_INSTANCES,
    EVENT_JOB_MISSED,
    JobEvent,
    JobExecutionEvent,
    JobSubmissionEvent,
)
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger

from etl import pipeline
from etl.report import RunReport
from ioc.clock import ZONE, Clock, now, to_local
from ioc.config import Config
from ioc.store.control import Control, JobRecord, Outcome, open_control
from ioc.store.lock import FileLock
from ioc.words import gettext as _

log = structlog.get_logger(__name__)

PROCESS = "scheduler"
"""The name under which the scheduler's heartbeat is kept."""
PUBLISH_CRON = "15 0 * * *"
"""At night even without new data, so that overdue and due-soon move."""
GRACE_S = 6 * 3600
"""How late a job may still start, for example after the machine slept."""
TICK_S = 0.5
BEAT_S = 30.0
STANDBY_S = 5.0


@dataclass(frozen=True)
class Duty:
    """Something to be done at its times."""

    job_id: str
    cron: str
    work: Callable[[], str | None]
    """Answers what failed, in words, or None."""


@dataclass(frozen=True)
class Attempt:
    """What a job says of itself when it comes back."""

    started_at: datetime
    finished_at: datetime
    outcome: Outcome
    reason: str | None


def run_scheduler(config: Config, *, clock: Clock = now, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Works until it is told to stop; while another scheduler holds the store, it stands by."""
    control = open_control(config.control.url.get_secret_value(), store=config.store.path)
    try:
        with FileLock(config.store.path / "scheduler.lock") as lock:
            if _wait_for(lock, is_stopping=is_stopping):
                Scheduler(duties(config, clock=clock), control, clock=clock).work(is_stopping=is_stopping)
    finally:
        control.close()


def duties(config: Config, *, clock: Clock = now) -> tuple[Duty, ...]:
    """One duty for each enabled source that has a schedule, and the nightly publication."""
    sources = tuple(
        Duty(f"source:{source_id}", settings.schedule, _fetching(config, source_id, clock))
        for source_id, settings in config.sources.items()
        if settings.enabled and settings.schedule is not None
    )
    return (*sources, Duty("publish", PUBLISH_CRON, _publishing(config, clock)))


def next_run(cron: str, *, after: datetime) -> datetime | None:
    """The next time of a schedule, in local time."""
    moment = after.replace(tzinfo=ZONE)
    found: datetime | None = _trigger(cron).get_next_fire_time(None, moment)
    return None if found is None else to_local(found)


class Scheduler:
    """Runs duties one after the other, each never twice at once."""

    def __init__(self, duties: Sequence[Duty], control: Control, *, clock: Clock = now) -> None:
        self._duties = duties
        self._control = control
        self._clock = clock
        self._is_stopping = False

    def work(self, *, is_stopping: Callable[[], bool]) -> None:
        """Keeps the schedule until told to stop, then lets the running job finish."""
        scheduler = BackgroundScheduler(
            timezone=ZONE,
            # one thread: the warehouse has one writer, so that a second run would only wait
            executors={"default": ThreadPoolExecutor(1)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S},
        )
        scheduler.add_listener(self._note_attempt, EVENT_JOB_EXECUTED | EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        scheduler.add_listener(self._note_skipped, EVENT_JOB_MAX_INSTANCES)
        for duty in self._duties:
            self._add(scheduler, duty)
        scheduler.start()
        log.info("scheduler_started", jobs=[duty.job_id for duty in self._duties])
        try:
            self._keep_alive(is_stopping)
        finally:
            self._is_stopping = True
            scheduler.shutdown(wait=True)
            log.info("scheduler_stopped")

    def _add(self, scheduler: BackgroundScheduler, duty: Duty) -> None:
        trigger = _trigger(duty.cron)
        # given only where needed: an explicit None would pause the job
        at_once = {"next_run_time": datetime.now(tz=ZONE)} if self._is_overdue(duty.job_id, trigger) else {}
        scheduler.add_job(self._attempt, trigger, args=[duty], id=duty.job_id, replace_existing=True, **at_once)

    def _is_overdue(self, job_id: str, trigger: CronTrigger) -> bool:
        """Whether a time of the job went by while no scheduler was running."""
        last = self._control.last_scheduled(job_id)
        if last is None:
            return False
        due: datetime | None = trigger.get_next_fire_time(last.replace(tzinfo=ZONE), last.replace(tzinfo=ZONE))
        return due is not None and to_local(due) <= self._clock()

    def _attempt(self, duty: Duty) -> Attempt:
        started_at = self._clock()
        if self._is_stopping:
            return Attempt(started_at, started_at, Outcome.SKIPPED, _("the scheduler was stopping"))
        reason = duty.work()
        outcome = Outcome.DONE if reason is None else Outcome.FAILED
        return Attempt(started_at, self._clock(), outcome, reason)

    def _note_attempt(self, event: JobExecutionEvent) -> None:
        scheduled_for = to_local(event.scheduled_run_time)
        self._control.record_job(_job_record(event, scheduled_for))

    def _note_skipped(self, event: JobSubmissionEvent) -> None:
        reason = _("the run before it was still going on")
        for scheduled in event.scheduled_run_times:
            self._control.record_job(JobRecord(event.job_id, to_local(scheduled), Outcome.SKIPPED, reason=reason))

    def _keep_alive(self, is_stopping: Callable[[], bool]) -> None:
        next_beat = time.monotonic()
        while not is_stopping():
            if time.monotonic() >= next_beat:
                self._control.beat(PROCESS, at=self._clock())
                next_beat = time.monotonic() + BEAT_S
            time.sleep(TICK_S)


def _job_record(event: JobEvent, scheduled_for: datetime) -> JobRecord:
    if event.code == EVENT_JOB_MISSED:
        hours = timedelta(seconds=GRACE_S) // timedelta(hours=1)
        reason = _("it could not start within {n} hours of its time").format(n=hours)
        return JobRecord(event.job_id, scheduled_for, Outcome.MISSED, reason=reason)
    if event.code == EVENT_JOB_ERROR:
        reason = f"{type(event.exception).__name__}: {event.exception}"
        return JobRecord(event.job_id, scheduled_for, Outcome.FAILED, reason=reason)
    attempt: Attempt = event.retval
    return JobRecord(
        event.job_id, scheduled_for, attempt.outcome, attempt.started_at, attempt.finished_at, attempt.reason
    )


def _fetching(config: Config, source_id: str, clock: Clock) -> Callable[[], str | None]:
    def work() -> str | None:
        return faults(pipeline.run(config, sources=[source_id], clock=clock, trigger="schedule"))

    return work


def _publishing(config: Config, clock: Clock) -> Callable[[], str | None]:
    def work() -> str | None:
        pipeline.publish(config, clock=clock)
        return None

    return work


def faults(report: RunReport) -> str | None:
    """What failed in a run, in words; None where nothing did."""
    loads = [
        f"{source.source_id}: {load.origin}: {load.message}" for source in report.sources for load in source.failures
    ]
    return "; ".join([*loads, *report.errors]) or None


def _wait_for(lock: FileLock, *, is_stopping: Callable[[], bool]) -> bool:
    """Takes the lock, if need be after the other scheduler has ended; False where it was told to stop first."""
    if lock.try_acquire():
        return True
    log.warning("scheduler_stands_by", reason="another scheduler works on this store")
    next_try = time.monotonic()
    while not is_stopping():
        if time.monotonic() >= next_try:
            if lock.try_acquire():
                return True
            next_try = time.monotonic() + STANDBY_S
        time.sleep(TICK_S)
    return False


def _trigger(cron: str) -> CronTrigger:
    return CronTrigger.from_crontab(cron, timezone=ZONE)
