"""The writable DuckDB with all facts: one writer process at a time, held by a lock file."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import IO

import pyarrow as pa

from ioc.errors import StoreError
from ioc.store.engine import Connection, open_writer

LOCK_WAIT_S = 600.0
"""How long a second run waits for the first to finish."""
POLL_S = 0.2


def read_sql(package: str, name: str) -> str:
    """The text of an .sql file that ships with a package."""
    return resources.files(package).joinpath(name).read_text(encoding="utf-8")


@contextmanager
def open_warehouse(store: Path, *, wait_s: float = LOCK_WAIT_S) -> Iterator[Connection]:
    """The writing connection, with the schema in place; waits for another run, then gives up with a StoreError."""
    store.mkdir(parents=True, exist_ok=True)
    with _lock(store / "writer.lock", wait_s=wait_s):
        connection = open_writer(store / "warehouse.duckdb")
        try:
            connection.execute(read_sql("ioc.store", "warehouse.sql"))
            yield connection
        finally:
            connection.close()


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


@contextmanager
def _lock(path: Path, *, wait_s: float) -> Iterator[IO[str]]:
    with path.open("a+", encoding="utf-8") as handle:
        deadline = time.monotonic() + wait_s
        while not _try_lock(handle):
            if time.monotonic() >= deadline:
                handle.seek(0)
                holder = handle.read().strip() or "?"
                raise StoreError(
                    f"another process (PID {holder}) is writing to {path.parent}; "
                    f"waited {wait_s:.0f} s. Wait for it to finish, or end it, then run again."
                )
            time.sleep(POLL_S)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        yield handle


def _try_lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
