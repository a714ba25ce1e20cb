"""How a snapshot is asked: the text of a question, what somebody may see, and the answer as records."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, TypeVar

from ioc.access import Scope
from ioc.store.composed import composed_sql
from ioc.store.engine import Connection

Record = TypeVar("Record")


@lru_cache(maxsize=64)
def read_question(name: str) -> str:
    """The text of `sql/<name>.sql`, with the queries that it is made of."""
    return composed_sql(name)


def ask(connection: Connection, record: type[Record], name: str, parameters: dict[str, Any]) -> list[Record]:
    """The answer to a question by its name."""
    return answer(connection, record, read_question(name), parameters)


def answer(connection: Connection, record: type[Record], sql: str, parameters: dict[str, Any]) -> list[Record]:
    """The answer to a question by its text; the columns are the record's fields in their order."""
    return [record(*row) for row in connection.rows(sql, parameters)]


def seen_units(scope: Scope) -> dict[str, Any]:
    """The parameters of a question that compares units: whose figures may be seen, and whose published values."""
    return {"detail": listed(scope.detail), "compare": listed(scope.compare)}


def detail_units(scope: Scope) -> dict[str, Any]:
    """The parameter of a question about single units: whose figures may be seen."""
    return {"detail": listed(scope.detail)}


def listed(values: Sequence[str] | frozenset[str] | None) -> list[str] | None:
    """A list as a parameter of SQL; None asks for everything."""
    return None if values is None else sorted(values) if isinstance(values, frozenset) else list(values)
