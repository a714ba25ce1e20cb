"""The control database mirrors runs and remembers what became of jobs."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from ioc.errors import StoreError
from ioc.store.control import Cause, Control, JobRecord, LoadRecord, Outcome, RunRecord, migrate, open_control
from ioc.store.control_tables import METADATA
from ioc.store.source_days import JobDay, RunDay

MORNING = datetime(2026, 11, 21, 6, 0)

RUN = RunRecord("r1", "manual", MORNING, datetime(2026, 11, 21, 6, 2), "done")
LOAD = LoadRecord(
    run_id="r1",
    position=1,
    source_id="one_stop",
    kind="dossier_sync",
    origin="2026-10.json",
    is_new=True,
    as_of=MORNING,
    rows_in=3_000_000_000,
    loaded=2_999_999_997,
    unchanged=1,
    superseded=1,
    quarantined=1,
    error_class=None,
    message=None,
)


@pytest.fixture
def control(tmp_path: Path) -> Control:
    return open_control("sqlite", store=tmp_path)


def test_a_run_comes_back_as_it_was_mirrored(control: Control) -> None:
    control.mirror_run(RUN, [LOAD])
    assert control.runs() == [RUN]
    assert control.loads("r1") == [LOAD]


def test_mirroring_again_replaces(control: Control) -> None:
    control.mirror_run(replace(RUN, finished_at=None, state="running"))
    control.mirror_run(RUN, [LOAD])
    control.mirror_run(RUN, [LOAD])
    assert control.runs() == [RUN]
    assert control.loads("r1") == [LOAD]


def test_newest_runs_come_first(control: Control) -> None:
    later = replace(RUN, run_id="r2", started_at=datetime(2026, 11, 21, 7, 0))
    control.mirror_run(later)
    control.mirror_run(RUN)
    assert [run.run_id for run in control.runs()] == ["r2", "r1"]
    assert [run.run_id for run in control.runs(limit=1)] == ["r2"]


def test_outcomes_of_jobs_are_kept(control: Control) -> None:
    done = JobRecord("source:one_stop", MORNING, Outcome.DONE, MORNING, MORNING)
    missed = JobRecord("source:staff", MORNING, Outcome.MISSED, reason="the machine slept")
    control.record_job(done)
    control.record_job(missed)
    assert control.jobs() == [missed, done]
    assert control.jobs(job_id="source:staff") == [missed]
    assert control.last_scheduled("source:one_stop") == MORNING
    assert control.last_scheduled("source:portal") is None


def test_a_heartbeat_moves_on(control: Control) -> None:
    assert control.last_beat("scheduler") is None
    control.beat("scheduler", at=MORNING)
    control.beat("scheduler", at=datetime(2026, 11, 21, 6, 1))
    assert control.last_beat("scheduler") == datetime(2026, 11, 21, 6, 1)


def test_the_file_lies_in_the_store_and_lets_readers_in(control: Control, tmp_path: Path) -> None:
    control.mirror_run(RUN)
    with sqlite3.connect(tmp_path / "control.sqlite") as connection:
        assert connection.execute("pragma journal_mode").fetchone() == ("wal",)
        assert connection.execute("select count(*) from run").fetchone() == (1,)
    connection.close()


def test_many_may_open_it_at_once_the_first_time(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        opened = list(pool.map(lambda _n: open_control("sqlite", store=tmp_path), range(8)))
    for number, control in enumerate(opened):
        control.beat(f"process-{number}", at=MORNING)
    assert opened[0].last_beat("process-7") == MORNING


def test_migrations_make_the_tables_that_the_code_declares(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'fresh.sqlite'}")
    with engine.begin() as connection:
        migrate(connection)
        differences = compare_metadata(MigrationContext.configure(connection), METADATA)
    engine.dispose()
    assert differences == []


def test_an_older_database_keeps_what_it_has(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'control.sqlite'}")
    with engine.begin() as connection:
        migrate(connection, revision="0001")
        connection.exec_driver_sql(
            "insert into job_event (job_id, scheduled_for, outcome) values ('source:a', '2026-11-21 06:00:00', 'done')"
        )
    engine.dispose()
    control = open_control("sqlite", store=tmp_path)
    assert control.jobs() == [JobRecord("source:a", MORNING, Outcome.DONE)]
    assert control.last_scheduled("source:a") == MORNING


def test_a_time_of_a_job_has_one_row_and_a_retry_its_own(control: Control) -> None:
    running = JobRecord("source:a", MORNING, Outcome.RUNNING, MORNING)
    done = replace(running, outcome=Outcome.DONE, finished_at=MORNING)
    retry = replace(done, cause=Cause.RETRY)
    control.record_jobs([running, done, retry])
    assert control.jobs() == [retry, done]
    control.forget_jobs(before=datetime(2026, 11, 22))
    assert control.jobs() == []


def test_runs_are_told_by_source_with_their_first_failure(control: Control) -> None:
    failed = replace(LOAD, position=2, origin="b.json", rows_in=0, loaded=0, unchanged=0, superseded=0, quarantined=0,
                     error_class="SCHEMA", message="no such column")  # fmt: skip
    control.mirror_run(RUN, [LOAD, failed], sources=[("one_stop", 2, 1), ("staff", 0, 0)])
    control.mirror_run(replace(RUN, run_id="r2"), sources=[("staff", 0, 0)])
    (one_stop,) = control.source_runs(source_id="one_stop")
    assert (one_stop.files, one_stop.failed_files, one_stop.rows_in) == (2, 1, LOAD.rows_in)
    assert (one_stop.error_class, one_stop.message) == ("SCHEMA", "no such column")
    assert [run.run_id for run in control.source_runs(source_id="staff")] == ["r2", "r1"]
    assert [(run.run_id, run.source_id) for run in control.source_runs(limit=1)] == [
        ("r2", "staff"),
        ("r1", "one_stop"),
    ]


def test_runs_and_jobs_are_counted_by_day(control: Control) -> None:
    """A file at fault fails its source's run; an answer that is empty does not; days before are not asked for."""
    empty = replace(LOAD, source_id="staff", position=2, error_class="EMPTY", message="nothing")
    faulty = replace(LOAD, source_id="forms", position=3, error_class="SCHEMA", message="no such column")
    control.mirror_run(RUN, [LOAD, empty, faulty], sources=[("one_stop", 2, 1), ("staff", 0, 0), ("forms", 1, 0)])
    later = replace(RUN, run_id="r2", started_at=datetime(2026, 11, 21, 23, 59))
    control.mirror_run(later, sources=[("staff", 0, 0)])
    control.mirror_run(replace(RUN, run_id="r0", started_at=datetime(2026, 11, 20, 23, 59)), sources=[("staff", 0, 0)])
    since, day = datetime(2026, 11, 21), MORNING.date()
    assert control.run_days(since=since) == [
        RunDay("forms", day, done=0, failed=1),
        RunDay("one_stop", day, done=0, failed=1),
        RunDay("staff", day, done=2, failed=0),
    ]
    missed = JobRecord("source:staff", MORNING, Outcome.MISSED)
    control.record_jobs([missed, replace(missed, scheduled_for=datetime(2026, 11, 21, 7)), replace(missed, job_id="x")])
    control.record_job(replace(missed, job_id="y", outcome=Outcome.DONE))
    assert control.job_days(outcome=Outcome.MISSED, since=since) == [
        JobDay("source:staff", day, 2),
        JobDay("x", day, 1),
    ]
    assert control.job_days(outcome=Outcome.MISSED, since=datetime(2026, 11, 22)) == []


def test_a_database_that_fails_is_a_fault_of_the_store(control: Control, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "control.sqlite") as connection:
        connection.execute("drop table heartbeat")
    connection.close()
    with pytest.raises(StoreError, match="heartbeat"):
        control.beat("scheduler", at=MORNING)


@pytest.mark.parametrize("url", ["not a url", "oracle+nothing://x"])
def test_a_url_that_cannot_be_used_says_what_is_allowed(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError, match="postgresql"):
        open_control(url, store=tmp_path)


def test_a_password_is_never_shown(tmp_path: Path) -> None:
    folder = tmp_path / "taken"
    folder.mkdir()
    with pytest.raises(StoreError) as caught:
        open_control(f"sqlite://user:very-secret@/{folder}", store=tmp_path)
    assert "very-secret" not in str(caught.value)
