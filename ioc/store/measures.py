"""Counts every dossier measure per unit and period: for the build over all periods, for a question over one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ioc.catalog import compile as compiled
from ioc.catalog.model import Measure
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql

EMPTY = {
    "cohort_days": (
        "select '' as unit_code, null::date as day, '' as measure, null::timestamp as judged_until, 0 as value "
        "where false"
    ),
    "stock_deltas": "select '' as unit_code, '' as measure, null::date as day, 0 as delta where false",
    "distinct_values": "select '' as unit_code, null::date as day, '' as measure, '' as value where false",
}
"""What a relation looks like where the catalogue has no measure of its kind."""


def measure_dossiers(connection: Connection, measures: Sequence[Measure], *, as_of: datetime, by_month: bool) -> None:
    """Creates measure_values (unit_code, period, series, measure, value) and the daily relations it comes from.

    Reads the relations dossier_facts, periods (period, start_date, end_date, judged_on, judged_at) and rollup
    (unit_code, ancestor_code). `by_month` joins whole months to periods, which is exact where every period is made of
    whole months and much less work.
    """
    events = compiled.of_kind(measures, "event")
    stocks = compiled.of_kind(measures, "stock", "opening_stock")
    steps = {
        "event_days": compiled.event_days(events),
        "cohort_days": compiled.cohort_days(compiled.of_kind(measures, "cohort")),
        "stock_deltas": compiled.stock_deltas(stocks),
        "stock_levels": _sql("stock_levels"),
        "distinct_values": compiled.distinct_values(compiled.of_kind(measures, "distinct")),
    }
    for name, query in steps.items():
        query = query or EMPTY[name]
        values = {"as_of": as_of} if "$as_of" in query else None
        connection.execute(f"create or replace temp table {name} as {query}", values)
    _name_measures(
        connection,
        "asked_measures",
        compiled.of_kind(measures, "event", "cohort", "stock", "opening_stock", "distinct"),
    )
    _name_measures(connection, "opening_stocks", compiled.of_kind(measures, "opening_stock"))
    events_query = _events_query(events, by_month=by_month)
    parts = [events_query, *(_sql(name) for name in ("measure_cohorts", "measure_stocks", "measure_distincts"))]
    united = "\nunion all\n".join(f"select * from (\n{part}\n)" for part in parts)
    connection.execute(f"create or replace temp table measured as {united}")
    connection.execute(f"create or replace temp table measure_values as {_sql('measure_fill')}")


def _events_query(events: Sequence[Measure], *, by_month: bool) -> str:
    sums = compiled.sum_columns(events)
    months = f"select unit_code, date_trunc('month', day)::date as day, {sums} from event_days group by all"
    return _sql("measure_events").format(
        event_days=f"({months})" if by_month else "event_days",
        sums=sums,
        columns=", ".join(f'"{measure.id}"' for measure in events),
    )


def _name_measures(connection: Connection, table: str, measures: Sequence[Measure]) -> None:
    connection.execute(
        f"create or replace temp table {table} as select unnest($ids)::varchar as measure",
        {"ids": [measure.id for measure in measures]},
    )


def _sql(name: str) -> str:
    return read_sql("ioc.store", f"sql/{name}.sql")
