"""The times of a job: its slots by cron in local time, and how far each start is put off."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger

from ioc.clock import ZONE, to_local

LOOK_BACK_DAYS = (2, 40, 400)
"""How far back the newest slot is looked for: most jobs are daily or more often."""


@dataclass(frozen=True)
class Times:
    """When a job is due. A slot is a time by cron; its start may be put off, by the same time each time it is asked."""

    cron: str
    jitter_s: float = 0
    """A start is put off by at most so much, and never past half of the way to the next slot."""
    salt: str = ""
    """What tells this job from those of other houses that ask the same server at the same hour."""

    def slots(self, *, after: datetime) -> Iterator[datetime]:
        """The slots after a moment, without end."""
        trigger = _cron_trigger(self.cron)
        moment = after.replace(tzinfo=ZONE)
        while True:
            found: datetime | None = trigger.get_next_fire_time(moment, moment)
            if found is None:
                return
            moment = found
            yield to_local(found)

    def due(self, *, after: datetime, until: datetime) -> list[datetime]:
        """The slots after one of them whose start has come."""
        found: list[datetime] = []
        for slot in self.slots(after=after):
            if slot > until or self.start_of(slot) > until:
                break
            found.append(slot)
        return found

    def start_of(self, slot: datetime) -> datetime:
        """When the job of a slot begins."""
        if not self.jitter_s:
            return slot
        following = next(self.slots(after=slot), None)
        most_s = self.jitter_s if following is None else min(self.jitter_s, (following - slot).total_seconds() / 2)
        digest = hashlib.sha256(f"{self.salt}|{self.cron}|{slot.isoformat()}".encode()).digest()
        return slot + timedelta(seconds=round(most_s * int.from_bytes(digest[:4]) / 2**32))

    def next_start(self, *, after: datetime) -> datetime | None:
        """The first start after a moment."""
        # the slot of a start that is still to come may lie before the moment
        for slot in self.slots(after=after - timedelta(seconds=self.jitter_s + 1)):
            start = self.start_of(slot)
            if start > after:
                return start
        return None

    def newest_slot(self, *, before: datetime) -> datetime | None:
        """The last slot whose start came before a moment."""
        for days in LOOK_BACK_DAYS:
            found = self.due(after=before - timedelta(days=days), until=before)
            if found:
                return found[-1]
        return None


class StartTrigger:
    """Tells APScheduler when a job is to start."""

    def __init__(self, times: Times) -> None:
        self._times = times

    def get_next_fire_time(self, previous: datetime | None, moment: datetime) -> datetime | None:
        """The first start after the previous one, or from this moment on."""
        after = to_local(moment) - timedelta(microseconds=1) if previous is None else to_local(previous)
        start = self._times.next_start(after=after)
        return None if start is None else start.replace(tzinfo=ZONE)


# by registration, not by inheritance: the base has no types
BaseTrigger.register(StartTrigger)


def next_run(cron: str, *, after: datetime) -> datetime | None:
    """The next time of a schedule, in local time."""
    return Times(cron).next_start(after=after)


@lru_cache(maxsize=256)
def _cron_trigger(cron: str) -> CronTrigger:
    return CronTrigger.from_crontab(cron, timezone=ZONE)
