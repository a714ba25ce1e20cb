"""The scheduler keeps times, never runs a job twice at once, and writes down what became of each."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from etl import scheduler
from etl.scheduler import Duty, Scheduler, next_run
from ioc.clock import now
from ioc.store.control import Control, JobRecord, Outcome, open_control
from ioc.store.lock import FileLock

NEVER_SOON = "0 0 1 1 *"


@pytest.fixture
def control(tmp_path: Path) -> Iterator[Control]:
    control = open_control("sqlite", store=tmp_path)
    yield control
    control.close()


def run_until(work: Callable[[Callable[[], bool]], None], done: Callable[[], bool], *, timeout_s: float = 20) -> None:
    """Lets a loop work in a thread until something is true, then stops it."""
    stopping = threading.Event()
    thread = threading.Thread(target=work, args=(stopping.is_set,))
    thread.start()
    deadline = time.monotonic() + timeout_s
    while not done() and time.monotonic() < deadline:
        time.sleep(0.02)
    stopping.set()
    thread.join(timeout_s)
    assert not thread.is_alive()
    assert done()


def overdue(control: Control, job_id: str) -> None:
    """Makes a yearly job due at once: its last time was written down two years ago."""
    control.record_job(JobRecord(job_id, now() - timedelta(days=800), Outcome.DONE))


def newest(control: Control, job_id: str) -> JobRecord:
    return control.jobs(job_id=job_id)[0]


@pytest.mark.parametrize(
    ("cron", "expected"),
    [
        ("*/15 * * * *", datetime(2026, 11, 21, 9, 15)),
        ("0 6 * * *", datetime(2026, 11, 22, 6, 0)),
        ("0 6 * * mon", datetime(2026, 11, 23, 6, 0)),
    ],
)
def test_next_run_is_local_time(cron: str, expected: datetime) -> None:
    assert next_run(cron, after=datetime(2026, 11, 21, 9, 7)) == expected


def test_a_time_that_went_by_is_made_up_once(control: Control) -> None:
    calls: list[int] = []
    overdue(control, "source:a")

    def work() -> str | None:
        calls.append(1)
        return None

    keeper = Scheduler([Duty("source:a", NEVER_SOON, work)], control)
    run_until(lambda stop: keeper.work(is_stopping=stop), lambda: len(control.jobs()) == 2)
    assert calls == [1]
    assert newest(control, "source:a").outcome is Outcome.DONE
    assert newest(control, "source:a").started_at is not None


def test_a_new_job_waits_for_its_time(control: Control) -> None:
    keeper = Scheduler([Duty("source:a", NEVER_SOON, lambda: None)], control)
    run_until(lambda stop: keeper.work(is_stopping=stop), lambda: control.last_beat("scheduler") is not None)
    assert control.jobs() == []


def test_failures_and_faults_are_written_down_and_stop_nothing(control: Control) -> None:
    def breaks() -> str | None:
        raise RuntimeError("disk full")

    for job_id in ("source:a", "source:b", "source:c"):
        overdue(control, job_id)
    keeper = Scheduler(
        [
            Duty("source:a", NEVER_SOON, breaks),
            Duty("source:b", NEVER_SOON, lambda: "2026-10.json: not JSON"),
            Duty("source:c", NEVER_SOON, lambda: None),
        ],
        control,
    )
    run_until(lambda stop: keeper.work(is_stopping=stop), lambda: len(control.jobs()) == 6)
    assert newest(control, "source:a").outcome is Outcome.FAILED
    assert newest(control, "source:a").reason == "RuntimeError: disk full"
    assert newest(control, "source:b").reason == "2026-10.json: not JSON"
    assert newest(control, "source:c").outcome is Outcome.DONE


def test_a_running_job_is_let_finish_and_a_waiting_one_is_skipped(control: Control) -> None:
    started = threading.Event()
    finished: list[str] = []

    def slow() -> str | None:
        started.set()
        time.sleep(1.5)
        finished.append("a")
        return None

    overdue(control, "source:a")
    overdue(control, "source:b")
    keeper = Scheduler(
        [Duty("source:a", NEVER_SOON, slow), Duty("source:b", NEVER_SOON, lambda: finished.append("b"))], control
    )
    stopping = threading.Event()
    thread = threading.Thread(target=keeper.work, kwargs={"is_stopping": stopping.is_set})
    thread.start()
    assert started.wait(10)
    stopping.set()
    thread.join(10)
    assert finished == ["a"]
    assert newest(control, "source:a").outcome is Outcome.DONE
    assert newest(control, "source:b").outcome is Outcome.SKIPPED


def test_a_second_scheduler_stands_by_until_the_first_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scheduler, "STANDBY_S", 0.1)
    first, second = FileLock(tmp_path / "s.lock"), FileLock(tmp_path / "s.lock")
    assert first.try_acquire()
    assert not second.try_acquire()
    taken = threading.Event()

    def stand_by(is_stopping: Callable[[], bool]) -> None:
        if scheduler._wait_for(second, is_stopping=is_stopping):
            taken.set()

    threading.Timer(0.8, first.release).start()
    run_until(stand_by, taken.is_set)
    assert not first.try_acquire()
    second.release()


def test_the_lock_ends_with_its_process(tmp_path: Path) -> None:
    holding = (
        "import sys, time; from pathlib import Path; from ioc.store.lock import FileLock\n"
        "lock = FileLock(Path(sys.argv[1])); print(lock.try_acquire(), flush=True); time.sleep(60)"
    )
    path = tmp_path / "s.lock"
    with subprocess.Popen([sys.executable, "-c", holding, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "True"
        mine = FileLock(path)
        assert not mine.try_acquire()
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert mine.try_acquire()
        mine.release()
