"""Months of a scheduler's life in seconds: the clock jumps from alarm to alarm, everything else is real."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import time_machine
from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.base import BaseScheduler

from etl.scheduler import JOB_DEFAULTS, Scheduler
from ioc.clock import ZONE

LONGEST_STEP = timedelta(minutes=30)


class SteppedAlarm(BaseScheduler):
    """An alarm clock that looks at the time only when it is told to."""

    def __init__(self) -> None:
        super().__init__(timezone=ZONE, executors={"default": DebugExecutor()}, job_defaults=JOB_DEFAULTS)

    def wakeup(self) -> None:
        """Somebody else decides when to look."""

    def shutdown(self, wait: bool = True) -> None:
        super().shutdown(wait)

    def step(self) -> float:
        """Runs what is due; how many seconds nothing will be."""
        wait_s: float | None = self._process_jobs()
        return LONGEST_STEP.total_seconds() if wait_s is None else wait_s


class Traveller:
    """The clock of a test."""

    def __init__(self, coordinates: time_machine.Coordinates) -> None:
        self._coordinates = coordinates

    def __call__(self) -> datetime:
        return datetime.now(tz=ZONE).replace(tzinfo=None)

    def move_to(self, moment: datetime) -> None:
        self._coordinates.move_to(moment.replace(tzinfo=ZONE))

    def forward(self, by: timedelta) -> None:
        self.move_to(self() + by)


@contextmanager
def travelling(start: datetime) -> Iterator[Traveller]:
    """Time stands still from here on, until somebody moves it."""
    with time_machine.travel(start.replace(tzinfo=ZONE), tick=False) as coordinates:
        yield Traveller(coordinates)


def live(
    scheduler: Scheduler,
    alarm: SteppedAlarm,
    traveller: Traveller,
    *,
    until: datetime,
    happenings: Mapping[datetime, Callable[[], Any]] | None = None,
) -> None:
    """Lets a scheduler work until a moment; happenings come at theirs, wherever the scheduler is then."""
    waiting = sorted((happenings or {}).items(), key=lambda happening: happening[0])
    scheduler.start()
    while traveller() <= until:
        while waiting and waiting[0][0] <= traveller():
            waiting.pop(0)[1]()
        scheduler.beat()
        scheduler.take_requests()
        wait_s = alarm.step()
        # a job may have made the clock go on, or have set another alarm
        traveller.forward(min(timedelta(seconds=math.ceil(wait_s) or 1), LONGEST_STEP))
    scheduler.stop()
