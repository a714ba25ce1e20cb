"""A view of counts: the columns of form II.06a with their period, read whole and loaded once."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from etl.report import Buckets
from ioc.errors import ErrorClass
from tests.one_stop import Site

FIGURES = {
    "received_total": 120,
    "received_online": 90,
    "received_direct_postal": 20,
    "received_carried": 10,
    "done_total": 100,
    "done_early": 70,
    "done_on_time": 25,
    "done_late": 5,
    "open_total": 20,
    "open_in_time": 18,
    "open_overdue": 2,
}
NAMES = ("unit_code", "unit_or_field_name", "field_name", "ky_loai", "ky_tu", "ky_den", *FIGURES)


def counts(**fields: Any) -> dict[str, Any]:
    """October of An Bình ward; fields replace its own."""
    row = {"unit_code": "H21.100", "unit_or_field_name": "UBND phường An Bình", "ky_loai": "month"}
    return {**row, "ky_tu": "2026-10-01 00:00:00", "ky_den": "2026-10-31 00:00:00", **FIGURES, **fields}


def site_with(folder: Path, *rows: Mapping[str, Any], without: str = "") -> Site:
    """A site whose source is a view with these rows, anew."""
    names = [name for name in NAMES if name != without]
    with closing(sqlite3.connect(folder / "one_stop.db")) as connection:
        connection.execute("drop table if exists v_ioc_dossier_stat")
        connection.execute(f"create table v_ioc_dossier_stat ({', '.join(names)})")
        for row in rows:
            values = [row.get(name) for name in names]
            connection.execute(f"insert into v_ioc_dossier_stat values ({', '.join('?' * len(names))})", values)
        connection.commit()
    return Site(folder, f"sqlite:///{folder / 'one_stop.db'}", {"view": "v_ioc_dossier_stat"})


def test_counts_are_loaded_once(tmp_path: Path) -> None:
    site = site_with(tmp_path, counts(), counts(field_name="Hộ tịch", done_late=6, done_on_time=24))

    first, again = site.run(), site.run()

    assert first.buckets == Buckets(rows_in=2, loaded=2)
    assert [load.is_new for load in again.loads] == [False]
    columns = (
        "unit_code, period_start, period_end, field_name, received_total, done_late, on_time_includes_early, issues"
    )
    assert site.ask(f"select {columns} from facts.dossier_stats order by field_name") == [
        ("23614", date(2026, 10, 1), date(2026, 10, 31), "", 120, 5, False, []),
        ("23614", date(2026, 10, 1), date(2026, 10, 31), "Hộ tịch", 120, 6, False, []),
    ]


def test_a_restatement_becomes_a_version(tmp_path: Path) -> None:
    site_with(tmp_path, counts(), counts(unit_code="H21.101", ky_tu="2026-09-01", ky_den="2026-09-30")).run()

    site = site_with(tmp_path, counts(open_overdue=3, open_in_time=17))
    report = site.run()

    assert report.buckets == Buckets(rows_in=1, loaded=1)
    assert site.ask("select open_overdue from facts.dossier_stats where unit_code = '23614'") == [(3,)]
    assert site.ask("select count(*) from facts.dossier_stat_versions where unit_code = '23614'") == [(2,)]


@pytest.mark.parametrize(
    ("fields", "refused"),
    [
        ({"unit_code": "H99.1"}, ("unit_code", "UNKNOWN_UNIT")),
        ({"ky_tu": None}, ("period_start", "MISSING")),
        ({"ky_den": "2026-09-01"}, ("period_end", "VALUE")),
        ({"done_late": "năm"}, ("done_late", "VALUE")),
        ({"received_total": 912345678}, ("received_total", "VALUE")),
        ({"open_total": -1}, ("open_total", "VALUE")),
    ],
    ids=str,
)
def test_a_dirty_row_is_refused(tmp_path: Path, fields: Mapping[str, Any], refused: tuple[str, str]) -> None:
    site = site_with(tmp_path, counts(**fields), counts(unit_code="h21.100 "))
    assert site.run().buckets == Buckets(rows_in=2, loaded=1, quarantined=1)
    assert site.ask("select field, reason from quarantine") == [refused]


def test_sums_that_do_not_agree_are_said_and_kept(tmp_path: Path) -> None:
    site = site_with(tmp_path, counts(done_late=6, received_total="121.0"))
    assert site.run().loaded == 1
    ((issues,),) = site.ask("select issues from facts.dossier_stats")
    assert set(issues) >= {"received_sum", "done_sum"}


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (load,) = site_with(tmp_path, counts(), without="ky_den").run().loads
    assert load.error_class == ErrorClass.SCHEMA
    assert "ky_den" in str(load.message)


def test_an_empty_view_is_legal(tmp_path: Path) -> None:
    (load,) = site_with(tmp_path).run().loads
    assert load.error_class == ErrorClass.EMPTY
