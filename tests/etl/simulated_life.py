"""One life of a scheduler within the simulated week; run as a program, so that it can be killed.

python simulated_life.py SITE START END DIE_AT|- DIE_IN_FETCH_AT|-
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from etl import pipeline
from etl.duties import duties
from etl.scheduler import Scheduler, run_scheduler, scheduler_lock
from etl.sources import SOURCE_KINDS
from etl.sources.incoming import Failure, FetchContext, Incoming
from ioc.config import Config, FileSourceSettings, load_config
from ioc.errors import BlockedError, ErrorClass, SourceError, TransientSourceError
from ioc.store.control import Control, open_control, request_run
from ioc.store.lock import FileLock
from tests.dossier_files import dossier, write_lines
from tests.etl.stepped_time import SteppedAlarm, Traveller, live, travelling

TUESDAY, THURSDAY, FRIDAY = (datetime(2026, 11, day) for day in (24, 26, 27))
JOURNAL = "journal.txt"


class OtherSide:
    """How the sources behave that week; each asking is noted before anything happens."""

    def __init__(self, site: Path, traveller: Traveller, *, die_in_fetch_at: datetime | None) -> None:
        self._journal = site / JOURNAL
        self._clock = traveller
        self._die_in_fetch_at = die_in_fetch_at

    def answer(self, context: FetchContext) -> Iterator[Incoming | Failure]:
        """What a source gives that is named for the way in which it fails."""
        self._note(context)
        error_class = ErrorClass(context.source_id.upper())
        moment = self._clock()
        if error_class is ErrorClass.TRANSPORT:
            # away for half an hour on Tuesday, and for all of Thursday
            is_away = moment.date() == THURSDAY.date() or (moment.date() == TUESDAY.date() and moment.hour < 7)
            if is_away:
                raise TransientSourceError(error_class, "no answer")
        elif error_class is ErrorClass.BLOCKED:
            if moment.date() == TUESDAY.date():
                raise BlockedError("status 403")
        elif error_class is ErrorClass.AUTH:
            if moment < FRIDAY:
                raise SourceError(error_class, "status 401")
        else:
            yield Failure("one file", SourceError(error_class, f"{error_class} in it"))

    def fetch_files(
        self, context: FetchContext, fetch: Callable[[FetchContext], Iterator[Incoming | Failure]]
    ) -> Iterator[Incoming | Failure]:
        """A real source of files, one of them new each time; and a place to die in the middle of."""
        self._note(context)
        number = int(f"{self._clock():%d%H}")
        assert isinstance(context.settings, FileSourceSettings)
        write_lines(context.settings.path / f"{self._clock():%m%d-%H}.ndjson", [dossier(number)])
        for item in fetch(context):
            yield item
            if self._die_in_fetch_at is not None and self._clock() >= self._die_in_fetch_at:
                os.kill(os.getpid(), signal.SIGKILL)

    def _note(self, context: FetchContext) -> None:
        with self._journal.open("a", encoding="utf-8") as journal:
            journal.write(f"{context.source_id} {self._clock().isoformat()}\n")


def main(site: Path, start: datetime, end: datetime, die_at: datetime | None, die_in_fetch_at: datetime | None) -> None:
    config = load_config(site / "config.yaml", environ={})
    with travelling(start) as traveller, FileLock(scheduler_lock(config)) as lock:
        assert lock.try_acquire()
        others = OtherSide(site, traveller, die_in_fetch_at=die_in_fetch_at)
        for name, kind in list(SOURCE_KINDS.items()):
            fetch = partial(others.fetch_files, fetch=kind.fetch) if name == "dossier_sync" else others.answer
            SOURCE_KINDS[name] = replace(kind, fetch=fetch)
        control = open_control("sqlite", store=config.store.path)
        run = partial(pipeline.run, is_building=False)
        alarm = SteppedAlarm()
        tasks = [duty for duty in duties(config, clock=traveller, run=run) if duty.source_id is not None]
        scheduler = Scheduler(tasks, control, clock=traveller, alarm=alarm)
        live(
            scheduler, alarm, traveller, until=end, happenings=_happenings(config, control, start=start, die_at=die_at)
        )
        control.close()


def _happenings(
    config: Config, control: Control, *, start: datetime, die_at: datetime | None
) -> dict[datetime, Callable[[], object]]:
    """What people do that week, and the second death."""
    happenings: dict[datetime, Callable[[], object]] = {
        datetime(2026, 11, 23, 9, 10): lambda: _start_another(config),
        datetime(2026, 11, 25, 8, 5): lambda: control.resume("blocked"),
        datetime(2026, 11, 27, 10, 5): lambda: request_run(control, "auth", "an officer"),
    }
    happenings = {moment: happen for moment, happen in happenings.items() if moment >= start}
    if die_at is not None:
        happenings[die_at] = lambda: os.kill(os.getpid(), signal.SIGKILL)
    return happenings


def _start_another(config: Config) -> None:
    """A second scheduler on the same store: it stands by, and does nothing until it is told to stop."""
    asked: list[None] = []

    def is_stopping() -> bool:
        asked.append(None)
        return len(asked) > 2

    run_scheduler(config, is_stopping=is_stopping)
    (config.file.parent / "stood_by").touch()


def _moment(text: str) -> datetime | None:
    return None if text == "-" else datetime.fromisoformat(text)


if __name__ == "__main__":
    site_folder, begin, finish, *deaths = sys.argv[1:]
    main(Path(site_folder), datetime.fromisoformat(begin), datetime.fromisoformat(finish), *map(_moment, deaths))
