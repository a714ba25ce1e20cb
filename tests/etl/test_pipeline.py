"""Rows are never lost: every row of a file ends in one bucket, whatever comes twice, in pieces or broken."""

from __future__ import annotations

import csv
import errno
import io
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl.pipeline import publish, run
from etl.report import Buckets, RunReport
from etl.sources import SOURCE_KINDS
from etl.sources.incoming import Failure, FetchContext, Incoming
from ioc.answers import AnswerFormat
from ioc.cli.run_report import conclude_run
from ioc.config import Config
from ioc.errors import ErrorClass, UsageError
from ioc.store.snapshots import Reader
from ioc.store.warehouse import open_warehouse
from tests.dossier_files import dossier, make_site, write_lines

AT = datetime(2026, 8, 31, 18, 0)


def take_in(config: Config) -> RunReport:
    return run(config, clock=lambda: AT)


def buckets(report: RunReport) -> Buckets:
    return report.sources[0].buckets


def current(config: Config) -> list[tuple[Any, ...]]:
    with open_warehouse(config.store.path) as connection:
        return connection.rows(
            "select * exclude (version_id, load_id, row_no) from facts.dossiers order by dossier_code"
        )


def published(config: Config) -> list[tuple[Any, ...]]:
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    rows = snapshot.connection.rows(
        "select indicator, unit_code, period, series, numerator, denominator, value, status from readings order by all"
    )
    snapshot.connection.close()
    return rows


def test_a_file_is_loaded_and_published(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    write_lines(tmp_path / "inbox/dossiers/a.ndjson", [dossier(1), dossier(2, KenhThucHien="1")])

    report = take_in(config)

    assert buckets(report) == Buckets(rows_in=2, loaded=2)
    assert report.published is not None
    assert ("online_submission_simple", "23614", "2026-08", "dossiers", 1, 2, 0.5, "off_target") in published(config)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    rows = [dossier(1), dossier(1, KenhThucHien="1"), dossier(2), dossier(3, MaHoSo="H99.1-260803-1")]
    write_lines(tmp_path / "inbox/dossiers/a.ndjson", rows)
    first = take_in(config)
    before = current(config)

    write_lines(tmp_path / "inbox/dossiers/copy under another name.ndjson", rows)
    again = take_in(config)

    assert buckets(first) == Buckets(rows_in=4, loaded=2, superseded=1, quarantined=1)
    assert [load.buckets for load in again.sources[0].loads] == [Buckets(4, 0, 2, 1, 1)] * 2
    assert again.published is None
    assert current(config) == before


def test_rows_that_say_nothing_new_are_unchanged(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    write_lines(tmp_path / "inbox/dossiers/1.ndjson", [dossier(1), dossier(2)])
    take_in(config)
    write_lines(tmp_path / "inbox/dossiers/2.ndjson", [dossier(1), dossier(2, KenhThucHien="3"), dossier(3)])

    report = take_in(config)

    assert report.sources[0].loads[1].buckets == Buckets(rows_in=3, loaded=2, unchanged=1)
    with open_warehouse(config.store.path) as connection:
        versions = connection.rows("select dossier_code, channel from facts.dossier_versions order by version_id")
    assert [channel for code, channel in versions if code.endswith("0002")] == [2, 3]


def test_what_landed_later_wins_whatever_the_files_time_says(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    newer = write_lines(tmp_path / "inbox/dossiers/1.ndjson", [dossier(1, TrangThaiHoSo="10")])
    take_in(config)
    older = write_lines(tmp_path / "inbox/dossiers/2.ndjson", [dossier(1, TrangThaiHoSo="4")])
    yesterday = newer.stat().st_mtime - 86_400
    os.utime(older, (yesterday, yesterday))
    take_in(config)

    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select status_code from facts.dossiers") == [(4,)]


def test_a_file_that_goes_back_to_what_it_was_counts_again(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    states = [[dossier(1, KenhThucHien=channel)] for channel in ("1", "2", "1")]
    for rows in states:
        write_lines(tmp_path / "inbox/dossiers/a.ndjson", rows)
        assert buckets(take_in(config)) == Buckets(1, 1)
    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select channel from facts.dossiers") == [(1,)]
    assert buckets(take_in(config)) == Buckets(1, 0, 1)


def test_an_older_file_under_a_new_name_is_passed_over_and_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = make_site(tmp_path)
    for name, channel in (("1", "1"), ("2", "2"), ("3", "1")):
        write_lines(tmp_path / f"inbox/dossiers/{name}.ndjson", [dossier(1, KenhThucHien=channel)])
        report = take_in(config)
    told = {load.origin: load.passed_over for load in report.sources[0].loads}
    assert (told["1.ndjson"], told["2.ndjson"]) == (None, None)
    assert "1.ndjson" in (told["3.ndjson"] or "")
    conclude_run(report, AnswerFormat.CSV)
    assert "3.ndjson: nội dung giống hệt 1.ndjson" in capsys.readouterr().err
    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select channel from facts.dossiers") == [(2,)]


def test_a_file_that_cannot_be_read_stays_and_does_not_stop_the_others(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    broken = tmp_path / "inbox/dossiers/half.json"
    broken.write_text('{"data": [' + json.dumps(dossier(9)) + ', {"MaHoSo": "H21.1', encoding="utf-8")
    write_lines(tmp_path / "inbox/dossiers/whole.ndjson", [dossier(1)])

    report = take_in(config)

    assert report.failed
    assert [(load.origin, load.error_class) for load in report.sources[0].failures] == [
        ("half.json", ErrorClass.UNREADABLE)
    ]
    assert broken.exists()
    assert buckets(report) == Buckets(rows_in=1, loaded=1)
    assert report.published is not None

    broken.write_text(json.dumps({"data": [dossier(9)]}), encoding="utf-8")
    healed = take_in(config)
    assert not healed.failed
    assert [row[1] for row in current(config)] == ["H21.100-260803-0001", "H21.100-260803-0009"]


def test_a_failure_that_goes_on_is_recorded_once(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    (tmp_path / "inbox/dossiers/broken.json").write_text("[{", encoding="utf-8")
    for _ in range(3):
        assert take_in(config).failed
    with open_warehouse(config.store.path) as connection:
        assert connection.row("select count(*) from loads where state = 'failed'") == (1,)


def test_an_unknown_source_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one_stop"):
        run(make_site(tmp_path), sources=["onestop"])


def test_publishing_unchanged_facts_publishes_nothing(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    write_lines(tmp_path / "inbox/dossiers/a.ndjson", [dossier(1)])
    first = take_in(config).published
    assert publish(config, clock=lambda: AT) is None
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    assert snapshot.id == first


def test_the_same_facts_give_the_same_snapshot(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        config = make_site(tmp_path / name)
        write_lines(tmp_path / name / "inbox/dossiers/a.ndjson", [dossier(n) for n in range(1, 30)])
        ids.append(take_in(config).published)
    assert ids[0] == ids[1]


# -- laws -----------------------------------------------------------------------------------------------------------

RECORDS = st.builds(
    lambda number, channel, state, unit, finished: dossier(
        number,
        KenhThucHien=channel,
        TrangThaiHoSo=state,
        MaHoSo=f"{unit}-260803-{number:04}",
        NgayKetThucXuLy=finished,
    ),
    st.integers(1, 6),
    st.sampled_from(["1", "2", "3", None, "7"]),
    st.sampled_from(["2", "4", "9", "10", "11", ""]),
    st.sampled_from(["H21.100", "H21.101", "H99.1"]),
    st.sampled_from(["20260805100000", "", "31/02/2026", "20260810090000"]),
)
LINES = st.lists(st.one_of(RECORDS.map(json.dumps), st.sampled_from(["{broken", "[1]", '"text"'])), max_size=12)
HEADS = [json.dumps(dossier(number)) for number in (101, 102)]
"""A file's first line tells that it has a dossier a line."""
SLOW = settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))


@SLOW
@given(lines=LINES, cut=st.integers(0, 12))
def test_a_file_cut_in_pieces_gives_the_same_facts_and_figures(lines: list[str], cut: int) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        whole, pieces = make_site(Path(scratch, "whole")), make_site(Path(scratch, "pieces"))
        parts = [HEADS[0], *lines[:cut]], [HEADS[1], *lines[cut:]]
        Path(scratch, "whole/inbox/dossiers/1.ndjson").write_text("\n".join(parts[0] + parts[1]), encoding="utf-8")
        for number, part in enumerate(parts, start=1):
            Path(scratch, f"pieces/inbox/dossiers/{number}.ndjson").write_text("\n".join(part), encoding="utf-8")

        at_once, in_pieces = take_in(whole), take_in(pieces)

        for report in (at_once, in_pieces):
            for load in report.sources[0].loads:
                found = load.buckets
                assert found.rows_in == found.loaded + found.unchanged + found.superseded + found.quarantined
        assert buckets(at_once).rows_in == buckets(in_pieces).rows_in == len(lines) + 2
        assert buckets(at_once).quarantined == buckets(in_pieces).quarantined
        assert current(whole) == current(pieces)
        assert published(whole) == published(pieces)


def test_a_disk_without_room_costs_one_file_and_not_the_run(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    write_lines(tmp_path / "inbox/dossiers/a.ndjson", [dossier(1)])

    def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
        def fill(path: Path) -> None:
            path.write_bytes(b"begun")
            raise OSError(errno.ENOSPC, "no room")

        yield Incoming("full.ndjson", "0" * 64, 5, AT, None, fill)
        yield from SOURCE_KINDS["dossier_sync"].fetch(context)

    (source,) = config.sources
    report = run(config, clock=lambda: AT, fetches={source: fetch})

    failed, loaded = report.sources[0].loads
    assert failed.error_class is ErrorClass.UNREADABLE
    assert os.strerror(errno.ENOSPC) in str(failed.message)
    assert loaded.buckets == Buckets(rows_in=1, loaded=1)
    assert not list(config.store.path.glob("landing/**/*.part"))


def test_a_run_says_what_is_new_and_names_empty_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = make_site(tmp_path)
    write_lines(tmp_path / "inbox/dossiers/1.ndjson", [dossier(1), dossier(2, TrangThaiHoSo="99")])
    take_in(config)
    write_lines(tmp_path / "inbox/dossiers/2.ndjson", [dossier(3, TrangThaiHoSo="99")])
    (tmp_path / "inbox/dossiers/3.ndjson").write_bytes(b"")
    conclude_run(take_in(config), AnswerFormat.CSV)
    told = capsys.readouterr()
    (row,) = csv.DictReader(io.StringIO(told.out[told.out.index("source,") :]))
    assert (row["rows_in"], row["quarantined"]) == ("3", "2")
    assert (row["new_files"], row["new_quarantined"]) == ("1", "1")
    assert "3.ndjson: EMPTY" in told.err


def test_dossiers_with_impossible_days_are_taken_in_and_named(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    rows = [
        dossier(1, NgayKetThucXuLy="20260701100000"),
        dossier(2, NgayTiepNhan="20270105083000", NgayHenTra="20270110170000", NgayKetThucXuLy="20270106083000"),
        dossier(3),
    ]
    write_lines(tmp_path / "inbox/dossiers/a.ndjson", rows)
    (load,) = take_in(config).sources[0].loads
    assert load.buckets == Buckets(3, 3)
    assert [warning.split(";")[0] for warning in load.warnings] == [
        "1 hồ sơ có ngày kết thúc trước ngày tiếp nhận",
        "1 hồ sơ có ngày tiếp nhận ở tương lai",
        "1 hồ sơ có ngày kết thúc ở tương lai",
    ]
