"""Counts every dossier measure per unit and period: for the build over all periods, for a question over one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ioc.catalog import compile as compiled
from ioc.catalog.model import Measure
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql

EMPTY = {
    "cohort_days": "null::date as day, '' as measure, null::timestamp as judged_until, 0::bigint as value",
    "stock_deltas": "'' as measure, null::date as day, 0::bigint as delta",
    "distinct_values": "null::date as day, '' as measure, '' as value, 0::bigint as dossiers",
}
"""What a relation looks like behind its keys where the catalogue has no measure of its kind."""
CUT = {"event_days", "stock_deltas", "distinct_values"}
"""The relations in which what lies after as_of has not happened yet; cohorts are judged by their periods."""
CELLS = {"event_days": "event_cells", "cohort_days": "cohort_cells", "distinct_values": "distinct_cells"}
"""Relation by day → query of the same by cell."""


def daily_queries(measures: Sequence[Measure], *, keys: str = "unit_code") -> dict[str, str]:
    """The relations by day that counts come from, by name; each is one query over dossier_facts, whatever the day."""
    queries = {
        "event_days": compiled.event_days(compiled.of_kind(measures, "event"), keys=keys),
        "cohort_days": compiled.cohort_days(compiled.of_kind(measures, "cohort"), keys=keys),
        "stock_deltas": compiled.stock_deltas(compiled.of_kind(measures, "stock", "opening_stock"), keys=keys),
        "distinct_values": compiled.distinct_values(compiled.of_kind(measures, "distinct"), keys=keys),
    }
    return {
        name: query or f"select {keys}, {EMPTY[name]} from dossier_facts where false" for name, query in queries.items()
    }


def measure_dossiers(connection: Connection, measures: Sequence[Measure], *, as_of: datetime) -> None:
    """Creates measure_values (unit_code, period, series, measure, value) straight from the relation dossier_facts.

    Reads the relations periods (period, start_date, end_date, is_in_cells, judged_on, judged_at) and rollup
    (unit_code, ancestor_code) as well; no period may be in cells.
    """
    for name, query in daily_queries(measures).items():
        cut = "where day <= $as_of::date" if name in CUT else ""
        connection.execute(
            f"create or replace temp table {name} as select * from (\n{query}\n) {cut}",
            {"as_of": as_of} if cut else None,
        )
    count_measures(connection, measures)


def count_measures(connection: Connection, measures: Sequence[Measure], *, with_cells: bool = False) -> None:
    """Creates measure_values from the relations by day, periods and rollup.

    `with_cells` counts the periods that are in cells (whole stretches from the 1st or the 15th of a month) by cells
    instead of days, which gives the same in much less work; only the warehouse knows cells.
    """
    connection.execute(f"create or replace temp table stock_levels as {_sql('stock_levels')}")
    _name_measures(
        connection,
        "asked_measures",
        compiled.of_kind(measures, "event", "cohort", "stock", "opening_stock", "distinct"),
    )
    _name_measures(connection, "opening_stocks", compiled.of_kind(measures, "opening_stock"))
    parts = [_sql("measure_stocks"), *_count_along_time(measures, is_in_cells=False)]
    if with_cells:
        parts += _count_along_time(measures, is_in_cells=True)
    united = "\nunion all\n".join(f"select * from (\n{part}\n)" for part in parts)
    connection.execute(f"create or replace temp table measured as {united}")
    connection.execute(f"create or replace temp table measure_values as {_sql('measure_fill')}")


def _count_along_time(measures: Sequence[Measure], *, is_in_cells: bool) -> list[str]:
    """One query for each kind of measure that happens on days, over the periods that are in cells, or the others."""
    events = compiled.of_kind(measures, "event")
    sums = compiled.sum_columns(events)
    cells = {name: f"({_sql(name).format(event_sums=sums)})" for name in CELLS.values()} if is_in_cells else {}
    names = {name: cells.get(cell, name) for name, cell in CELLS.items()}
    periods = f"(select * from periods where is_in_cells = {is_in_cells})"
    columns = ", ".join(f'"{measure.id}"' for measure in events)
    return [
        _sql(query).format(**names, periods=periods, event_sums=sums, event_columns=columns)
        for query in ("measure_events", "measure_cohorts", "measure_distincts")
    ]


def _name_measures(connection: Connection, table: str, measures: Sequence[Measure]) -> None:
    connection.execute(
        f"create or replace temp table {table} as select unnest($ids)::varchar as measure",
        {"ids": [measure.id for measure in measures]},
    )


def _sql(name: str) -> str:
    return read_sql("ioc.store", f"sql/{name}.sql")
