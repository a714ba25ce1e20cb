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
from hypothesis import given, settings
from hypothesis import strategies as st

from etl import scheduler
from etl.duties import Duty, Finding, source_job
from etl.schedule import Times, next_run
from etl.scheduler import Scheduler
from ioc.clock import now
from ioc.errors import StoreError
from ioc.standing import Standing
from ioc.store.control import Cause, Control, JobRecord, KeptJob, Outcome, open_control, request_run
from ioc.store.lock import FileLock
from tests.etl.stepped_time import SteppedAlarm, Traveller, live, travelling

NEVER_SOON = "0 0 1 1 *"
UNREACHED = Finding("one: TRANSPORT: no answer", is_passing=True)


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


def duty(source_id: str, work: Callable[[], Finding | None], *, cron: str | None = NEVER_SOON) -> Duty:
    """A source's job of which nothing but its outcome is real."""
    times = None if cron is None else Times(cron)
    return Duty(source_job(source_id), times, lambda _cause: work() or Finding(), source_id)


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


LONGEST_GAP_DAYS = {"0 6 * * *": 1, "*/15 * * * *": 1, "30 */6 * * mon-fri": 4, "0 0 1 * *": 31}


@settings(max_examples=50, deadline=None)
@given(
    cron=st.sampled_from(sorted(LONGEST_GAP_DAYS)),
    jitter_s=st.sampled_from([0, 1, 300, 3600]),
    after=st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda moment: moment.replace(microsecond=0)),
)
def test_a_start_follows_its_slot_and_comes_before_the_next(cron: str, jitter_s: int, after: datetime) -> None:
    times = Times(cron, jitter_s, salt="31")
    start = times.next_start(after=after)
    assert start is not None
    assert start > after
    slots = times.due(after=start - timedelta(days=LONGEST_GAP_DAYS[cron] + 1), until=start)
    assert times.start_of(slots[-1]) == start
    assert slots[-1] <= start < slots[-1] + timedelta(seconds=jitter_s + 1)
    assert start < next(times.slots(after=slots[-1]))
    assert times.newest_slot(before=start) == slots[-1]


def test_houses_do_not_start_at_the_same_second() -> None:
    starts = {Times("0 6 * * *", 300, salt=str(unit)).next_start(after=datetime(2026, 11, 21)) for unit in range(34)}
    assert len(starts) > 20
    again = Times("0 6 * * *", 300, salt="1").next_start(after=datetime(2026, 11, 21))
    assert again == Times("0 6 * * *", 300, salt="1").next_start(after=datetime(2026, 11, 21, 3))


# -- in real time ----------------------------------------------------------------------------------------------------


def test_a_time_that_went_by_is_made_up_once(control: Control) -> None:
    calls: list[int] = []
    overdue(control, "source:a")
    keeper = Scheduler([duty("a", lambda: calls.append(1))], control)
    run_until(lambda stop: keeper.work(is_stopping=stop), lambda: newest(control, "source:a").started_at is not None)
    assert calls == [1]
    assert newest(control, "source:a").outcome is Outcome.DONE


def test_a_new_job_waits_for_its_time(control: Control) -> None:
    keeper = Scheduler([duty("a", lambda: None)], control)
    run_until(lambda stop: keeper.work(is_stopping=stop), lambda: control.last_beat("scheduler") is not None)
    assert control.jobs() == []


def test_failures_and_faults_are_written_down_and_stop_nothing(control: Control) -> None:
    def breaks() -> Finding:
        raise RuntimeError("disk full")

    for job_id in ("source:a", "source:b", "source:c"):
        overdue(control, job_id)
    works = {"a": breaks, "b": lambda: Finding("2026-10.json: not JSON"), "c": lambda: None}
    keeper = Scheduler([duty(name, work) for name, work in works.items()], control)
    run_until(
        lambda stop: keeper.work(is_stopping=stop),
        lambda: all(newest(control, f"source:{name}").finished_at is not None for name in works),
    )
    assert newest(control, "source:a").outcome is Outcome.FAILED
    assert newest(control, "source:a").reason == "RuntimeError: disk full"
    assert newest(control, "source:b").reason == "2026-10.json: not JSON"
    assert newest(control, "source:c").outcome is Outcome.DONE


def test_a_running_job_is_let_finish_and_a_waiting_one_is_made_up_at_the_next_start(control: Control) -> None:
    started = threading.Event()
    finished: list[str] = []

    def slow() -> None:
        started.set()
        time.sleep(1)
        finished.append("a")

    overdue(control, "source:a")
    overdue(control, "source:b")
    duties = [duty("a", slow), duty("b", lambda: finished.append("b"))]
    keeper, stopping = Scheduler(duties, control), threading.Event()
    thread = threading.Thread(target=keeper.work, kwargs={"is_stopping": stopping.is_set})
    thread.start()
    assert started.wait(10)
    stopping.set()
    thread.join(10)
    assert finished == ["a"]

    following = Scheduler(duties, control)
    run_until(lambda stop: following.work(is_stopping=stop), lambda: len(finished) == 2)
    assert finished == ["a", "b"]
    assert [newest(control, f"source:{name}").outcome for name in "ab"] == [Outcome.DONE, Outcome.DONE]


def test_a_wish_is_taken_up_within_seconds(control: Control) -> None:
    calls: list[str] = []
    wished = [request_run(control, source_id, "an officer") for source_id in ("by_hand", "unknown")]
    assert request_run(control, "by_hand", "another officer") == wished[0]
    keeper = Scheduler([duty("by_hand", lambda: calls.append("ran"), cron=None)], control)
    run_until(
        lambda stop: keeper.work(is_stopping=stop), lambda: control.run_requests(is_open=True) == [], timeout_s=10
    )
    unknown, by_hand = control.run_requests()
    assert calls == ["ran"]
    assert (by_hand.outcome, by_hand.requested_by) == (Outcome.DONE, "an officer")
    assert unknown.outcome is Outcome.FAILED
    assert unknown.reason is not None
    assert newest(control, "source:by_hand").cause is Cause.REQUEST


# -- in stepped time -------------------------------------------------------------------------------------------------

MONDAY = datetime(2026, 11, 23)
HOURLY = "0 * * * *"


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute)


def outcomes(control: Control, *, cause: Cause = Cause.SLOT) -> list[tuple[datetime, Outcome]]:
    return sorted((job.scheduled_for, job.outcome) for job in control.jobs(cause=cause, limit=None))


def lives(
    control: Control,
    traveller: Traveller,
    duties: list[Duty],
    *,
    until: datetime,
    happenings: dict[datetime, Callable[[], object]] | None = None,
) -> None:
    """One life of a scheduler, from its start to an orderly end."""
    alarm = SteppedAlarm()
    live(Scheduler(duties, control, clock=traveller, alarm=alarm), alarm, traveller, until=until, happenings=happenings)


def test_every_time_comes_once_and_absence_is_written_down(control: Control) -> None:
    calls: list[datetime] = []
    with travelling(at(0, 30)) as traveller:
        hourly = duty("a", lambda: calls.append(traveller()), cron=HOURLY)
        lives(control, traveller, [hourly], until=at(2, 30))
        traveller.move_to(at(6, 30))
        lives(control, traveller, [hourly], until=at(8, 30))
    done, missed = Outcome.DONE, Outcome.MISSED
    assert outcomes(control) == [(at(hour), missed if hour in (3, 4, 5) else done) for hour in range(1, 9)]
    assert calls[2] == at(6, 30)
    reasons = {job.reason for job in control.jobs(outcome=Outcome.MISSED)}
    assert len(reasons) == 1
    assert "06:00" in str(reasons)


def test_what_was_interrupted_is_done_again_under_the_same_time(control: Control) -> None:
    control.keep_jobs([KeptJob("source:a", HOURLY, at(0))])
    control.record_job(JobRecord("source:a", at(1), Outcome.RUNNING, started_at=at(1)))
    calls: list[datetime] = []
    with travelling(at(1, 20)) as traveller:
        lives(control, traveller, [duty("a", lambda: calls.append(traveller()), cron=HOURLY)], until=at(1, 40))
    assert calls == [at(1, 20)]
    assert outcomes(control) == [(at(1), Outcome.DONE)]


def test_what_was_interrupted_long_ago_was_missed(control: Control) -> None:
    control.keep_jobs([KeptJob("source:a", HOURLY, at(0)), KeptJob("source:gone", HOURLY, at(0))])
    for name in ("a", "gone"):
        control.record_job(JobRecord(f"source:{name}", at(1), Outcome.RUNNING, started_at=at(1)))
    with travelling(at(3, 20)) as traveller:
        lives(control, traveller, [duty("a", lambda: None, cron=HOURLY)], until=at(3, 40))
    mine = [(job.scheduled_for, job.outcome) for job in reversed(control.jobs(job_id="source:a"))]
    assert sorted(mine) == [(at(1), Outcome.MISSED), (at(2), Outcome.MISSED), (at(3), Outcome.DONE)]
    assert newest(control, "source:gone").outcome is Outcome.MISSED


def test_times_that_come_while_the_job_is_running_are_skipped(control: Control) -> None:
    with travelling(at(0, 30)) as traveller:
        slow = duty("a", lambda: traveller.forward(timedelta(minutes=130)), cron=HOURLY)
        lives(control, traveller, [slow], until=at(3, 30))
    assert outcomes(control) == [(at(1), Outcome.DONE), (at(2), Outcome.SKIPPED), (at(3), Outcome.SKIPPED)]


def test_a_changed_schedule_makes_nothing_up_that_it_never_promised(control: Control) -> None:
    calls: list[datetime] = []
    with travelling(at(0, 30)) as traveller:
        lives(control, traveller, [duty("a", lambda: calls.append(traveller()), cron=HOURLY)], until=at(2, 30))
        traveller.move_to(at(4, 30))
        daily = duty("a", lambda: calls.append(traveller()), cron="0 4 * * *")
        lives(control, traveller, [daily], until=at(4, 30, day=1))
    assert calls == [at(1), at(2), at(4, day=1)]
    assert [slot for slot, outcome in outcomes(control) if outcome is Outcome.MISSED] == [at(3), at(4)]


def test_a_source_that_is_not_reached_is_tried_again_at_growing_distances(control: Control) -> None:
    tries: list[datetime] = []

    def unreached_until_half_past_six() -> Finding | None:
        tries.append(traveller())
        return UNREACHED if traveller() < at(6, 30) else None

    with travelling(at(5, 50)) as traveller:
        lives(control, traveller, [duty("a", unreached_until_half_past_six, cron="0 6 * * *")], until=at(12))
    assert tries == [at(6), at(6, 1), at(6, 3), at(6, 7), at(6, 15), at(6, 31)]
    assert [outcome for _at, outcome in outcomes(control, cause=Cause.RETRY)] == [Outcome.FAILED] * 4 + [Outcome.DONE]
    assert control.kept_jobs()["source:a"].retry_at is None


def test_trying_again_ends_before_the_next_time_and_is_not_forgotten_at_a_restart(control: Control) -> None:
    tries: list[datetime] = []

    def unreached() -> Finding:
        tries.append(traveller())
        return UNREACHED

    with travelling(at(0, 55)) as traveller:
        lives(control, traveller, [duty("a", unreached, cron=HOURLY)], until=at(1, 5))
        lives(control, traveller, [duty("a", unreached, cron=HOURLY)], until=at(2, 0))
    assert tries == [at(1), at(1, 1), at(1, 3), at(1, 7), at(1, 15), at(1, 31), at(2)]


def test_a_hand_that_was_quicker_makes_the_retry_needless(control: Control) -> None:
    tries: list[datetime] = []

    def unreached() -> Finding:
        tries.append(traveller())
        return UNREACHED

    with travelling(at(0, 55)) as traveller:
        reached = Standing("a", at(1, 2), succeeded_at=at(1, 2))
        happenings = {at(1, 2): lambda: control.set_standing(reached)}
        lives(control, traveller, [duty("a", unreached, cron=HOURLY)], until=at(1, 50), happenings=happenings)
    assert tries == [at(1), at(1, 1)]
    assert outcomes(control, cause=Cause.RETRY)[-1] == (at(1, 3), Outcome.SKIPPED)


def test_a_halted_source_is_left_alone_until_a_person_asks(control: Control) -> None:
    calls: list[datetime] = []
    control.set_standing(Standing("a", at(0), halted_at=at(0), error="status 403"))
    with travelling(at(0, 55)) as traveller:
        hourly = duty("a", lambda: calls.append(traveller()), cron=HOURLY)
        happenings = {
            at(1, 30): lambda: request_run(control, "a", "an officer"),
            at(2, 30): lambda: control.resume("a"),
        }
        lives(control, traveller, [hourly], until=at(3, 30), happenings=happenings)
    assert [call.replace(second=0) for call in calls] == [at(1, 30), at(3)]
    skipped = control.jobs(outcome=Outcome.SKIPPED)
    assert [job.scheduled_for for job in skipped] == [at(2), at(1)]
    assert "status 403" in str(skipped[0].reason)
    assert not control.resume("a")


def test_a_warehouse_that_another_holds_is_waited_for(control: Control) -> None:
    tries: list[datetime] = []

    def held() -> None:
        tries.append(traveller())
        if len(tries) == 1:
            raise StoreError("another process is writing")

    with travelling(at(0, 55)) as traveller:
        lives(control, traveller, [duty("a", held, cron=HOURLY)], until=at(1, 30))
    assert tries == [at(1), at(1, 1)]


# -- one scheduler at a time -----------------------------------------------------------------------------------------


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
