"""Views as databases really are: the dirt row by row, faults by their codes, other dialects, the settings."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from sqlalchemy import ColumnClause, DateTime, String, column, table, text
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.exc import OperationalError, ProgrammingError

from etl.report import Buckets, SourceReport
from etl.sources.sql_faults import explain
from etl.sources.sql_pages import Place, Reading, View, find_view, page_statement, read_pages
from etl.sources.sql_session import open_database
from etl.sources.sql_view import DOSSIERS, ReadSoFar, shift_back
from ioc.config import SqlViewSettings
from ioc.errors import ConfigError, ErrorClass, SourceError, TransientSourceError
from tests.one_stop import COLUMNS, Site, dossier

LEAST_KINDS_OF_DIRT = 15


def fill(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """A SQLite database with these rows in its view; SQLite takes whatever is put into a column."""
    shown = ", ".join(name for name in COLUMNS if name != "chu_ho_so")
    with closing(sqlite3.connect(path)) as connection:
        columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
        connection.execute(f"create table if not exists ho_so ({columns})")
        connection.execute(f"create view if not exists v_ioc_dossier as select {shown} from ho_so")
        for row in rows:
            marks = ", ".join("?" * len(row))
            connection.execute(f"insert into ho_so ({', '.join(row)}) values ({marks})", list(row.values()))
        connection.commit()


def site_over(folder: Path, *rows: Mapping[str, Any], **settings: Any) -> Site:
    """A site whose source is a SQLite file with these rows."""
    fill(folder / "one_stop.db", rows)
    return Site(folder, f"sqlite:///{folder / 'one_stop.db'}", settings)


# the dirt, one row each


@dataclass(frozen=True)
class Dirt:
    """One dirty row: what is wrong with it, and what becomes of it."""

    what: str
    row: Mapping[str, Any]
    facts: Mapping[str, Any] = field(default_factory=dict)
    refused: tuple[str, str] | None = None
    """Field and reason."""


CODE = "H21.100-261103-9999"
DIRT = [
    Dirt("char columns padded with spaces", {"ma_ho_so": CODE.ljust(50)}, {"dossier_code": CODE}),
    Dirt("a unit's code in small letters, padded", {"ma_don_vi": "h21.100   "}, {"unit_code": "23614"}),
    Dirt("a unit's code in the old order", {"ma_don_vi": "000.00.100.H21"}, {"source_unit_code": "H21.100"}),
    Dirt("a unit that nobody knows", {"ma_don_vi": "H99.999"}, refused=("ma_don_vi", "UNKNOWN_UNIT")),
    Dirt("no unit", {"ma_don_vi": "  "}, refused=("ma_don_vi", "MISSING")),
    Dirt("no dossier number", {"ma_ho_so": None}, refused=("ma_ho_so", "MISSING")),
    Dirt("a name for a dossier number", {"ma_ho_so": "Nguyễn Văn A"}, refused=("ma_ho_so", "VALUE")),
    Dirt("an identity number for a dossier number", {"ma_ho_so": "031200001234"}, refused=("ma_ho_so", "VALUE")),
    Dirt("no procedure", {"ma_tthc": "NULL"}, refused=("ma_tthc", "MISSING")),
    Dirt("the smallest datetime of SQL Server", {"ngay_hen_tra": "1753-01-01 00:00:00.000"}, {"due_at": None}),
    Dirt("the smallest datetime2", {"ngay_hen_tra": "0001-01-01 00:00:00.0000000"}, {"due_at": None}),
    Dirt("the smallest smalldatetime", {"ngay_hen_tra": "1900-01-01 00:00:00"}, {"due_at": None}),
    Dirt("MySQL's zero date", {"ngay_hen_tra": "0000-00-00 00:00:00"}, {"due_at": None}),
    Dirt("the Unix epoch", {"ngay_hen_tra": "1970-01-01 07:00:00"}, {"due_at": None}),
    Dirt("the largest datetime", {"ngay_hen_tra": "9999-12-31 23:59:59.997"}, {"due_at": None}),
    Dirt("no due date", {"ngay_hen_tra": None}, {"due_at": None}),
    Dirt("a due date without a time", {"ngay_hen_tra": "2026-11-06"}, {"due_at": datetime(2026, 11, 6)}),
    Dirt("100 nanoseconds", {"ngay_tra": "2026-11-06 09:00:00.1234567"},
         {"returned_at": datetime(2026, 11, 6, 9, 0, 0, 123456)}),
    Dirt("a zone", {"ngay_tra": "2026-11-06 02:00:00+00"}, {"returned_at": datetime(2026, 11, 6, 9)}),
    Dirt("ISO with Z", {"ngay_tra": "2026-11-06T02:00:00Z"}, {"returned_at": datetime(2026, 11, 6, 9)}),
    Dirt("the national interface's dates", {"ngay_tra": "20261106090000"}, {"returned_at": datetime(2026, 11, 6, 9)}),
    Dirt("a date with the day first", {"ngay_tra": "06/11/2026 09:00:00"}, {"returned_at": datetime(2026, 11, 6, 9)}),
    Dirt("a day that no month has", {"ngay_tra": "2026-11-31 09:00:00"}, refused=("ngay_tra", "VALUE")),
    Dirt("words for a date", {"ngay_tra": "chưa trả"}, refused=("ngay_tra", "VALUE")),
    Dirt("not received, though in process", {"ngay_tiep_nhan": None}, refused=("ngay_tiep_nhan", "MISSING")),
    Dirt("not received, and not accepted", {"ngay_tiep_nhan": None, "trang_thai": "3"}, {"received_at": None}),
    Dirt("no channel", {"kenh_thuc_hien": None}, {"channel": 1, "channel_imputed": True}),
    Dirt("a channel that does not exist", {"kenh_thuc_hien": "9"}, refused=("kenh_thuc_hien", "VALUE")),
    Dirt("a status as a floating number", {"trang_thai": 9.0}, {"status_code": 9}),
    Dirt("a status with a leading zero", {"trang_thai": "09 "}, {"status_code": 9}),
    Dirt("a status beyond the list", {"trang_thai": "11"}, refused=("trang_thai", "VALUE")),
    Dirt("a status in words", {"trang_thai": "Đã trả"}, refused=("trang_thai", "VALUE")),
    Dirt("no status", {"trang_thai": ""}, refused=("trang_thai", "MISSING")),
    Dirt("finished before it was received", {"ngay_ket_thuc_xu_ly": "2026-11-01 08:00:00"},
         {"issues": ["finished_before_received"]}),
    Dirt("due before it was received", {"ngay_hen_tra": "2026-10-01"}, {"issues": ["due_before_received"]}),
    Dirt("received in the future", {"ngay_tiep_nhan": "2027-11-03 08:30:00", "ngay_hen_tra": None,
         "ngay_ket_thuc_xu_ly": None, "trang_thai": "4"}, {"issues": ["received_in_future"]}),
    Dirt("lost Vietnamese letters", {"ten_tthc": "Ðang ký khai sinh".replace("Ð", "?"), "ten_don_vi": "UBND phu?ng"},
         {"procedure_name": None, "processing_unit_name": None}),
    Dirt("decomposed letters", {"ten_linh_vuc": "Hộ tịch"}, {"field_name": "Hộ tịch"}),
    Dirt("flags as words", {"co_so_hoa": "true", "ket_qua_ky_so": "False"},
         {"has_digitised_component": True, "is_result_signed": False}),
    Dirt("flags in words of people", {"co_so_hoa": "có"}, refused=("co_so_hoa", "VALUE")),
    Dirt("a count for a flag", {"co_tai_su_dung": 3}, {"reused_count": 3}),
    Dirt("a payment that does not exist", {"thanh_toan_truc_tuyen": "7"}, refused=("thanh_toan_truc_tuyen", "VALUE")),
    Dirt("nothing said of payment and signature", {"thanh_toan_truc_tuyen": None, "ket_qua_ky_so": None,
         "co_nghia_vu_tai_chinh": None}, {"paid_online": None, "is_result_signed": None, "has_fee_obligation": None}),
    Dirt("deleted", {"da_xoa": 1}, {"is_deleted": True}),
    Dirt("a telephone in the code of a field", {"ma_linh_vuc": "0912345678"}, refused=("ma_linh_vuc", "VALUE")),
    Dirt("a level that does not exist", {"muc_do": "5"}, refused=("muc_do", "VALUE")),
]  # fmt: skip


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Site, SourceReport]:
    """All the dirt in one view, in the order of the list."""
    site = site_over(
        tmp_path_factory.mktemp("dirt"), *(dossier(number, **dirt.row) for number, dirt in enumerate(DIRT, start=1))
    )
    return site, site.run()


@pytest.mark.parametrize("dirt", DIRT, ids=lambda dirt: dirt.what.replace(" ", "-"))
def test_a_dirty_row_becomes_what_is_expected(dirty: tuple[Site, SourceReport], dirt: Dirt) -> None:
    site, _report = dirty
    row_no = DIRT.index(dirt) + 1
    refused = site.ask(f"select field, reason from quarantine where row_no = {row_no}")
    assert refused == ([dirt.refused] if dirt.refused else [])
    names = ", ".join(dirt.facts) or "row_no"
    rows = site.ask(f"select {names} from facts.dossiers where row_no = {row_no}")
    assert rows == ([] if dirt.refused else [tuple(dirt.facts.values()) or (row_no,)])


def test_no_dirty_row_is_lost(dirty: tuple[Site, SourceReport]) -> None:
    _site, report = dirty
    buckets = report.buckets
    refused = sum(dirt.refused is not None for dirt in DIRT)
    assert buckets == Buckets(rows_in=len(DIRT), loaded=len(DIRT) - refused, quarantined=refused)
    assert len({dirt.what for dirt in DIRT}) > LEAST_KINDS_OF_DIRT


def test_lost_letters_are_said(dirty: tuple[Site, SourceReport]) -> None:
    _site, report = dirty
    ((warning, *_oddities),) = (load.warnings for load in report.loads)
    assert "1" in warning
    assert "nvarchar" in warning


def test_values_that_may_name_somebody_are_not_stored(dirty: tuple[Site, SourceReport]) -> None:
    site, _report = dirty
    stored = b"".join(path.read_bytes() for path in (site.folder / "store").rglob("*") if path.is_file())
    for private in ("Nguyễn Văn", "031200001234", "0912345678", "Người Nộp"):
        assert private.encode() not in stored


# rows that the keyset could lose


def test_rows_that_never_say_when_they_changed_are_refused_and_not_forgotten(tmp_path: Path) -> None:
    site = site_over(tmp_path, dossier(1), dossier(2, ngay_cap_nhat=None), dossier(3, ngay_cap_nhat=None))
    report = site.run(page_rows=1)
    assert report.buckets == Buckets(rows_in=3, loaded=1, quarantined=2)
    assert site.ask("select distinct field, reason from quarantine") == [("ngay_cap_nhat", "MISSING")]


@settings(deadline=None, max_examples=40)
@given(minutes=st.lists(st.integers(0, 3), min_size=1, max_size=25), page_rows=st.integers(1, 6))
def test_pages_give_every_row_exactly_once(minutes: Sequence[int], page_rows: int) -> None:
    rows = [dossier(number // 3, ngay_cap_nhat=f"2026-11-05 10:0{minute}:00") for number, minute in enumerate(minutes)]
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(site_over(Path(folder), *rows).source())
        view = find_view(database, "v_ioc_dossier", DOSSIERS)
        reading = Reading(order=("ngay_cap_nhat", "ma_ho_so"))
        pages = list(read_pages(database, view, reading, page_rows=page_rows))
    read = [
        (row["ngay_cap_nhat"], row["ma_ho_so"])
        for page in pages
        for row in page.rows.select(["ngay_cap_nhat", "ma_ho_so"]).to_pylist()
    ]
    assert read == sorted((row["ngay_cap_nhat"], row["ma_ho_so"]) for row in rows)
    assert [page.is_last for page in pages] == [False] * (len(pages) - 1) + [True]


@given(
    moment=st.datetimes(datetime(2000, 1, 1), datetime(2060, 1, 1)),
    spelling=st.sampled_from(["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S.%f"]),
    zone=st.sampled_from(["", "+07", "+07:00", "Z"]),
    overlap=st.timedeltas(timedelta(seconds=1), timedelta(days=60)),
)
def test_a_watermark_goes_back_by_the_overlap_in_its_own_spelling(
    moment: datetime, spelling: str, zone: str, overlap: timedelta
) -> None:
    zone = "" if spelling.endswith("%H%M%S") else zone
    written = moment.strftime(spelling) + zone
    earlier = shift_back(written, overlap)
    assert earlier < written
    whole_s = (moment.replace(microsecond=0) - overlap).replace(microsecond=0)
    assert earlier == whole_s.strftime(spelling.removesuffix(".%f")) + zone


def test_how_far_a_view_was_read_never_goes_back() -> None:
    so_far = ReadSoFar("2026-11-05 10:00:00", datetime(2026, 11, 5, 12))
    assert so_far.advanced("2026-11-04 10:00:00").advanced(None) == so_far
    assert ReadSoFar.parse(so_far.text()) == so_far
    assert ReadSoFar.parse(None) == ReadSoFar()


# sessions


def test_a_file_is_neither_created_nor_written(tmp_path: Path) -> None:
    away = Site(tmp_path, f"sqlite:///{tmp_path / 'absent.db'}", {"max_retries": 0})
    assert away.error() == ErrorClass.TRANSPORT
    assert not (tmp_path / "absent.db").exists()

    site = site_over(tmp_path, dossier(1), max_retries=0)
    with pytest.raises(SourceError):
        open_database(site.source()).ask(lambda connection: connection.execute(text("delete from ho_so")))
    assert site.run().loaded == 1


def test_an_endless_statement_is_ended(tmp_path: Path) -> None:
    database = open_database(site_over(tmp_path, dossier(1), max_retries=0, statement_timeout_s=0.2).source())
    endless = "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n"
    with pytest.raises(TransientSourceError):
        database.ask(lambda connection: connection.execute(text(endless)).scalar())


def test_what_another_try_may_cure_is_tried_again(tmp_path: Path) -> None:
    site = site_over(tmp_path, dossier(1), statement_timeout_s=0.2, max_retries=5)
    held = threading.Event()

    def hold() -> None:
        with closing(sqlite3.connect(tmp_path / "one_stop.db", isolation_level=None)) as other:
            other.execute("begin exclusive")
            held.set()
            time.sleep(0.7)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait()
    assert site.run().loaded == 1
    holder.join()


# what the codes of other databases mean


class DriverError(Exception):
    """An error as a driver gives it."""


@pytest.mark.parametrize(
    ("arguments", "error_class"),
    [
        ((1045, "Access denied for user"), ErrorClass.AUTH),
        ((1142, "SELECT command denied"), ErrorClass.AUTH),
        ((1146, "Table doesn't exist"), ErrorClass.SCHEMA),
        ((1054, "Unknown column"), ErrorClass.SCHEMA),
        ((1213, "Deadlock found"), ErrorClass.TRANSPORT),
        ((1205, "Lock wait timeout exceeded"), ErrorClass.TRANSPORT),
        ((3024, "maximum statement execution time exceeded"), ErrorClass.TRANSPORT),
        ((2003, "Can't connect"), ErrorClass.TRANSPORT),
        (("28000", "[28000] Login failed for user 'x'. (18456)"), ErrorClass.AUTH),
        (("42000", "[42000] The SELECT permission was denied on the object (229)"), ErrorClass.AUTH),
        (("42S02", "[42S02] Invalid object name (208)"), ErrorClass.SCHEMA),
        (("42S22", "[42S22] Invalid column name (207)"), ErrorClass.SCHEMA),
        (("40001", "[40001] Transaction was deadlocked (1205)"), ErrorClass.TRANSPORT),
        (("HYT00", "[HYT00] Query timeout expired (0)"), ErrorClass.TRANSPORT),
        (("08S01", "[08S01] Communication link failure"), ErrorClass.TRANSPORT),
        (("22007", "[22007] Conversion failed"), ErrorClass.VALUE),
    ],
)
def test_codes_of_mysql_and_sql_server_are_understood(arguments: tuple[Any, ...], error_class: ErrorClass) -> None:
    told = explain(ProgrammingError("select", {}, DriverError(*arguments)), dialect="mssql")
    assert told.error_class == error_class
    assert isinstance(told, TransientSourceError) == (error_class == ErrorClass.TRANSPORT)
    assert str(arguments[1]) not in str(told)


def test_a_lost_connection_without_a_code_is_transport() -> None:
    assert explain(OperationalError("", {}, DriverError("gone")), dialect="x").error_class == ErrorClass.TRANSPORT


# statements for the databases that are not at hand


def statement_of(dialect: Any, name: str) -> str:
    columns: dict[str, ColumnClause[Any]] = {known: column(known, String()) for known in DOSSIERS.names}
    columns["ngay_cap_nhat"] = column("ngay_cap_nhat", DateTime())
    relation = table("v_ioc_dossier", *columns.values(), schema="ioc")
    view = View(relation, columns, name, DOSSIERS.names)
    place = Place(("2026-11-05 10:00:00.1233333", "H21.100-1"))
    reading = Reading(order=("ngay_cap_nhat", "ma_ho_so"), since="2026-11-04 10:00:00")
    made = page_statement(view, reading, after=place, limit=100)
    return " ".join(str(made.compile(dialect=dialect(), compile_kwargs={"literal_binds": True})).split())


def test_sql_server_gets_its_own_words() -> None:
    statement = statement_of(mssql.dialect, "mssql")
    assert "TOP 100" in statement
    assert "convert(nvarchar(34), convert(datetime2(7), ioc.v_ioc_dossier.ngay_cap_nhat), 121)" in statement
    assert "ngay_cap_nhat >= convert(datetime2(7), '2026-11-05 10:00:00.1233333', 121)" in statement
    assert "CAST(ioc.v_ioc_dossier.ten_tthc AS NVARCHAR(max))" in statement
    assert "OFFSET" not in statement
    assert "*" not in statement


def test_mysql_gets_its_own_words() -> None:
    statement = statement_of(mysql.dialect, "mysql")
    assert "CAST(ioc.v_ioc_dossier.ngay_cap_nhat AS CHAR)" in statement
    assert "ngay_cap_nhat >= '2026-11-05 10:00:00.1233333'" in statement
    assert statement.endswith("LIMIT 100")


# settings


@pytest.mark.parametrize(
    ("url", "extra"),
    [("mysql+pymysql://ioc@db/one_stop", "mysql"), ("mssql+pyodbc://ioc@db/one_stop", "sqlserver")],
)
def test_a_missing_driver_is_named_with_its_extra(tmp_path: Path, url: str, extra: str) -> None:
    site = Site(tmp_path, url)
    if find_spec(url.split("+")[1].split(":")[0]) is not None:
        pytest.skip("the driver is installed here")
    (load,) = site.run().loads
    assert f"ioc[{extra}]" in str(load.message)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://ioc:secret@db/one_stop",
        "mssql+pyodbc:///?odbc_connect=DRIVER%3Dx%3BUID%3Dioc%3BPWD%3Dsecret",
        "mysql+pymysql://db/one_stop?user=ioc&password=secret",
    ],
)
def test_a_password_in_the_file_is_refused_and_not_shown(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigError, match=r"sources\.database\.url") as found:
        Site(tmp_path, "").config(url=url)
    assert "secret" not in str(found.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"view": "v_ioc_dossier; drop table ho_so"},
        {"view": "a.b.c"},
        {"watermark": "ngay_cap_nhat desc"},
        {"url": "oracle://db/one_stop"},
        {"url": "postgresql://db/one_stop"},
        {"page_rows": 0},
        {"overlap": "soon"},
        {"refresh_open": "0d"},
    ],
)
def test_settings_that_cannot_be_meant_are_refused(tmp_path: Path, settings: Mapping[str, Any]) -> None:
    with pytest.raises(ConfigError):
        Site(tmp_path, "sqlite:///x.db").config(**settings)


def test_what_a_row_is_follows_from_the_name_of_the_view() -> None:
    def settings_of(**given: Any) -> SqlViewSettings:
        return SqlViewSettings(kind="sql_view", url=SecretStr("sqlite:///x.db"), **given)

    assert not settings_of().is_statistic
    assert settings_of(view="ioc.v_ioc_dossier_stat").is_statistic
    assert settings_of(view="v_counts", granularity="statistic").is_statistic
    assert not settings_of(view="v_ioc_dossier_stat", granularity="dossier").is_statistic
