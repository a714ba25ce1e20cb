"""DuckDB as the product uses it: one writer or many readers, nothing downloaded, one cursor per thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow as pa

from ioc.errors import StoreError

# Importing DuckDB opens a connection with a thread of its own. A fork loses the thread, and then aborts at its end.
duckdb.default_connection().close()

CORES = 2
"""Of the smallest machine that the product is made for."""
Parameters = Mapping[str, Any] | Sequence[Any] | None
Row = tuple[Any, ...]
STREAMED_ROWS = 5000
SHOWN_SQL = 400
"""How many characters of a failing query its error shows: values come as parameters, so it names nobody."""


@dataclass(frozen=True)
class Statement:
    """One statement of a script."""

    sql: str
    parameters: tuple[str, ...]


class Connection:
    """A DuckDB connection behind the few calls that DuckDB 1.5 and 2.0 share."""

    def __init__(self, raw: duckdb.DuckDBPyConnection) -> None:
        self._raw = raw

    def execute(self, sql: str, parameters: Parameters = None) -> None:
        """Runs one statement, or several without parameters."""
        self._ask(sql, parameters)

    def rows(self, sql: str, parameters: Parameters = None) -> list[Row]:
        """All rows of an answer."""
        return self._ask(sql, parameters).fetchall()

    def row(self, sql: str, parameters: Parameters = None) -> Row:
        """The first row of an answer that always has one."""
        found = self._ask(sql, parameters).fetchone()
        if found is None:
            raise StoreError(f"the query gave no row: {sql[:200]}")
        return found

    def stream(self, sql: str, parameters: Parameters = None) -> Iterator[Row]:
        """The rows of an answer a few thousand at a time, before anything else is asked of the connection."""
        answer = self._ask(sql, parameters)
        while rows := answer.fetchmany(STREAMED_ROWS):
            yield from rows

    def frame(self, sql: str, parameters: Parameters = None) -> pd.DataFrame:
        """An answer as a DataFrame."""
        return self._ask(sql, parameters).df()

    def _ask(self, sql: str, parameters: Parameters) -> duckdb.DuckDBPyConnection:
        try:
            return self._raw.execute(sql, parameters)
        except duckdb.Error as error:
            raise StoreError(f"{error}\nin: {sql[:SHOWN_SQL]}") from error

    def register(self, name: str, table: pa.Table | pa.RecordBatchReader | pd.DataFrame) -> None:
        """Makes data of Python readable as a relation of this name."""
        self._raw.register(name, table)

    def unregister(self, name: str) -> None:
        self._raw.unregister(name)

    def statements(self, script: str) -> list[Statement]:
        """The statements of a script, with the named parameters that each of them takes."""
        return [Statement(found.query, tuple(found.named_parameters)) for found in self._raw.extract_statements(script)]

    def use_threads(self, count: int) -> None:
        """How many threads take part in a query from now on, this one among them; of all cursors of the database.

        A thread that finds nothing to do is not for free: two take almost twice the processor's time of one where
        the rows come in one piece.
        """
        self.execute(f"set threads = {int(count)}")

    def cursor(self) -> Connection:
        """Another connection to the same database, for another thread."""
        return Connection(self._raw.cursor())

    def close(self) -> None:
        self._raw.close()


def open_memory(*, threads: int = CORES, memory_limit: str = "2GB") -> Connection:
    """A database in memory that never spills to disk: personal data may pass through it."""
    return _open(
        ":memory:",
        {
            "threads": threads,
            "memory_limit": memory_limit,
            "temp_directory": "",
            "preserve_insertion_order": False,
        },
    )


def open_writer(path: Path, *, threads: int = CORES, memory_limit: str = "4GB") -> Connection:
    """The one writing connection of a file; another process that holds it is a StoreError."""
    # one checkpoint when the writer closes instead of one after each file: the log is durable without it
    return _open(str(path), {"threads": threads, "memory_limit": memory_limit, "checkpoint_threshold": "1GB"})


def open_reader(path: Path, *, threads: int = 1, memory_limit: str = "1GB") -> Connection:
    """A read-only connection, for as many processes as like."""
    return _open(str(path), {"threads": threads, "memory_limit": memory_limit}, read_only=True)


def _open(path: str, settings: dict[str, Any], *, read_only: bool = False) -> Connection:
    config = {"autoinstall_known_extensions": False, "autoload_known_extensions": False, **settings}
    try:
        raw = duckdb.connect(path, read_only=read_only, config=config)
    except duckdb.Error as error:
        raise StoreError(f"cannot open {path}: {error}") from error
    return Connection(raw)


def quoted(path: Path) -> str:
    """A path as a text literal of SQL, for the statements that take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"
