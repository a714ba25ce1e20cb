"""The scheduler: its own process, one at a time for a store. APScheduler is its alarm clock; what is to be done is
decided from what is written down, so that a start after any end goes on where the last one was."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.date import DateTrigger

from etl.duties import PUBLISH, Duty, Finding, duties, source_job
from etl.schedule import StartTrigger, Times
from ioc.clock import ZONE, Clock, now
from ioc.config import Config
from ioc.errors import StoreError
from ioc.store.control import SCHEDULER, Cause, Control, JobRecord, KeptJob, Outcome, RunRequest, open_control
from ioc.store.lock import FileLock
from ioc.words import gettext as _

log = structlog.get_logger(__name__)

GRACE_S = 6 * 3600
"""How late a job may still start, for example after the machine slept."""
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": GRACE_S}
KEEP_JOBS_FOR = timedelta(days=400)
MOST_MISSED = 1000
"""So many times that went by are written down one by one; the older ones in one line."""
FIRST_RETRY = timedelta(minutes=1)
TICK_S = 0.5
REQUESTS_S = 2.0
"""How often wishes to run a source are looked for."""
BEAT_S = 30.0
STANDBY_S = 5.0


def run_scheduler(config: Config, *, clock: Clock = now, is_stopping: Callable[[], bool] = lambda: False) -> None:
    """Works until it is told to stop; while another scheduler holds the store, it stands by."""
    control = open_control(config.control.url.get_secret_value(), store=config.store.path)
    try:
        with FileLock(scheduler_lock(config)) as lock:
            if _wait_for(lock, is_stopping=is_stopping):
                Scheduler(duties(config, clock=clock), control, clock=clock).work(is_stopping=is_stopping)
    finally:
        control.close()


def scheduler_lock(config: Config) -> Path:
    """The file whose lock makes a scheduler the only one of its store."""
    return config.store.path / "scheduler.lock"


class Scheduler:
    """Runs duties one after the other, each never twice at once, each of their times once."""

    def __init__(
        self, duties: Sequence[Duty], control: Control, *, clock: Clock = now, alarm: BackgroundScheduler | None = None
    ) -> None:
        self._duties = {duty.job_id: duty for duty in duties}
        self._control = control
        self._clock = clock
        self._alarm = alarm or _alarm_clock()
        self._is_stopping = False
        self._started_at = clock()
        self._interrupted: dict[str, list[datetime]] = defaultdict(list)
        self._taken: set[int] = set()

    def work(self, *, is_stopping: Callable[[], bool]) -> None:
        """Keeps the schedule until told to stop, then lets the running job finish."""
        self.start()
        try:
            self._keep_alive(is_stopping)
        finally:
            self.stop()

    def start(self) -> None:
        """Reads what was left open, makes up for it, and sets the alarms."""
        self._started_at = self._clock()
        self._collect_interrupted()
        kept = self._control.kept_jobs()
        self._settle_former_times(kept)
        self._alarm.add_listener(self._note_trouble, EVENT_JOB_MISSED | EVENT_JOB_ERROR)
        self._set_alarms(kept)
        self._alarm.start()
        log.info("scheduler_started", jobs=list(self._duties))

    def stop(self) -> None:
        """Waits for the running job; what was still waiting stays open and is made up at the next start."""
        self._is_stopping = True
        self._alarm.shutdown(wait=True)
        log.info("scheduler_stopped")

    def beat(self) -> None:
        """Says that the scheduler is alive."""
        self._control.beat(SCHEDULER, at=self._clock())

    def take_requests(self) -> None:
        """Takes up the wishes to run a source that nobody has dealt with."""
        for request in self._control.run_requests(is_open=True):
            if request.request_id not in self._taken:
                self._taken.add(request.request_id)
                self._control.take_request(request.request_id, at=self._clock())
                self._ring(f"request:{request.request_id}", self._fulfil, request)

    # what was left open

    def _collect_interrupted(self) -> None:
        """Jobs that were running when their scheduler died."""
        for job in self._control.jobs(outcome=Outcome.RUNNING, limit=None):
            duty = self._duties.get(job.job_id)
            if job.cause is Cause.SLOT and duty is not None and duty.times is not None:
                self._interrupted[job.job_id].append(job.scheduled_for)
            else:
                # a retry or a wish is taken up again by itself, if it is still wanted
                self._control.record_job(replace(job, outcome=Outcome.MISSED, reason=_was_interrupted()))

    def _settle_former_times(self, kept: Mapping[str, KeptJob]) -> None:
        """Times that were promised by a schedule which has been changed since."""
        for former in kept.values():
            duty = self._duties.get(former.job_id)
            if duty is None or duty.times is None or duty.times.cron == former.cron:
                continue
            since = max(self._control.last_scheduled(former.job_id) or former.since, former.since)
            slots = Times(former.cron).due(after=since, until=self._started_at)
            self._miss(former.job_id, slots, _("no scheduler was working; the schedule was changed meanwhile"))

    def _set_alarms(self, kept: Mapping[str, KeptJob]) -> None:
        timed = {duty: duty.times for duty in self._duties.values() if duty.times is not None}
        jobs = [self._keep(duty.job_id, times.cron, kept) for duty, times in timed.items()]
        self._control.keep_jobs(jobs)
        for (duty, times), job in zip(timed.items(), jobs, strict=True):
            # given only where needed: an explicit None would pause the job
            at_once = {"next_run_time": datetime.now(tz=ZONE)} if self._open_slots(duty) else {}
            trigger = StartTrigger(times)
            self._alarm.add_job(self._run_due, trigger, args=[duty], id=duty.job_id, replace_existing=True, **at_once)
            if job.retry_at is not None and not at_once:
                self._ring_again(duty, job.retry_at)

    def _keep(self, job_id: str, cron: str, kept: Mapping[str, KeptJob]) -> KeptJob:
        """What is remembered of a job: under a new schedule its times count from now."""
        known = kept.get(job_id)
        if known is None:
            return KeptJob(job_id, cron, self._control.last_scheduled(job_id) or self._started_at)
        return known if known.cron == cron else KeptJob(job_id, cron, self._started_at, known.retry_at)

    # a job's own times

    def _open_slots(self, duty: Duty) -> list[datetime]:
        """The times of a job that have come and that nothing final is written down for, oldest first."""
        if duty.times is None:
            return []
        since = self._control.kept_jobs()[duty.job_id].since
        last = max(self._control.last_scheduled(duty.job_id) or since, since)
        return [*self._interrupted[duty.job_id], *duty.times.due(after=last, until=self._clock())]

    def _run_due(self, duty: Duty) -> None:
        """Runs a job for the newest of its open times; the older ones were missed."""
        if self._is_stopping:
            return
        slots = self._open_slots(duty)
        if not slots:
            return
        *passed, slot = slots
        self._pass_over(duty, passed, made_up=slot)
        self._interrupted[duty.job_id] = [slot] if slot in self._interrupted[duty.job_id] else []
        self._run(duty, slot, cause=Cause.SLOT)
        self._interrupted[duty.job_id] = []
        for overtaken in self._open_slots(duty):
            reason = _("the run before it was still going on")
            self._control.record_job(JobRecord(duty.job_id, overtaken, Outcome.SKIPPED, reason=reason))
        if duty.job_id == PUBLISH:
            self._control.forget_jobs(before=self._clock() - KEEP_JOBS_FOR)

    def _pass_over(self, duty: Duty, slots: Sequence[datetime], *, made_up: datetime) -> None:
        """Writes down why times were missed; after a long absence the oldest of them in one line."""
        oldest, slots = slots[:-MOST_MISSED], slots[-MOST_MISSED:]
        if oldest:
            message = _("no scheduler was working; {n} times from {first} to {last}")
            self._miss(duty.job_id, oldest[-1:], message.format(n=len(oldest), first=oldest[0], last=oldest[-1]))
        interrupted = [slot for slot in slots if slot in self._interrupted[duty.job_id]]
        self._miss(duty.job_id, interrupted, _was_interrupted())
        before = [slot for slot in slots if slot < self._started_at and slot not in interrupted]
        message = _("no scheduler was working; made up for by the run of {slot}")
        self._miss(duty.job_id, before, message.format(slot=made_up))
        after = [slot for slot in slots if slot >= self._started_at]
        message = _("it could not start in time; made up for by the run of {slot}")
        self._miss(duty.job_id, after, message.format(slot=made_up))

    def _miss(self, job_id: str, slots: Sequence[datetime], reason: str) -> None:
        self._control.record_jobs([JobRecord(job_id, slot, Outcome.MISSED, reason=reason) for slot in slots])

    # one run

    def _run(self, duty: Duty, due: datetime, *, cause: Cause) -> JobRecord:
        """Runs a duty and writes down how it went, unless its source is halted and nobody asked for it."""
        job = JobRecord(duty.job_id, due, Outcome.RUNNING, started_at=self._clock(), cause=cause)
        halt = None if cause is Cause.REQUEST else self._why_halted(duty)
        if halt is not None:
            return self._end(duty, replace(job, outcome=Outcome.SKIPPED, reason=halt), is_passing=False)
        self._control.record_job(job)
        finding = _work(duty, cause)
        outcome = Outcome.DONE if finding.fault is None else Outcome.FAILED
        return self._end(duty, replace(job, outcome=outcome, reason=finding.fault), is_passing=finding.is_passing)

    def _end(self, duty: Duty, job: JobRecord, *, is_passing: bool) -> JobRecord:
        ended = replace(job, finished_at=self._clock())
        self._control.record_job(ended)
        self._plan_retry(duty, is_wanted=is_passing)
        log.info("job_ended", job=duty.job_id, cause=str(job.cause), outcome=str(job.outcome), reason=job.reason)
        return ended

    def _why_halted(self, duty: Duty) -> str | None:
        standing = self._control.standings().get(duty.source_id or "")
        if standing is None or standing.halted_at is None:
            return None
        message = _("halted since {at}: {error}. Mend the cause, then `ioc run {source}` or `ioc resume {source}`")
        return message.format(at=standing.halted_at, error=standing.error, source=standing.source_id)

    # another try, and wishes

    def _plan_retry(self, duty: Duty, *, is_wanted: bool) -> None:
        """After 1, 2, 4 … minutes, as long as that is before the job's next time."""
        at = self._next_try(duty) if is_wanted else None
        self._control.set_retry(duty.job_id, at)
        if at is not None:
            self._ring_again(duty, at)

    def _next_try(self, duty: Duty) -> datetime | None:
        if duty.times is None:
            return None
        slot = self._control.last_scheduled(duty.job_id)
        tries = self._control.jobs(job_id=duty.job_id, cause=Cause.RETRY, since=slot, limit=None)
        at = self._clock() + FIRST_RETRY * 2 ** len(tries)
        following = duty.times.next_start(after=self._clock())
        return at if following is None or at < following else None

    def _ring_again(self, duty: Duty, at: datetime) -> None:
        self._ring(f"retry:{duty.job_id}:{at:%Y%m%dT%H%M%S}", self._retry, duty, at, at=at)

    def _retry(self, duty: Duty, planned: datetime) -> None:
        is_planned = self._control.kept_jobs()[duty.job_id].retry_at == planned
        if self._is_stopping or not is_planned:
            return
        standing = self._control.standings().get(duty.source_id or "")
        newest = self._control.jobs(job_id=duty.job_id, limit=1)
        failed_at = newest[0].finished_at if newest else None
        if standing and standing.succeeded_at and failed_at and standing.succeeded_at > failed_at:
            job = JobRecord(
                duty.job_id, planned, Outcome.SKIPPED, reason=_("it succeeded meanwhile"), cause=Cause.RETRY
            )
            self._end(duty, job, is_passing=False)
        else:
            self._run(duty, planned, cause=Cause.RETRY)

    def _fulfil(self, request: RunRequest) -> None:
        """Runs what somebody asked for, halted or not: a person has decided it."""
        if self._is_stopping:
            return
        duty = self._duties.get(source_job(request.source_id))
        if duty is None:
            outcome, reason = Outcome.FAILED, _("there is no such source, or it is switched off in config.yaml")
        else:
            job = self._run(duty, request.requested_at, cause=Cause.REQUEST)
            outcome, reason = job.outcome, job.reason or ""
        self._control.finish_request(request.request_id, outcome, at=self._clock(), reason=reason or None)

    def _ring(self, alarm_id: str, work: Callable[..., None], *arguments: object, at: datetime | None = None) -> None:
        """Sets an alarm for one time, at once where that has come already."""
        moment = max(at or self._clock(), self._clock()).replace(tzinfo=ZONE)
        self._alarm.add_job(work, DateTrigger(moment), args=arguments, id=alarm_id, replace_existing=True)

    # what the alarm clock says

    def _note_trouble(self, event: JobEvent) -> None:
        """A job that could not start within the grace, or that broke where it should not."""
        if event.code == EVENT_JOB_ERROR:
            log.error("job_broke", job=event.job_id, error=f"{type(event.exception).__name__}: {event.exception}")
            return
        duty = self._duties.get(event.job_id)
        too_old = self._clock() - timedelta(seconds=GRACE_S)
        slots = [slot for slot in self._open_slots(duty) if slot <= too_old] if duty is not None else []
        reason = _("it could not start within {n} hours of its time").format(n=GRACE_S // 3600)
        self._miss(event.job_id, slots, reason)

    def _keep_alive(self, is_stopping: Callable[[], bool]) -> None:
        due = {self.beat: 0.0, self.take_requests: 0.0}
        every_s = {self.beat: BEAT_S, self.take_requests: REQUESTS_S}
        while not is_stopping():
            for chore, at in due.items():
                if time.monotonic() >= at:
                    _attempt(chore)
                    due[chore] = time.monotonic() + every_s[chore]
            time.sleep(TICK_S)


def _alarm_clock() -> BackgroundScheduler:
    return BackgroundScheduler(
        timezone=ZONE,
        # one thread: the warehouse has one writer, so that a second run would only wait
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults=JOB_DEFAULTS,
    )


def _work(duty: Duty, cause: Cause) -> Finding:
    try:
        return duty.work(cause)
    except StoreError as error:
        # another process held the store for too long, or the disk is full: worth another try
        return Finding(str(error), is_passing=True)
    except Exception as error:
        return Finding(f"{type(error).__name__}: {error}")


def _attempt(chore: Callable[[], None]) -> None:
    """A control database that is away for a moment does not end the scheduler."""
    try:
        chore()
    except StoreError as error:
        log.warning("control_database_away", reason=str(error))


def _was_interrupted() -> str:
    return _("the scheduler ended while it was running")


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
