"""Refused dossiers put right: dates in the source's own format, fields by the source's own names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from etl import pipeline
from etl.harmless_values import date_columns
from etl.intake_desk import IntakeDesk, load_waiting
from etl.mart_reference import write_sources
from etl.quarantine import list_refused, state_correction
from ioc.config import Config
from ioc.intake import CorrectedRow, Correction, IntakeError, LandedLoad
from ioc.store.engine import Row
from ioc.store.warehouse import open_warehouse, read_sql
from tests.dossier_files import dossier, make_site, write_lines

NOW = datetime(2026, 11, 1, 6, 30)
IMPOSSIBLE = "20261345170000"
SOURCE = "one_stop"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """A store with one dossier, refused for the day on which it was due."""
    config = make_site(tmp_path_factory.mktemp("site"))
    write_lines(config.file.parent / "inbox" / "dossiers" / "a.jsonl", [dossier(1, NgayHenTra=IMPOSSIBLE)])
    pipeline.run(config, clock=lambda: NOW, is_building=False)
    return config


@pytest.fixture(scope="module")
def refused(site: Config) -> Iterator[LandedLoad]:
    with open_warehouse(site.store.path) as connection:
        (row,) = connection.rows("select load_id, source_id, origin, sha256, fetched_at from loads")
    yield LandedLoad(*row)


def expect_good(site: Config, refused: LandedLoad, **values: str) -> None:
    (row,) = list_refused(site.store.path, source=SOURCE, limit=10)
    correction = Correction(SOURCE, "nobody", (CorrectedRow(refused.load_id, row.row_no, values),))
    IntakeDesk(site).expect_good(correction, [refused])


@pytest.mark.parametrize(
    "moment",
    [
        "20260812170000",
        "202608121700",
        "20260812",
        "2026-08-12 17:00:00",
        "2026-08-12T17:00:00+07:00",
        "12/08/2026 17:00:00",
    ],
)
def test_a_date_is_taken_in_every_dialect_of_its_contract(site: Config, refused: LandedLoad, moment: str) -> None:
    expect_good(site, refused, due_at=moment)


@pytest.mark.parametrize(
    "value",
    [
        "031199012345", "0912345678", "84912345678", "000112311234", IMPOSSIBLE, "20260812170000 0912345678",
        "an@example.org", "C1234567",
    ],
)  # fmt: skip
def test_where_a_date_belongs_nothing_else_is_taken(site: Config, refused: LandedLoad, value: str) -> None:
    with pytest.raises(IntakeError):
        expect_good(site, refused, due_at=value)


@pytest.mark.parametrize("column", ["procedure_name", "dossier_code", "processing_unit_name"])
def test_the_digits_of_a_date_stay_suspect_in_a_text(site: Config, refused: LandedLoad, column: str) -> None:
    with pytest.raises(IntakeError, match=r"dữ liệu cá nhân|personal data"):
        expect_good(site, refused, due_at="12/08/2026", **{column: "20260812170000"})


def test_the_desk_shows_what_the_source_said_and_nothing_that_was_counted(site: Config, refused: LandedLoad) -> None:
    (row,) = list_refused(site.store.path, source=SOURCE, limit=10)
    assert IntakeDesk(site).refused_row(refused, row.row_no).kept == {
        "dossier_code": "H21.100-260803-0001",
        "procedure_code": "1.001193.000.00.00.H21",
        "procedure_name": "Đăng ký khai sinh",
        "field_code": "G15-TP08",
        "field_name": "Hộ tịch",
        "channel": "2",
        "status": "10",
        "received_at": "20260803083000",
        "due_at": IMPOSSIBLE,
        "finished_at": "20260805100000",
        "returned_at": "20260806090000",
    }


def test_a_refusal_names_the_field_as_the_source_does(site: Config, refused: LandedLoad) -> None:
    with pytest.raises(IntakeError) as found:
        expect_good(site, refused, due_at="0912345678")
    assert "NgayHenTra" in str(found.value)
    assert "due_at" not in str(found.value)


def test_the_date_columns_are_those_that_the_contract_reads_as_dates() -> None:
    assert date_columns("staff") == {"as_of"}
    assert {"due_at", "received_at"} <= date_columns("dossier")
    assert "ngay_hen_tra" in date_columns("dossier_view")
    assert "dossier_code" not in date_columns("dossier")


def told_of_sources(config: Config) -> list[Row]:
    """What a build says of each source: the rows that its loads refused, and those of them that wait."""
    with open_warehouse(config.store.path) as connection:
        connection.execute("attach ':memory:' as mart; use mart")
        connection.execute(read_sql("ioc.store", "mart.sql"))
        connection.execute("use warehouse")
        write_sources(connection, config)
        return connection.rows("select source_id, quarantined, waiting from mart.sources")


def test_a_source_tells_how_many_of_its_rows_wait(site: Config, refused: LandedLoad) -> None:
    assert told_of_sources(site) == [(refused.source_id, 1, 1)]


def test_the_command_line_takes_the_documented_format(tmp_path: Path) -> None:
    config = make_site(tmp_path)
    write_lines(tmp_path / "inbox" / "dossiers" / "a.jsonl", [dossier(1, NgayHenTra=IMPOSSIBLE)])
    pipeline.run(config, clock=lambda: NOW, is_building=False)
    (row,) = list_refused(config.store.path, source=SOURCE, limit=10)
    state_correction(
        config,
        source_id=SOURCE,
        load_id=row.load_id,
        row_no=row.row_no,
        changes={"NgayHenTra": "20260812170000", "NgayTra": "20260811090000"},
        is_remembered=False,
        by="nobody",
        clock=lambda: NOW,
    )
    load_waiting(config, clock=lambda: NOW)
    assert list_refused(config.store.path, source=SOURCE, limit=10) == []
    # its load goes on accounting for the row
    assert told_of_sources(config) == [(SOURCE, 1, 0)]
    with open_warehouse(config.store.path) as connection:
        assert connection.rows("select due_at, returned_at from facts.dossiers") == [
            (datetime(2026, 8, 12, 17), datetime(2026, 8, 11, 9))
        ]
