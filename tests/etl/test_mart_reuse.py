"""A day's dossiers make anew what they touch, and everything where anything else is otherwise."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from etl import build, dossier_months, mart_reuse, month_files
from etl.mart_tables import mart_sql
from etl.pipeline import run
from ioc.config import Config
from ioc.errors import StoreError
from ioc.store.engine import open_memory
from ioc.store.snapshots import Footing, Reader, current_manifest
from tests.dossier_files import CONFIG, dossier, make_site, write_lines

AT = datetime(2026, 8, 31, 18, 0)
REGISTER = "Mã thủ tục,Tên thủ tục,Cấp thực hiện,Mức độ\n1.001193,Đăng ký khai sinh,Cấp Xã,Toàn trình\n"
Change = Callable[[Config], Config]


@pytest.fixture(autouse=True)
def small_moves(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few dossiers move too: in a tiny store most deltas would count everything anew."""
    monkeypatch.setattr(dossier_months, "COUNT_ANEW_SHARE", 0)
    monkeypatch.setattr(month_files, "PATCHED_SHARE", 0)


def test_figures_of_days_that_nothing_touched_stand_and_are_as_new_as_the_dossiers(tmp_path: Path) -> None:
    config = _loaded(tmp_path)
    before = _readings(config, "2026-06")
    _deliver(config, 2, [dossier(2, NgayTra="20260820090000")])
    assert _footing(config).copies == 1
    after = _readings(config, "2026-06")
    assert [row[:-1] for row in after] == [row[:-1] for row in before]
    # the newest day that dossiers tell of
    assert [{row[-1] for row in rows} for rows in (before, after)] == [
        {datetime(2026, 8, 6, 9, 0)},
        {datetime(2026, 8, 20, 9, 0)},
    ]


def test_after_some_copies_a_mart_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mart_reuse, "COPIES_KEPT", 2)
    config = _loaded(tmp_path)
    copies = []
    for number in range(2, 6):
        _deliver(config, number, [dossier(number)])
        copies.append(_footing(config).copies)
    assert copies == [1, 2, 0, 1]


def _as_it_was(config: Config) -> Config:
    return config


def _fresh_for_longer(config: Config) -> Config:
    text = config.file.read_text(encoding="utf-8").replace(
        "path: inbox/dossiers", "path: inbox/dossiers, fresh_within: 90h"
    )
    return make_site(config.file.parent, text=text.replace("{", "{{").replace("}", "}}"))


def _with_a_register(config: Config) -> Config:
    folder = config.file.parent / "inbox" / "procedures"
    folder.mkdir()
    (folder / "register.csv").write_text(REGISTER, encoding="utf-8")
    text = config.file.read_text(encoding="utf-8") + "  register: {kind: procedures, path: inbox/procedures}\n"
    return make_site(config.file.parent, text=text.replace("{", "{{").replace("}", "}}"))


def _with_another_unit(config: Config) -> Config:
    _put(config, 9, [dossier(9, MaHoSo="H21.101-260803-0009", MaDonVi="H21.101")])
    return config


@pytest.mark.parametrize(
    ("change", "copies"),
    [(_as_it_was, 1), (_fresh_for_longer, 0), (_with_a_register, 0), (_with_another_unit, 0)],
)
def test_anything_else_makes_all_anew(tmp_path: Path, change: Change, copies: int) -> None:
    config = change(_loaded(tmp_path))
    _deliver(config, 2, [dossier(2)])
    assert _footing(config).copies == copies


def test_another_program_makes_all_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = _loaded(tmp_path)
    monkeypatch.setattr(mart_reuse, "program", lambda: "the next version")
    _deliver(config, 2, [dossier(2)])
    assert _footing(config).copies == 0


def test_a_clock_that_was_put_back_makes_all_anew(tmp_path: Path) -> None:
    config = _loaded(tmp_path)
    _put(config, 2, [dossier(2)])
    run(config, clock=lambda: AT - timedelta(days=30))
    assert _footing(config).copies == 0


def test_a_broken_snapshot_is_mended_by_the_next_one(tmp_path: Path) -> None:
    config = _loaded(tmp_path)
    (served,) = (config.store.path / "snapshots").glob("*.duckdb")
    content = bytearray(served.read_bytes())
    content[8192:] = bytes(len(content) - 8192)
    served.write_bytes(content)
    _deliver(config, 2, [dossier(2)])
    assert _footing(config).copies == 0
    assert {row[2] for row in _readings(config, "2026-08")} == {2}


def test_a_build_that_died_after_it_had_counted_leaves_nothing_stale(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = _loaded(tmp_path)
    with monkeypatch.context() as broken:
        broken.setattr(build, "write_breakdown", _fail)
        _put(config, 2, [dossier(2, NgayTiepNhan="20260603083000")])
        assert run(config, clock=lambda: AT + timedelta(days=2)).failed
    _deliver(config, 3, [dossier(3)])
    assert _footing(config).copies == 0
    assert {row[2] for row in _readings(config, "2026-06")} == {2}
    assert {row[2] for row in _readings(config, "2026-08")} == {2}


def _fail(*_given: object, **_named: object) -> None:
    raise StoreError("no room")


@pytest.mark.parametrize(
    ("moved", "since"),
    [
        # an open dossier ended in time: it was in time before its day as well
        (
            [("1", "2026-03-02", "on_time", "2026-05-04", -1), ("1", "2026-03-02", "on_time", "infinity", 1)],
            "2026-05-04",
        ),
        # and one that came is counted from its day on
        ([("1", "2026-03-02", "on_time", "2026-05-04", 1)], "2026-03-02"),
        # what is in time no day counts nowhere
        ([("1", "2026-03-02", "on_time", None, 1)], None),
    ],
)
def test_a_case_that_ends_changes_nothing_that_was_judged_before(
    moved: list[tuple[str, str, str, str | None, int]], since: str | None
) -> None:
    connection = open_memory()
    connection.execute(
        """
        create temp table moved_cohort_days (
            unit_code varchar, day date, measure varchar, judged_until timestamp, value bigint
        );
        create temp table moved_event_days (day date);
        create temp table moved_stock_days (day date);
        create temp table moved_distinct_values (day date);
        create temp table moved_received_days (day date);
        create temp table moved_received_cells (
            unit_code varchar, cell date, procedure_base varchar, received bigint, online bigint, fee_bearing bigint,
            paid_online bigint
        );
        -- the breakdown tells the time of an open dossier, and no figure asks for it
        insert into moved_received_cells values
            ('1', '2026-03-01', 'p', 1, 1, 0, 0), ('1', '2026-03-01', 'p', -1, -1, 0, 0);
        """
    )
    for row in moved:
        connection.execute("insert into moved_cohort_days values (?, ?, ?, ?, ?)", row)
    assert connection.row(mart_sql("changed_since"))[0] == (since and date.fromisoformat(since))


def _loaded(folder: Path) -> Config:
    """A site that has published a dossier of June and one of August."""
    config = make_site(folder, text=CONFIG)
    _deliver(config, 1, [dossier(100, NgayTiepNhan="20260602083000"), dossier(1)])
    return config


def _put(config: Config, number: int, rows: list[dict[str, object]]) -> None:
    write_lines(config.file.parent / "inbox" / "dossiers" / f"{number}.ndjson", rows)


def _deliver(config: Config, number: int, rows: list[dict[str, object]]) -> None:
    _put(config, number, rows)
    assert not run(config, clock=lambda: AT + timedelta(days=number)).failed


def _footing(config: Config) -> Footing:
    manifest = current_manifest(config.store.path)
    assert manifest is not None and manifest.footing is not None
    return manifest.footing


def _readings(config: Config, period: str) -> list[tuple[object, ...]]:
    """Figures of online submission: unit, numerator, denominator, value, rank, and as of when."""
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    found = snapshot.connection.rows(
        "select unit_code, numerator, denominator, value, rank, as_of from readings "
        "where indicator = 'online_submission_simple' and series = 'dossiers' and period = ? order by all",
        [period],
    )
    snapshot.connection.close()
    return found
