"""A one-stop system's own view: read onwards in pages, and only read, from a PostgreSQL of our own."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from etl import pipeline
from etl.report import Buckets
from etl.sources.incoming import Failure, FetchContext, Incoming
from etl.sources.sql_session import open_database
from etl.sources.sql_view import fetch_view
from ioc.errors import ErrorClass, SourceError
from ioc.store.snapshots import Reader
from tests.one_stop import AT, COLUMNS, Site, dossier
from tests.postgres import PostgresServer, postgres_server


class OneStop:
    """The one-stop system's own schema in PostgreSQL: a table, and the view made for us."""

    def __init__(self, connection: psycopg.Connection, name: str) -> None:
        self.name = name
        self.connection = connection
        columns = ", ".join(f"{column} {kind}" for column, kind in COLUMNS.items())
        shown = ", ".join(column for column in COLUMNS if column != "chu_ho_so")
        connection.execute(f"create schema {name}; create table {name}.ho_so ({columns})")
        connection.execute(f"create view {name}.v_ioc_dossier as select {shown} from {name}.ho_so")
        connection.execute(f"grant usage on schema {name} to reader; grant select on {name}.v_ioc_dossier to reader")

    def put(self, *rows: Mapping[str, Any]) -> None:
        """Adds dossiers."""
        with self.connection.cursor() as cursor:
            for row in rows:
                names = ", ".join(row)
                values = ", ".join(["%s"] * len(row))
                cursor.execute(f"insert into {self.name}.ho_so ({names}) values ({values})", list(row.values()))

    def change(self, number: int, **fields: Any) -> None:
        """Replaces fields of a dossier."""
        changes = ", ".join(f"{column} = %s" for column in fields)
        self.connection.execute(
            f"update {self.name}.ho_so set {changes} where ma_ho_so = %s",
            [*fields.values(), f"H21.100-261103-{number:04}"],
        )

    def define(self, view: str) -> None:
        """Makes the view anew."""
        self.connection.execute(f"drop view {self.name}.v_ioc_dossier")
        self.connection.execute(f"create view {self.name}.v_ioc_dossier as {view.format(table=f'{self.name}.ho_so')}")
        self.connection.execute(f"grant select on {self.name}.v_ioc_dossier to reader")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with postgres_server() as running:
        with running.connect() as connection:
            connection.execute("create role reader login password 'read only'")
        yield running


@pytest.fixture
def one_stop(server: PostgresServer, tmp_path: Path) -> Iterator[OneStop]:
    with server.connect() as connection:
        name = f"s{connection.execute('select count(*) from pg_namespace').fetchall()[0][0]}"
        yield OneStop(connection, name)


@pytest.fixture
def site(server: PostgresServer, one_stop: OneStop, tmp_path: Path) -> Site:
    url = server.url(user="reader", password="read only")
    return Site(tmp_path, url, {"view": f"{one_stop.name}.v_ioc_dossier", "max_retries": 0})


# a real PostgreSQL: read once, then onwards


def test_a_view_is_loaded_page_by_page_and_a_second_run_loads_nothing(site: Site, one_stop: OneStop) -> None:
    one_stop.put(*(dossier(number) for number in range(1, 26)))

    first = site.run(page_rows=10)
    again = site.run(page_rows=10)

    assert [load.buckets.loaded for load in first.loads] == [9, 9, 7]
    assert not first.failures
    assert len(site.facts("dossier_code")) == 25
    assert (again.loaded, again.rows_in) == (0, 25)
    assert site.ask("select count(*) from facts.dossier_versions") == [(25,)]


def test_a_third_run_over_the_same_window_is_known_without_merging(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1), dossier(2))
    site.run()
    site.run()
    loads = site.ask("select count(*) from loads")

    third = site.run()

    assert [load.is_new for load in third.loads] == [False]
    assert site.ask("select count(*) from loads") == loads


def test_typed_columns_of_postgresql_arrive_as_they_are(site: Site, one_stop: OneStop) -> None:
    one_stop.put(
        dossier(
            1,
            ngay_tra="2026-11-06 09:00:00.125",
            ngay_yeu_cau_bo_sung="2026-11-04 08:00:00",
            co_so_hoa=1,
            co_tai_su_dung=2,
            lay_tu_kho_dmqg=0,
            co_ket_qua_dien_tu=True,
            ket_qua_ky_so=False,
            thanh_toan_truc_tuyen="1",
        )
    )

    site.run()

    columns = (
        "dossier_code", "unit_code", "procedure_base", "status_code", "channel", "service_level_code", "returned_at",
        "supplement_count", "has_digitised_component", "reused_count", "from_store_count", "has_result_file",
        "is_result_signed", "paid_online", "has_fee_obligation", "is_deleted", "issues",
    )  # fmt: skip
    (row,) = site.facts(", ".join(columns))
    assert dict(zip(columns, row, strict=True)) == {
        "dossier_code": "H21.100-261103-0001",
        "unit_code": "23614",
        "procedure_base": "1.001193",
        "status_code": 9,
        "channel": 2,
        "service_level_code": 4,
        "returned_at": datetime(2026, 11, 6, 9, 0, 0, 125_000),
        "supplement_count": 1,
        "has_digitised_component": True,
        "reused_count": 2,
        "from_store_count": 0,
        "has_result_file": True,
        "is_result_signed": False,
        "paid_online": 1,
        "has_fee_obligation": True,
        "is_deleted": False,
        "issues": [],
    }


def test_a_changed_row_becomes_a_version(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1, trang_thai="4", ngay_ket_thuc_xu_ly=None), dossier(2))
    site.run()
    one_stop.change(1, trang_thai="9", ngay_ket_thuc_xu_ly="2026-11-05 10:00:00", ngay_cap_nhat="2026-11-05 10:00:00")

    report = site.run()

    assert report.loaded == 1
    assert site.facts("status_code") == [(9,), (9,)]
    assert site.ask("select status_code from facts.dossier_versions order by version_id") == [(4,), (9,), (9,)]


def test_a_deleted_dossier_leaves_the_figures_and_keeps_its_versions(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1), dossier(2))
    pipeline.run(site.config(), clock=lambda: AT)
    before = received(site)
    one_stop.change(2, da_xoa=True, ngay_cap_nhat="2026-11-10 08:00:00")

    pipeline.run(site.config(), clock=lambda: AT)

    assert (before, received(site)) == ([(2,)], [(1,)])
    assert site.facts("is_deleted") == [(False,), (True,)]


def received(site: Site) -> list[tuple[Any, ...]]:
    """The dossiers of November in the newest snapshot."""
    snapshot = Reader(site.folder / "store").current()
    assert snapshot is not None
    with closing(snapshot.connection):
        return snapshot.connection.rows(
            "select denominator::integer from readings where indicator = 'online_submission_simple' "
            "and unit_code = '23614' and period = '2026-11' and series = 'dossiers'"
        )


def test_rows_that_were_being_written_are_not_missed(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1, ngay_cap_nhat="2026-11-05 10:00:00"))
    site.run()
    one_stop.put(dossier(2, ngay_cap_nhat="2026-11-05 09:59:59"), dossier(3, ngay_cap_nhat="2026-11-01 10:00:00"))

    assert site.run(overlap="1h", refresh_open=None).loaded == 1
    assert site.run(overlap="7d", refresh_open=None).loaded == 1


def test_a_change_in_the_future_does_not_stop_the_reading(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1), dossier(2, ngay_cap_nhat="2099-01-01 00:00:00"))
    site.run()
    one_stop.put(dossier(3))

    assert site.run().loaded == 1
    assert site.facts("issues") == [([],), (["updated_in_future"],), ([],)]


def test_open_dossiers_are_read_again_every_week(site: Site, one_stop: OneStop) -> None:
    # statuses change without a word in the watermark
    old = "2026-09-01 08:00:00"
    one_stop.put(*(dossier(n, trang_thai="4", ngay_ket_thuc_xu_ly=None, ngay_cap_nhat=old) for n in (1, 2)), dossier(3))
    site.run()
    one_stop.change(1, trang_thai="5")
    one_stop.change(2, trang_thai="9", ngay_ket_thuc_xu_ly="2026-11-21 10:00:00")

    sooner = site.run(at=AT + timedelta(days=6, hours=23))
    later = site.run(at=AT + timedelta(days=7))
    then = site.run(at=AT + timedelta(days=7, hours=1))

    assert (sooner.loaded, later.loaded, then.loaded) == (0, 2, 0)
    assert site.facts("status_code") == [(5,), (9,), (9,)]
    assert [load.origin for load in later.loads if "trang_thai" in load.origin]
    assert not [load.origin for load in then.loads if "trang_thai" in load.origin]


def test_a_failing_page_keeps_what_was_loaded_and_the_next_run_goes_on(site: Site, one_stop: OneStop) -> None:
    one_stop.put(*(dossier(number) for number in range(1, 31)))
    rest_of_them = ", ".join(column for column in COLUMNS if column not in ("chu_ho_so", "trang_thai"))

    def fetch_while_the_view_is_replaced(context: FetchContext) -> Iterator[Incoming | Failure]:
        for item in fetch_view(context):
            yield item
            one_stop.define(f"select {rest_of_them} from {{table}}")

    (broken,) = pipeline.run(
        site.config(page_rows=10),
        clock=lambda: AT,
        fetches={"database": fetch_while_the_view_is_replaced},
        is_building=False,
    ).sources
    kept = site.facts("dossier_code")
    one_stop.define("select * from {table}")
    mended = site.run(page_rows=10)

    assert [load.error_class for load in broken.loads] == [None, ErrorClass.SCHEMA]
    assert len(kept) == 9
    assert not mended.failures
    assert len(site.facts("dossier_code")) == 30


def test_rows_alike_in_watermark_and_key_are_never_torn_apart(site: Site, one_stop: OneStop) -> None:
    alike = [dossier(number, ngay_cap_nhat="2026-11-05 10:00:00") for number in (*range(1, 9), 4, 4, 4, 4)]
    one_stop.put(*alike)

    report = site.run(page_rows=3)

    assert report.buckets == Buckets(rows_in=12, loaded=8, superseded=4)


def test_one_and_the_same_row_without_end_is_refused(site: Site, one_stop: OneStop) -> None:
    one_stop.put(*(dossier(1) for _number in range(70)))
    report = site.run(page_rows=1)
    assert [load.error_class for load in report.loads] == [ErrorClass.SCHEMA]


# a real PostgreSQL: what it refuses, and what we never ask


def test_a_session_cannot_write(site: Site, one_stop: OneStop, server: PostgresServer) -> None:
    owner = Site(site.folder, server.url(), site.settings)
    database = open_database(owner.source())
    table = f"{one_stop.name}.ho_so"

    def write(connection: Any) -> None:
        connection.execute(text(f"insert into {table} (ma_ho_so) values ('x')"))

    with pytest.raises(SourceError, match="25006"):
        database.ask(write)
    with database.session() as connection:
        assert connection.execute(text(f"select count(*) from {table}")).scalar() == 0


def test_a_wrong_password_is_told_as_such_and_not_shown(site: Site, server: PostgresServer) -> None:
    other = Site(site.folder, server.url(user="reader", password="a guess"), site.settings)
    (load,) = other.run().loads
    assert load.error_class == ErrorClass.AUTH
    assert "guess" not in str(load.message)
    assert str(server.port) not in str(load.message)


def test_a_view_that_the_login_may_not_read_is_told_as_such(site: Site, one_stop: OneStop) -> None:
    one_stop.connection.execute(f"revoke select on {one_stop.name}.v_ioc_dossier from reader")
    assert site.error() == ErrorClass.AUTH


def test_a_slow_view_ends_in_time(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1))
    shown = ", ".join(column for column in COLUMNS if column not in ("chu_ho_so", "co_so_hoa"))
    one_stop.define(f"select {shown}, (pg_sleep(30) is null)::integer as co_so_hoa from {{table}}")
    started = time.monotonic()
    assert site.error(statement_timeout_s=0.3) == ErrorClass.TRANSPORT
    assert time.monotonic() - started < 10


def test_a_server_that_is_not_there_is_asked_again_and_then_given_up(site: Site) -> None:
    away = Site(site.folder, "postgresql+psycopg://reader@127.0.0.1:1/postgres", site.settings)
    assert away.error(max_retries=1) == ErrorClass.TRANSPORT


@pytest.mark.parametrize("column", ["ma_ho_so", "kenh_thuc_hien", "ngay_cap_nhat", "ngay_hen_tra"])
def test_a_missing_required_column_is_named(site: Site, one_stop: OneStop, column: str) -> None:
    one_stop.put(dossier(1))
    shown = ", ".join(name for name in COLUMNS if name not in ("chu_ho_so", column))
    one_stop.define(f"select {shown} from {{table}}")

    (load,) = site.run().loads

    assert load.error_class == ErrorClass.SCHEMA
    assert column in str(load.message)


def test_a_fault_of_the_view_itself_is_told(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1))
    columns = ", ".join(column for column in COLUMNS if column not in ("chu_ho_so", "co_so_hoa"))
    one_stop.define(f"select {columns}, 1 / (length(ma_don_vi) - 7) as co_so_hoa from {{table}}")
    assert site.error() == ErrorClass.VALUE


def test_a_missing_view_is_told(site: Site, one_stop: OneStop) -> None:
    assert site.error(view=f"{one_stop.name}.v_ioc_dosier") == ErrorClass.SCHEMA


def test_missing_optional_columns_are_null(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1))
    one_stop.define(
        "select ma_ho_so, ma_don_vi, ma_tthc, kenh_thuc_hien, trang_thai, ngay_tiep_nhan, ngay_hen_tra, "
        "ngay_ket_thuc_xu_ly, ngay_cap_nhat as sua_luc from {table}"
    )
    assert site.run(watermark="sua_luc").loaded == 1
    assert site.facts("procedure_name, has_fee_obligation, is_result_signed, is_deleted") == [(None, None, None, False)]


def test_an_empty_view_is_legal_and_said(site: Site) -> None:
    report = site.run()
    assert [load.error_class for load in report.loads] == [ErrorClass.EMPTY]
    assert not report.failures


def test_an_infinite_date_and_a_zone_are_understood(site: Site, one_stop: OneStop) -> None:
    # psycopg itself has no date for infinity, and a zone of the database is not ours
    one_stop.connection.execute(
        f"drop view {one_stop.name}.v_ioc_dossier;"
        f"alter table {one_stop.name}.ho_so alter ngay_cap_nhat type timestamptz using ngay_cap_nhat at time zone 'UTC'"
    )
    one_stop.connection.execute(f"create view {one_stop.name}.v_ioc_dossier as select 1 as nothing")
    one_stop.define("select * from {table}")
    one_stop.put(
        dossier(1, ngay_hen_tra="infinity", ngay_cap_nhat="2026-11-05 20:00:00Z"),
        dossier(2, ngay_cap_nhat="2026-11-06 10:00:00+07"),
    )
    site.run()
    one_stop.put(dossier(3, ngay_cap_nhat="2026-11-06 02:00:00Z"))

    report = site.run(overlap="2h")

    assert report.buckets == Buckets(rows_in=2, loaded=1, unchanged=1)
    assert site.facts("due_at")[0] == (None,)
    assert site.ask("select as_of from loads where loaded = 2") == [(datetime(2026, 11, 6, 10),)]


def test_nobody_is_named_in_what_is_stored(site: Site, one_stop: OneStop) -> None:
    one_stop.put(dossier(1, ma_ho_so="Nguyễn Văn Người Nộp"), dossier(2, ten_tthc="Cấp cho ông Nguyễn Văn Người Nộp"))
    one_stop.define("select * from {table}")
    site.run()
    stored = b"".join(path.read_bytes() for path in (site.folder / "store").rglob("*") if path.is_file())
    told = site.ask("select procedure_name from facts.dossiers") + site.ask("select value from quarantine")
    assert "Người Nộp".encode() not in stored
    assert "Người" not in str(told)


def test_two_hundred_thousand_rows_need_little_memory(site: Site, one_stop: OneStop) -> None:
    row = dossier(0)
    fixed = {name: value for name, value in row.items() if name not in ("ma_ho_so", "ngay_cap_nhat")}
    one_stop.connection.execute(
        f"insert into {one_stop.name}.ho_so ({', '.join(fixed)}, ma_ho_so, ngay_cap_nhat) "
        f"select {', '.join(['%s::text::' + COLUMNS[name] for name in fixed])}, "
        "'H21.100-261103-' || n, timestamp '2026-11-03' + n * interval '1 second' "
        "from generate_series(100001, 300000) n",
        [str(value) for value in fixed.values()],
    )
    site.config()
    program = f"""
        from datetime import datetime
        from pathlib import Path
        from etl import pipeline
        from ioc.config import load_config
        config = load_config(Path({str(site.folder)!r}) / "config.yaml", environ={{"DATABASE": {site.url!r}}})
        report = pipeline.run(config, clock=lambda: datetime(2026, 11, 20, 9), is_building=False)
        status = Path("/proc/self/status").read_text()
        print(report.sources[0].loaded, int(status.split("VmHWM:")[1].split()[0]) // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=True,
    )  # fmt: skip
    loaded, peak_mb = map(int, done.stdout.split()[-2:])
    print(f"{peak_mb} MB")
    assert loaded == 200_000
    assert peak_mb < 900
