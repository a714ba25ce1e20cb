"""A week of the scheduler in seconds: sources failing in every way, the scheduler killed twice and started twice.

Only the clock is moved. Scheduler, pipeline, warehouse and control database are real, each life is a process of its
own, and the killed ones are killed with SIGKILL: what the next one knows, it knows from the disk.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ioc.config import load_config
from ioc.errors import ErrorClass
from ioc.store.control import Cause, Control, JobRecord, Outcome, open_control
from ioc.store.warehouse import open_warehouse
from tests.dossier_files import CATALOG

PROJECT = Path(__file__).parents[2]
LIFE = Path(__file__).with_name("simulated_life.py")
MOST_S = 60
"""Of processor time, which says the same whoever else works on the machine."""
PATIENCE_S = 300
START, END = datetime(2026, 11, 23, 0, 0), datetime(2026, 11, 30, 0, 0)
FAILING = sorted(str(error_class).lower() for error_class in ErrorClass)
WATCHED = ("transport", "blocked", "auth")
"""Their failures change when they are asked next; the others' do not, and they are asked less often."""
DAILY, NOW_AND_THEN = "0 6 * * *", "0 6 * * mon,wed,fri"
DIES_IN_FETCH = datetime(2026, 11, 24, 12, 0)
BACK = datetime(2026, 11, 25, 7, 30)
DIES_IDLE = datetime(2026, 11, 26, 13, 20)
BACK_AGAIN = datetime(2026, 11, 27, 2, 0)
CONFIG = f"""
site: {{name: Gia Lai, unit: "52"}}
store: {{path: store}}
catalog: {{path: "{CATALOG}", indices: [qd766_portal_2026]}}
sources:
  one_stop: {{kind: dossier_sync, path: inbox, schedule: "0 */6 * * *"}}
  by_hand: {{kind: dossier_sync, path: inbox, schedule: null}}
""" + "".join(
    f'  {name}: {{kind: staff, path: inbox, schedule: "{DAILY if name in WATCHED else NOW_AND_THEN}"}}\n'
    for name in FAILING
)


@dataclass(frozen=True)
class Week:
    """What a week left behind."""

    jobs: list[JobRecord]
    asked: Counter[tuple[str, datetime]]
    folder: Path
    took_s: float

    def of(self, source_id: str, *, cause: Cause = Cause.SLOT) -> list[JobRecord]:
        """A source's outcomes in the order of their times."""
        mine = [job for job in self.jobs if job.job_id == f"source:{source_id}" and job.cause is cause]
        return sorted(mine, key=lambda job: job.scheduled_for)

    def outcomes(self, source_id: str) -> list[str]:
        return [f"{job.scheduled_for:%a} {job.outcome}" for job in self.of(source_id)]


def live_once(
    site: Path, start: datetime, end: datetime, *, die_at: datetime | None, in_fetch_at: datetime | None
) -> int:
    words = [
        start.isoformat(),
        end.isoformat(),
        *("-" if at is None else at.isoformat() for at in (die_at, in_fetch_at)),
    ]
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    life = subprocess.run(
        [sys.executable, str(LIFE), str(site), *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )
    assert life.returncode in (0, -signal.SIGKILL), life.stderr
    return life.returncode


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Week]:
    site = tmp_path_factory.mktemp("week")
    (site / "inbox").mkdir()
    (site / "config.yaml").write_text(CONFIG, encoding="utf-8")
    before_s = cpu_seconds()
    assert live_once(site, START, END, die_at=None, in_fetch_at=DIES_IN_FETCH) == -signal.SIGKILL
    assert live_once(site, BACK, END, die_at=DIES_IDLE, in_fetch_at=None) == -signal.SIGKILL
    assert live_once(site, BACK_AGAIN, END, die_at=None, in_fetch_at=None) == 0
    took_s = cpu_seconds() - before_s
    control = open_control("sqlite", store=site / "store")
    yield Week(control.jobs(limit=None), read_journal(site), site, took_s)
    control.close()


def cpu_seconds() -> float:
    """What the lives have cost so far."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def read_journal(site: Path) -> Counter[tuple[str, datetime]]:
    """How often each source was asked at each moment."""
    lines = [line.split() for line in (site / "journal.txt").read_text(encoding="utf-8").splitlines()]
    return Counter((source_id, datetime.fromisoformat(moment)) for source_id, moment in lines)


def slots(*hours: int) -> list[datetime]:
    """The times of the week at these hours, counted without any cron."""
    every = [START + timedelta(days=day, hours=hour) for day in range(8) for hour in hours]
    return [slot for slot in every if START < slot <= END]


def is_asleep(moment: datetime) -> bool:
    return DIES_IN_FETCH < moment < BACK or DIES_IDLE < moment < BACK_AGAIN


@pytest.mark.parametrize("source_id", ["one_stop", *FAILING])
def test_every_time_has_one_outcome(week: Week, source_id: str) -> None:
    expected = slots(0, 6, 12, 18) if source_id == "one_stop" else slots(6)
    if source_id in FAILING and source_id not in WATCHED:
        expected = [slot for slot in expected if f"{slot:%a}" in ("Mon", "Wed", "Fri")]
    assert [job.scheduled_for for job in week.of(source_id)] == expected
    assert all(job.outcome is not Outcome.RUNNING for job in week.jobs)
    assert week.of("by_hand") == []


def test_what_was_not_run_says_why(week: Week) -> None:
    unrun = [job for job in week.jobs if job.outcome in (Outcome.MISSED, Outcome.SKIPPED)]
    assert unrun
    assert all(job.reason for job in unrun)
    slept_through = [job for job in unrun if job.outcome is Outcome.MISSED and job.cause is Cause.SLOT]
    assert all(is_asleep(job.scheduled_for) or job.scheduled_for == DIES_IN_FETCH for job in slept_through)


def test_what_was_run_was_asked_once_and_nothing_else_was_asked(week: Week) -> None:
    ran = Counter(
        (job.job_id.removeprefix("source:"), job.started_at)
        for job in week.jobs
        if job.outcome in (Outcome.DONE, Outcome.FAILED)
    )
    killed = {("one_stop", DIES_IN_FETCH): 1}
    assert week.asked == ran + Counter(killed)
    assert set(ran.values()) == {1}


def test_the_killed_load_was_made_up_and_no_file_was_lost_or_doubled(week: Week) -> None:
    names = sorted(path.name for path in (week.folder / "inbox").iterdir())
    with open_warehouse(week.folder / "store") as connection:
        loaded = connection.rows(
            "select origin, sum(loaded) from loads where state = 'loaded' group by all order by all"
        )
        facts = connection.row("select count(*) from facts.dossiers")
    assert loaded == [(name, 1) for name in names]
    assert facts == (len(names),)
    assert f"{DIES_IN_FETCH:%m%d-%H}.ndjson" in names
    made_up = {job.started_at for job in week.of("one_stop") if job.outcome is Outcome.DONE}
    assert {BACK, BACK_AGAIN} <= made_up


def test_absence_is_made_up_for_once(week: Week) -> None:
    absent = [job for job in week.of("one_stop") if job.outcome is Outcome.MISSED]
    assert [job.scheduled_for for job in absent] == [
        DIES_IN_FETCH, datetime(2026, 11, 24, 18), datetime(2026, 11, 25, 0), datetime(2026, 11, 26, 18)
    ]  # fmt: skip


def test_a_source_without_an_answer_is_tried_again_and_recovers(week: Week) -> None:
    assert week.outcomes("transport") == [
        "Mon done", "Tue failed", "Wed done", "Thu failed", "Fri done", "Sat done", "Sun done"
    ]  # fmt: skip
    retries = [job for job in week.of("transport", cause=Cause.RETRY) if job.scheduled_for.day == 24]
    minutes = [round((job.scheduled_for - datetime(2026, 11, 24, 6)).total_seconds() / 60) for job in retries]
    assert minutes == [1, 3, 7, 15, 31, 63]
    assert [job.outcome for job in retries] == [Outcome.FAILED] * 5 + [Outcome.DONE]


def test_a_refusal_halts_until_somebody_resumes(week: Week) -> None:
    assert week.outcomes("blocked") == [
        "Mon done", "Tue failed", "Wed skipped", "Thu done", "Fri done", "Sat done", "Sun done"
    ]  # fmt: skip
    assert "status 403" in str(week.of("blocked")[2].reason)


def test_a_lock_out_halts_until_somebody_has_run_it_by_hand(week: Week) -> None:
    assert week.outcomes("auth") == [
        "Mon failed", "Tue skipped", "Wed skipped", "Thu skipped", "Fri skipped", "Sat done", "Sun done"
    ]  # fmt: skip
    (by_hand,) = week.of("auth", cause=Cause.REQUEST)
    assert (by_hand.outcome, by_hand.scheduled_for.date()) == (Outcome.DONE, datetime(2026, 11, 27).date())


@pytest.mark.parametrize("source_id", sorted({*FAILING} - {*WATCHED}))
def test_other_faults_stop_nothing(week: Week, source_id: str) -> None:
    expected = Outcome.DONE if source_id == "empty" else Outcome.FAILED
    assert [job.outcome for job in week.of(source_id)] == [expected] * 3


def test_the_second_scheduler_stood_by(week: Week) -> None:
    assert (week.folder / "stood_by").exists()


def test_the_week_is_quick(week: Week) -> None:
    assert week.took_s < MOST_S


def control_of(week: Week) -> Control:
    config = load_config(week.folder / "config.yaml", environ={})
    return open_control("sqlite", store=config.store.path)


def test_every_run_is_mirrored(week: Week) -> None:
    control = control_of(week)
    mirrored = Counter(run.source_id for run in control.source_runs(limit=1000))
    asked = Counter(source_id for source_id, moment in week.asked.elements() if moment != DIES_IN_FETCH)
    assert mirrored == asked
    control.close()
