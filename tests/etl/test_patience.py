"""A source that hangs, or refuses, does not hold up the others, and nothing of it is half loaded."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from etl.patience import Patience, patient_items
from etl.pipeline import run
from etl.report import RunReport
from etl.sources import SOURCE_KINDS
from etl.sources.dossier_sync import fetch_dossiers
from etl.sources.incoming import Failure, FetchContext, Incoming
from ioc.config import Config
from ioc.errors import BlockedError, ErrorClass, SourceError, TransientSourceError
from ioc.store.control import open_control
from ioc.words import gettext as _
from ioc.words import use_language
from tests.dossier_files import CONFIG, dossier, make_site, write_lines

AT = datetime(2026, 8, 31, 18, 0)
TIMEOUT_S = 5.0
"""More than a landing takes on a busy machine."""
TWO_SOURCES = (
    CONFIG
    + """
  other: {{kind: dossier_sync, path: inbox/other}}
"""
)
OPENING = """
import sys
from pathlib import Path
from ioc.store.warehouse import open_warehouse
with open_warehouse(Path(sys.argv[1]), wait_s=5) as connection:
    print(connection.row("select count(*) from facts.dossiers")[0])
"""

Fetch = Callable[[FetchContext], Iterator[Incoming | Failure]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Two sources, each with one file, the first of little patience."""
    config = make_site(tmp_path, text=TWO_SOURCES)
    write_lines(tmp_path / "inbox/dossiers/a.ndjson", [dossier(1)])
    write_lines(tmp_path / "inbox/other/b.ndjson", [dossier(2)])
    hurried = config.sources["one_stop"].model_copy(update={"timeout_s": TIMEOUT_S})
    return config.model_copy(update={"sources": {**config.sources, "one_stop": hurried}})


@pytest.fixture
def release() -> Iterator[threading.Event]:
    """Lets whatever hangs go on when the test is over."""
    event = threading.Event()
    yield event
    event.set()


def take_in(config: Config, fetch: Fetch) -> RunReport:
    return run(config, clock=lambda: AT, fetches={"one_stop": fetch}, is_building=False)


def failures(report: RunReport, source: int = 0) -> list[tuple[str, ErrorClass | None]]:
    return [(load.origin, load.error_class) for load in report.sources[source].failures]


def failing(origin: str, error_class: ErrorClass) -> Failure:
    return Failure(origin, SourceError(error_class, f"{error_class} at {origin}"))


def test_a_source_that_hangs_is_given_up_and_the_others_come_in(config: Config, release: threading.Event) -> None:
    def hang(context: FetchContext) -> Iterator[Incoming | Failure]:
        yield from fetch_dossiers(context)
        release.wait()

    started = time.monotonic()
    report = take_in(config, hang)
    assert time.monotonic() - started < 30
    assert failures(report) == [("one_stop", ErrorClass.TRANSPORT)]
    assert [source.loaded for source in report.sources] == [1, 1]


def test_what_was_given_up_keeps_nobody_from_the_warehouse(config: Config, release: threading.Event) -> None:
    asked: list[object] = []

    def hang(context: FetchContext) -> Iterator[Incoming | Failure]:
        assert not context.is_loaded("0" * 64)
        release.wait()
        try:
            context.is_loaded("0" * 64)
        except SourceError as error:
            asked.append(error)
        yield from ()

    take_in(config, hang)
    opened = subprocess.run(
        [sys.executable, "-c", OPENING, str(config.store.path)], capture_output=True, text=True, check=True
    )
    assert opened.stdout.strip() == "1"
    release.set()
    deadline = time.monotonic() + 10
    while not asked and time.monotonic() < deadline:
        time.sleep(0.02)
    assert asked, "a fetch that nobody waits for may not ask the ledger"


def test_a_landing_that_hangs_is_given_up_whole(config: Config, release: threading.Event) -> None:
    def land_half(path: Path) -> None:
        path.write_bytes(b"PAR1 and no more")
        release.wait()

    def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
        yield incoming("slow", land_half)

    report = take_in(config, fetch)
    assert failures(report) == [("slow", ErrorClass.TRANSPORT)]
    landing = config.store.path / "landing" / "one_stop"
    assert list(landing.glob("*.parquet")) == []
    assert [source.loaded for source in report.sources] == [0, 1]
    again = run(config, clock=lambda: AT, is_building=False)
    assert (again.failed, again.sources[0].loaded) == (False, 1)


def incoming(origin: str, land: Callable[[Path], None]) -> Incoming:
    sha256 = hashlib.sha256(origin.encode()).hexdigest()
    return Incoming(origin, sha256, size_bytes=1, fetched_at=AT, as_of=None, land=land)


def test_only_waiting_wears_patience_out() -> None:
    patience = Patience.of(60)
    time.sleep(0.2)
    assert patience.left_s == 60
    assert patience.spend(lambda most_s: (time.sleep(0.2), most_s)) == (None, 60)
    assert 50 < patience.left_s <= 59.8


def test_worn_out_patience_waits_for_nothing_more() -> None:
    patience = Patience(60, left_s=0)
    items = iter([failing("first", ErrorClass.SCHEMA)])
    (given_up,) = patient_items(items, patience, source_id="one_stop")
    assert isinstance(given_up, Failure)
    assert given_up.origin == "one_stop"


@pytest.mark.parametrize("error_class", [ErrorClass.BLOCKED, ErrorClass.AUTH])
def test_after_a_refusal_nothing_more_is_asked(config: Config, error_class: ErrorClass) -> None:
    asked: list[str] = []

    def fetch(_context: FetchContext) -> Iterator[Incoming | Failure]:
        for origin in ("first", "second"):
            asked.append(origin)
            yield failing(origin, error_class)

    assert failures(take_in(config, fetch)) == [("first", error_class)]
    assert asked == ["first"]


def test_a_dead_server_is_not_asked_on_and_on(config: Config) -> None:
    asked: list[int] = []

    def fetch(_context: FetchContext) -> Iterator[Incoming | Failure]:
        for number in range(84):
            asked.append(number)
            yield failing(str(number), ErrorClass.TRANSPORT)

    unreached = ErrorClass.TRANSPORT
    assert failures(take_in(config, fetch)) == [(origin, unreached) for origin in ("0", "1", "2", "one_stop")]
    assert asked == [0, 1, 2]


def test_single_unanswered_questions_end_nothing(config: Config) -> None:
    classes = [ErrorClass.TRANSPORT, ErrorClass.TRANSPORT, ErrorClass.SCHEMA] * 3

    def fetch(_context: FetchContext) -> Iterator[Incoming | Failure]:
        yield from (failing(str(number), error_class) for number, error_class in enumerate(classes))

    assert len(failures(take_in(config, fetch))) == 9


def test_a_fault_of_ours_is_not_called_the_sources(config: Config) -> None:
    def fetch(_context: FetchContext) -> Iterator[Incoming | Failure]:
        yield from ()
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_in(config, fetch)


def test_messages_are_in_the_language_of_whoever_asked(config: Config) -> None:
    said: list[str] = []

    def fetch(_context: FetchContext) -> Iterator[Incoming | Failure]:
        said.append(_("the file cannot be read; check its permissions"))
        yield from ()

    with use_language("en"):
        take_in(config, fetch)
    take_in(config, fetch)
    assert said[0].startswith("the file")
    assert not said[1].startswith("the file")


@pytest.mark.parametrize(
    ("error", "is_halted", "unreached"),
    [
        (BlockedError("status 403"), True, 0),
        (SourceError(ErrorClass.AUTH, "status 401"), True, 0),
        (TransientSourceError(ErrorClass.TRANSPORT, "no answer"), False, 2),
        (SourceError(ErrorClass.SCHEMA, "no such column"), False, 0),
    ],
)
def test_how_a_source_stands_after_its_runs(
    config: Config, monkeypatch: pytest.MonkeyPatch, error: SourceError, is_halted: bool, unreached: int
) -> None:
    def fetch(_context: FetchContext, *, is_well: bool) -> Iterator[Incoming | Failure]:
        if not is_well:
            raise error
        yield from ()

    kind = SOURCE_KINDS["dossier_sync"]
    control = open_control("sqlite", store=config.store.path)
    for is_well in (False, False, True):
        monkeypatch.setitem(SOURCE_KINDS, "dossier_sync", replace(kind, fetch=partial(fetch, is_well=is_well)))
        run(config, sources=["one_stop"], clock=lambda: AT, is_building=False)
        standing = control.standings()["one_stop"]
        if is_well:
            assert (standing.is_halted, standing.transport_failures, standing.succeeded_at) == (False, 0, AT)
            assert standing.error is not None
        else:
            assert (standing.is_halted, standing.error_class) == (is_halted, str(error.error_class))
            most_unreached = standing.transport_failures
    assert most_unreached == unreached
    assert len(control.source_runs(source_id="one_stop")) == 3
    control.close()


def test_an_upload_says_nothing_of_how_its_source_stands(config: Config) -> None:
    take_in(config, lambda _context: iter([failing("upload", ErrorClass.BLOCKED)]))
    control = open_control("sqlite", store=config.store.path)
    assert "one_stop" not in control.standings()
    control.close()
