"""A small warehouse with the relations that queries of etl/marts judge by: periods, who counts for whom, rules."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from etl.mart_tables import mart_sql, put_rows
from ioc.periods import parse_period
from ioc.store.engine import Connection, open_memory
from ioc.store.warehouse import read_sql, set_working_days
from ioc.working_days import count_working_days

SOURCE = "register"
COMMUNE, PROVINCE = "11629", "31"


@contextmanager
def open_register(*, as_of: date, periods: tuple[str, ...], **rules: int) -> Iterator[Connection]:
    """The schema of the facts, one commune of one province, and periods judged at their end or as of a day."""
    connection = open_memory()
    connection.execute(read_sql("ioc.store", "warehouse.sql"))
    connection.execute(read_sql("etl.facts", "macros.sql"))
    set_working_days(connection, count_working_days())
    lives = (date(2025, 7, 1), date(9999, 12, 31))
    rollup = [(COMMUNE, COMMUNE, *lives), (COMMUNE, PROVINCE, *lives), (PROVINCE, PROVINCE, *lives)]
    columns = {"unit_code": "varchar", "ancestor_code": "varchar", "first_day": "date", "last_day": "date"}
    put_rows(connection, "rollup", columns, rollup)
    _put_periods(connection, as_of=as_of, periods=periods)
    columns = {"source_id": "varchar", **dict.fromkeys(("deadline_working_days", "stagnation_days"), "integer")}
    row = (SOURCE, rules.get("deadline_working_days"), rules.get("stagnation_days"))
    put_rows(connection, "source_rules", columns, [row])
    yield connection
    connection.close()


def _put_periods(connection: Connection, *, as_of: date, periods: tuple[str, ...]) -> None:
    rows = []
    for period in (period for period in map(parse_period, periods) if period.start <= as_of):
        judged_on = min(period.end, as_of)
        end = datetime.combine(judged_on, time.max)
        rows.append((period.id, period.start, period.end, judged_on, end, False))
    columns = {
        "period": "varchar",
        **dict.fromkeys(("start_date", "end_date", "judged_on"), "date"),
        "judged_at": "timestamp",
        "is_in_cells": "boolean",
    }
    put_rows(connection, "periods", columns, rows)


def put_fact(connection: Connection, fact: str, version_id: int, values: Mapping[str, Any]) -> None:
    """One version of a fact; of two with the same id nothing is retired by itself."""
    full = {"version_id": version_id, "load_id": version_id, "row_no": 1, "source_id": SOURCE, **values}
    names, marks = ", ".join(full), ", ".join("?" for _name in full)
    connection.execute(f"insert into facts.{fact}_versions ({names}) values ({marks})", list(full.values()))


def judged(connection: Connection, query: str, *, unit: str = COMMUNE) -> dict[str, dict[str, int]]:
    """Period → measure → value of one unit."""
    found: dict[str, dict[str, int]] = {}
    for period, measure, value in connection.rows(
        f"select period, measure, value from ({mart_sql(query)}) where unit_code = ?", [unit]
    ):
        found.setdefault(period, {})[measure] = int(value)
    return found
