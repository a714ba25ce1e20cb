"""A build that moves on from the last one says what a build of everything says, and leaves the rest alone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import dossier_months, month_files
from etl.fact_files import FACTS
from etl.pipeline import publish, run
from ioc.config import Config
from ioc.store import warehouse
from ioc.store.snapshots import FactFile, Reader, current_manifest, prune
from ioc.store.warehouse import open_warehouse, shorten_log
from tests.dossier_files import dossier, make_site, write_lines

AT = datetime(2026, 8, 31, 18, 0)
Row = Mapping[str, Any]
UNITS = ("H21.100", "H21.101")
DAYS = [f"2026{month:02}{day:02}" for month in (5, 6, 7, 8) for day in (1, 15, 28)]


@pytest.fixture(autouse=True)
def small_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few dossiers move too: in a tiny store most deltas would count everything anew, and write all files."""
    monkeypatch.setattr(dossier_months, "COUNT_ANEW_SHARE", 0)
    monkeypatch.setattr(month_files, "PATCHED_SHARE", 0)
    monkeypatch.setattr(month_files, "PATCHES_KEPT", 2)


@st.composite
def dossiers(draw: st.DrawFn) -> Row:
    received = draw(st.sampled_from(DAYS))
    state = draw(st.sampled_from(["2", "4", "5", "9", "10", "1", "3", "7"]))
    is_open = state in ("2", "4", "5")
    return dossier(
        draw(st.integers(1, 12)),
        MaDonVi=draw(st.sampled_from(UNITS)),
        NgayTiepNhan=received + "083000",
        NgayHenTra=draw(st.sampled_from(DAYS)) + "170000",
        NgayKetThucXuLy="" if is_open else draw(st.sampled_from(DAYS)) + "100000",
        NgayTra="",
        TrangThaiHoSo=state,
        KenhThucHien=draw(st.sampled_from(["1", "2", "3"])),
        TenTTHC=draw(st.sampled_from(["Đăng ký khai sinh", "Khai sinh", "", "Kết hôn"])),
        MaTTHC=draw(st.sampled_from(["1.001193", "1.000894"])),
        DSKetNoiCSDL=draw(st.sampled_from([[], [{"MaCSDL": "CSDLQGDC"}]])),
    )


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(dossiers(), min_size=1, max_size=8), min_size=2, max_size=3))
def test_a_moved_build_equals_one_from_scratch(deltas: list[list[Row]]) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        config = make_site(Path(scratch))
        for number, rows in enumerate(deltas, start=1):
            _put(config, f"{number}.ndjson", [*rows, dossier(100 + number)])
            _run_on_day(config, number)
        moved = _published(config)
        assert _moves(config) == len(deltas) - 1

        _forget_counts(config)
        publish(config, clock=lambda: AT + timedelta(days=30))

        assert _published(config) == moved


def test_files_of_untouched_months_stay_as_they_are(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1, NgayTiepNhan="20260703083000"), dossier(2)])
    run(config, clock=lambda: AT)
    before = _files(config)

    _put(config, "2.ndjson", [dossier(3)])
    run(config, clock=lambda: AT + timedelta(days=1))

    after = _files(config)
    assert {name: after[name] for name in before} == before
    assert [name.split("-")[1] for name in after if name not in before] == ["came"]


def test_after_some_patches_the_months_that_they_touch_are_written_anew(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1, NgayTiepNhan="20260703083000"), dossier(2), dossier(3)])
    run(config, clock=lambda: AT)
    before = _files(config)
    written = []
    for number, row in enumerate((dossier(4), dossier(2, KenhThucHien="1"), dossier(3, KenhThucHien="1")), start=1):
        _put(config, f"{number + 1}.ndjson", [row])
        _run_on_day(config, number)
        manifest = current_manifest(config.store.path)
        assert manifest is not None
        written.append((len(manifest.came), len(manifest.went)))
    # one came; one took another's place; then the two patches are taken into the month
    assert written == [(1, 0), (2, 1), (0, 0)]
    july = next(name for name in before if "2026-07" in name)
    assert _files(config)[july] == before[july]
    assert {name: file.rows for name, file in manifest.dossiers.items()} == {"2026-07": 1, "2026-08": 3}


def test_rows_of_a_fact_are_written_anew_only_where_they_changed(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1)])
    run(config, clock=lambda: AT)
    before = _fact_files(config)
    with open_warehouse(config.store.path) as connection:
        connection.execute(
            "insert into facts.procedure_versions (version_id, load_id, row_no, source_id, procedure_base, name) "
            "values (1, 1, 1, 'register', '1.001193', 'Đăng ký khai sinh')"
        )
    publish(config, clock=lambda: AT + timedelta(days=1))
    after = _fact_files(config)
    assert {fact for fact in FACTS if after[fact] != before[fact]} == {"procedures"}
    assert after["procedures"].rows == 1
    # the former one is still listed by the former snapshot
    assert {before["procedures"].file, after["procedures"].file} <= set(_files(config))


def test_files_that_no_snapshot_lists_any_more_go_with_the_last_one_that_did(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1)])
    run(config, clock=lambda: AT)
    stray = config.store.path / "facts" / "procedures-00000000000000000000.parquet"
    stray.write_bytes(b"")
    prune(config.store.path, at=AT)
    assert not stray.exists()
    assert {file.file for file in _fact_files(config).values()} <= set(_files(config))


def test_a_dossier_that_changes_its_month_leaves_the_former_one(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1, NgayTiepNhan="20260703083000"), dossier(2)])
    run(config, clock=lambda: AT)
    _put(config, "2.ndjson", [dossier(1)])
    run(config, clock=lambda: AT + timedelta(days=1))

    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    assert set(snapshot.manifest.dossiers) == {"2026-08"}
    assert snapshot.connection.rows(
        "select period, numerator, denominator from readings "
        "where indicator = 'online_submission_simple' and unit_code = (select max(unit_code) from readings) "
        "and period in ('2026-07', '2026-08') and denominator > 0"
    ) == [("2026-08", 2, 2)]


def test_a_dossier_of_the_future_counts_when_its_day_has_come(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1), dossier(2, NgayTiepNhan="20260810083000", TrangThaiHoSo="2", NgayTra="")])
    run(config, clock=lambda: datetime(2026, 8, 7, 12, 0))
    assert _received(config) == 1
    _put(config, "2.ndjson", [dossier(3, NgayTiepNhan="20260812083000")])
    run(config, clock=lambda: datetime(2026, 8, 13, 12, 0))
    assert _received(config) == 3


def test_a_changed_register_counts_everything_anew(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1), dossier(2)])
    run(config, clock=lambda: AT)
    with open_warehouse(config.store.path) as connection:
        connection.execute(
            "insert into facts.procedure_versions (version_id, load_id, row_no, source_id, procedure_base, name) "
            "values (1, 1, 1, 'register', '1.001193', 'Tên trong danh mục')"
        )
    publish(config, clock=lambda: AT + timedelta(days=1))
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    assert snapshot.connection.rows("select distinct procedure_name from breakdown") == [("Tên trong danh mục",)]


def test_the_counts_of_a_day_stay_one_row(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    for number in range(1, 4):
        _put(config, f"{number}.ndjson", [dossier(1, KenhThucHien=str(number)), dossier(number + 1)])
        _run_on_day(config, number)
    with open_warehouse(config.store.path) as connection:
        assert connection.rows(
            "select dossiers, received, received_postal from months.event_days where received > 0"
        ) == [(4, 4, 1)]


def test_a_missing_file_is_written_again(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    _put(config, "1.ndjson", [dossier(1)])
    run(config, clock=lambda: AT)
    before = set(_files(config))
    shutil.rmtree(config.store.path / "facts")
    publish(config, clock=lambda: AT + timedelta(days=1))
    assert set(_files(config)) == before


def test_a_long_log_is_taken_into_the_file_while_the_warehouse_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warehouse, "LONG_LOG_BYTES", 10_000)
    log = tmp_path / "warehouse.duckdb.wal"
    with open_warehouse(tmp_path) as connection:
        connection.execute("create table numbers as select range as number from range(100_000)")
        assert log.stat().st_size > 10_000
        shorten_log(connection, tmp_path)
        assert not log.exists() or log.stat().st_size < 10_000
        assert connection.row("select count(*) from numbers")[0] == 100_000


def _run_on_day(config: Config, number: int) -> None:
    run(config, clock=lambda: AT + timedelta(days=number))


def _put(config: Config, name: str, rows: list[Row]) -> None:
    write_lines(config.file.parent / "inbox" / "dossiers" / name, map(dict, rows))


def _moves(config: Config) -> int:
    with open_warehouse(config.store.path) as connection:
        return int(connection.row("select moves from months.progress")[0])


def _forget_counts(config: Config) -> None:
    """Leaves the facts only, as a store of an older version would."""
    with open_warehouse(config.store.path) as connection:
        connection.execute("drop schema months cascade; drop table schema_text")
    shutil.rmtree(config.store.path / "facts")
    shutil.rmtree(config.store.path / "snapshots")


def _published(config: Config) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table of the snapshot, and of the files of dossiers."""
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    connection = snapshot.connection
    tables = [name for (name,) in connection.rows("select table_name from duckdb_tables() order by 1")]
    tables += [
        name for (name,) in connection.rows("select view_name from duckdb_views() where not internal order by 1")
    ]
    # the numbers of periods tell who was built first: readings name them
    told = [name for name in tables if name not in ("info", "reading_rows", "reading_periods")]
    found = {name: connection.rows(f"select * from {name} order by all") for name in told}
    found["dossiers"] = connection.rows(f"{snapshot.dossiers_sql()} order by all") if snapshot.has_dossiers else []
    found["content"] = [(snapshot.manifest.content_hash,)]
    found["fact_files"] = [(name, file.file, file.rows) for name, file in snapshot.manifest.facts.items()]
    connection.close()
    return found


def _files(config: Config) -> dict[str, tuple[int, int]]:
    return {
        path.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (config.store.path / "facts").iterdir()
    }


def _fact_files(config: Config) -> Mapping[str, FactFile]:
    manifest = current_manifest(config.store.path)
    assert manifest is not None
    return manifest.facts


def _received(config: Config) -> int:
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    found = snapshot.connection.row("select max(received) from breakdown where period = '2026-08'")[0]
    return int(found)
