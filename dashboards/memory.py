"""Rows that were already asked of a snapshot: it never changes, so neither do they."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from ioc.store.engine import Connection, Parameters, Row

MAX_ROWS = 250_000


class RowMemory:
    """The most recently used answers of one snapshot, as many as fit into so many rows; safe among threads."""

    def __init__(self, *, max_rows: int = MAX_ROWS) -> None:
        self._max_rows = max_rows
        self._held_rows = 0
        self._answers: OrderedDict[Any, list[Row]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Any) -> list[Row] | None:
        with self._lock:
            rows = self._answers.get(key)
            if rows is not None:
                self._answers.move_to_end(key)
            return rows

    def put(self, key: Any, rows: list[Row]) -> None:
        """Keeps an answer and drops the oldest ones that no longer fit; an empty one counts as a row."""
        with self._lock:
            self._held_rows += _weight(rows) - (_weight(self._answers.pop(key)) if key in self._answers else 0)
            self._answers[key] = rows
            while self._held_rows > self._max_rows:
                _, dropped = self._answers.popitem(last=False)
                self._held_rows -= _weight(dropped)


class RememberingConnection(Connection):
    """A cursor of a snapshot that asks each question once; the scope is among the question's parameters."""

    def __init__(self, connection: Connection, memory: RowMemory) -> None:
        self._connection = connection
        self._memory = memory

    def rows(self, sql: str, parameters: Parameters = None) -> list[Row]:
        """All rows of an answer; not to be changed."""
        key = (sql, _frozen(parameters))
        found = self._memory.get(key)
        if found is None:
            found = self._connection.rows(sql, parameters)
            self._memory.put(key, found)
        return found

    def row(self, sql: str, parameters: Parameters = None) -> Row:
        """The first row of an answer that always has one."""
        return self.rows(sql, parameters)[0]

    def cursor(self) -> Connection:
        return RememberingConnection(self._connection.cursor(), self._memory)

    def close(self) -> None:
        self._connection.close()


def _weight(rows: list[Row]) -> int:
    return max(len(rows), 1)


def _frozen(parameters: Parameters) -> Any:
    if isinstance(parameters, Mapping):
        return tuple((name, _hashable(value)) for name, value in sorted(parameters.items()))
    return None if parameters is None else tuple(_hashable(value) for value in parameters)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
