"""The writable DuckDB with all facts: one writer process at a time, held by a lock file."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path

import pyarrow as pa

from ioc.errors import StoreError
from ioc.store.engine import Connection, open_writer
from ioc.store.lock import FileLock
from ioc.words import gettext as _
from ioc.working_days import WorkingDays

FILE = "warehouse.duckdb"
LONG_LOG_BYTES = 16 << 20
"""To read a shorter one again at the next start takes less time than to put it into the file."""
LOCK_WAIT_S = 600.0
"""How long a second run waits for the first to finish."""
POLL_S = 0.2


@cache
def read_sql(package: str, name: str) -> str:
    """The text of an .sql file that ships with a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


@contextmanager
def open_warehouse(store: Path, *, wait_s: float = LOCK_WAIT_S) -> Iterator[Connection]:
    """The writing connection, with the schema in place; waits for another run, then gives up with a StoreError."""
    store.mkdir(parents=True, exist_ok=True)
    with FileLock(store / "writer.lock") as lock:
        _wait_for(lock, store, wait_s=wait_s)
        connection = open_writer(store / FILE)
        connection.execute("pragma disable_checkpoint_on_shutdown")
        try:
            _put_schema(connection)
            yield connection
        finally:
            connection.close()


def shorten_log(connection: Connection, store: Path) -> None:
    """Takes a long log into the warehouse's file now, beside other work; closing leaves it as it is.

    Nothing may be asking yet what was asked before the last change.
    """
    log = store / f"{FILE}.wal"
    if log.exists() and log.stat().st_size > LONG_LOG_BYTES:
        connection.execute("checkpoint")


def _put_schema(connection: Connection) -> None:
    """Brings the schema to this version's; a warehouse that has it already is left as it is, which is much quicker."""
    schema = read_sql("ioc.store", "warehouse.sql")
    fingerprint = hashlib.sha256(schema.encode()).hexdigest()
    if _schema_fingerprint(connection) != fingerprint:
        connection.execute(schema)
        connection.execute(
            "begin; create or replace table schema_text (fingerprint varchar not null); "
            f"insert into schema_text values ('{fingerprint}'); commit"
        )


def _schema_fingerprint(connection: Connection) -> str | None:
    try:
        return str(connection.row("select fingerprint from schema_text")[0])
    except StoreError:
        # a new warehouse, or one of a version that did not note it
        return None


def set_unit_codes(connection: Connection, xref: Mapping[str, str]) -> None:
    """Puts the crosswalk where contracts can join it: source_unit_code → unit_code."""
    table = pa.table(
        {
            "source_unit_code": pa.array(list(xref.keys()), pa.string()),
            "unit_code": pa.array(list(xref.values()), pa.string()),
        }
    )
    connection.register("unit_xref_arrow", table)
    connection.execute("create or replace temp table unit_xref as select * from unit_xref_arrow")
    connection.unregister("unit_xref_arrow")


def set_working_days(connection: Connection, calendar: WorkingDays) -> None:
    """Puts the calendar where terms in working days are counted by it."""
    table = pa.table(
        {
            "first_day": pa.array([calendar.first_day], pa.date32()),
            "numbers": pa.array([calendar.numbers], pa.list_(pa.int32())),
            "working_days": pa.array([calendar.days], pa.list_(pa.date32())),
        }
    )
    connection.register("working_calendar_arrow", table)
    is_known = "select count(*) from working_calendar semi join working_calendar_arrow using (numbers, working_days)"
    if not connection.row(is_known)[0]:
        connection.execute("delete from working_calendar")
        connection.execute("insert into working_calendar select * from working_calendar_arrow")
    connection.unregister("working_calendar_arrow")


def _wait_for(lock: FileLock, store: Path, *, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while not lock.try_acquire():
        if time.monotonic() >= deadline:
            raise StoreError(
                _(
                    "another process is writing to {store}; waited {n} seconds. Wait for it to finish, or end it, "
                    "then run again"
                ).format(store=store, n=int(wait_s))
            )
        time.sleep(POLL_S)
