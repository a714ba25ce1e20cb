"""The tables of the mart that is being built: written from Python rows or by a query of etl/marts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa

from ioc.store.composed import composed_sql
from ioc.store.engine import Connection


def insert_mart(connection: Connection, table: str, *, order: str = "all", **parts: str) -> None:
    """Fills a table of the mart by the query that bears its name; `parts` are queries that it has places for."""
    query = mart_sql(table).format(**parts) if parts else mart_sql(table)
    connection.execute(f"insert into mart.{table} by name select * from (\n{query}) order by {order}")


def replace_by_view(connection: Connection, table: str, query: str) -> None:
    """Makes a table of the mart a view, which must find its tables wherever the mart is opened."""
    connection.execute("use mart")
    connection.execute(f"drop table {table}; create view {table} as\n{query}")
    connection.execute("use warehouse")


def put_rows(
    connection: Connection, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]
) -> None:
    """A temporary table of a few thousand rows from Python; columns are name → type."""
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace temp table {table} ({declared})")
    if not rows:
        return
    arrow = pa.table({name: pa.array([row[place] for row in rows]) for place, name in enumerate(columns)})
    connection.register("python_rows", arrow)
    connection.execute(f"insert into {table} select * from python_rows")
    connection.unregister("python_rows")


def mart_columns(connection: Connection, table: str) -> dict[str, str]:
    """Names and types of a mart table's columns, in order."""
    return dict(connection.rows("select name, type from pragma_table_info(?)", [f"mart.{table}"]))


def mart_sql(name: str) -> str:
    """The text of a query of etl/marts, with those of etl/marts and ioc/store/sql that it is made of."""
    return composed_sql(name, packages=("etl.marts", "ioc.store"))
