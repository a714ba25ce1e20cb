"""What the scheduler has to do: one duty for each source, and the nightly publication."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from etl import pipeline
from etl.report import RunReport
from etl.schedule import Times
from ioc.clock import Clock, now
from ioc.config import Config, SourceSettings
from ioc.errors import ErrorClass
from ioc.standing import HALTING
from ioc.store.control import Cause

PUBLISH = "publish"
PUBLISH_CRON = "15 0 * * *"
"""At night even without new data, so that overdue and due-soon move."""


@dataclass(frozen=True)
class Finding:
    """What a duty says when it comes back."""

    fault: str | None = None
    """What failed, in words; None where nothing did."""
    is_passing: bool = False
    """Another try in a little while may cure it."""


@dataclass(frozen=True)
class Duty:
    """Something to be done at its times, or when somebody asks for it."""

    job_id: str
    times: Times | None
    """None: only on request."""
    work: Callable[[Cause], Finding]
    source_id: str | None = None


class Runner(Protocol):
    """Takes in one source and publishes what changed."""

    def __call__(self, config: Config, *, sources: list[str], clock: Clock, trigger: str) -> RunReport: ...


def duties(config: Config, *, clock: Clock = now, run: Runner = pipeline.run) -> tuple[Duty, ...]:
    """One duty for each enabled source, and the nightly publication."""
    sources = tuple(
        Duty(source_job(source_id), times_of(config, source_id), _fetching(config, source_id, clock, run), source_id)
        for source_id, settings in config.sources.items()
        if settings.enabled
    )
    return (*sources, Duty(PUBLISH, Times(PUBLISH_CRON), _publishing(config, clock)))


def source_job(source_id: str) -> str:
    """The stable name of a source's job."""
    return f"source:{source_id}"


def times_of(config: Config, source_id: str) -> Times | None:
    """When a source is fetched by itself; None where it is not."""
    settings: SourceSettings = config.sources[source_id]
    if not settings.enabled or settings.schedule is None:
        return None
    return Times(settings.schedule, settings.start_jitter_s, salt=f"{config.site.unit}|{source_id}")


def finding_of(report: RunReport) -> Finding:
    """What failed in a run, in words, and whether to try again soon."""
    failures = [(source.source_id, load) for source in report.sources for load in source.failures]
    words = [f"{source_id}: {load.origin}: {load.error_class}: {load.message}" for source_id, load in failures]
    classes = {load.error_class for _source_id, load in failures}
    is_passing = ErrorClass.TRANSPORT in classes and not classes & HALTING
    return Finding("; ".join([*words, *report.errors]) or None, is_passing)


def _fetching(config: Config, source_id: str, clock: Clock, run: Runner) -> Callable[[Cause], Finding]:
    def work(cause: Cause) -> Finding:
        return finding_of(run(config, sources=[source_id], clock=clock, trigger=_trigger_word(cause)))

    return work


def _trigger_word(cause: Cause) -> str:
    return "schedule" if cause is Cause.SLOT else str(cause)


def _publishing(config: Config, clock: Clock) -> Callable[[Cause], Finding]:
    def work(_cause: Cause) -> Finding:
        pipeline.publish(config, clock=clock)
        return Finding()

    return work
