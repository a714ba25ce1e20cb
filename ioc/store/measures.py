"""Counts every dossier measure per unit and period: for the build over all periods, for a question over one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from ioc.catalog import compile as compiled
from ioc.catalog.model import Measure
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql

EMPTY = {
    "cohort_days": "null::date as day, '' as measure, null::timestamp as judged_until, 0::bigint as value",
    "stock_days": "null::date as day",
    "distinct_values": "null::date as day, '' as measure, '' as value, 0::bigint as dossiers",
}
"""What a relation looks like behind its keys where the catalogue has no measure of its kind."""
CUT = {"event_days", "stock_days", "distinct_values"}
"""The relations in which what lies after as_of has not happened yet; cohorts are judged by their periods."""
CELLS = {"cohort_days": "cohort_cells", "distinct_values": "distinct_cells"}
"""Relation by day, beside events → query of the same by cell."""
STOCKS = ("stock", "opening_stock")
NO_VALUE = "'' as measure, null::decimal(24, 4) as value"


def daily_queries(measures: Sequence[Measure], *, keys: str = "unit_code") -> dict[str, str]:
    """The relations by day that counts come from, by name; each is one query over dossier_facts, whatever the day."""
    queries = {
        "event_days": compiled.event_days(compiled.of_kind(measures, "event"), keys=keys),
        "cohort_days": compiled.cohort_days(compiled.of_kind(measures, "cohort"), keys=keys),
        "stock_days": compiled.stock_days(compiled.of_kind(measures, *STOCKS), keys=keys),
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
    connection.execute(f"create or replace temp table measure_values as {long_measures(measures)}")


def count_measures(connection: Connection, measures: Sequence[Measure], *, with_cells: bool = False) -> None:
    """Creates measures_wide (unit_code, period, a column per measure) from the relations by day, periods and rollup.

    `with_cells` counts the periods that are in cells (whole stretches from the 1st or the 15th of a month) by cells
    instead of days, which gives the same in much less work; only the warehouse knows cells.
    """
    connection.execute(f"create or replace temp table alone as {_sql('alone')}")
    _count_stocks(connection, measures)
    events, others = [_count_events(measures, is_in_cells=False)], _count_others(is_in_cells=False)
    if with_cells:
        events.append(_count_events(measures, is_in_cells=True))
        others += _count_others(is_in_cells=True)
    for name, parts in (("counted_events", events), ("counted_others", others)):
        united = "\nunion all by name\n".join(f"select * from (\n{part}\n)" for part in parts)
        connection.execute(f"create or replace temp table {name} as {united}")
    connection.execute(f"create or replace temp table measures_wide as {_fill(measures)}")


def long_measures(measures: Sequence[Measure], *, only: Collection[str] | None = None) -> str:
    """One row per unit, period, series and measure from measures_wide; `only` of some measures."""
    names = [measure.id for measure in _counted(measures) if only is None or measure.id in only]
    if not names:
        return f"select unit_code, period, 'dossiers' as series, {NO_VALUE} from measures_wide where false"
    columns = ", ".join(f'"{name}"' for name in names)
    return (
        "select unit_code, period, 'dossiers' as series, measure, value::decimal(24, 4) as value "
        f"from (unpivot measures_wide on {columns} into name measure value value)"
    )


def _counted(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    return compiled.of_kind(measures, "event", "cohort", *STOCKS, "distinct")


def _fill(measures: Sequence[Measure]) -> str:
    events, stocks = compiled.of_kind(measures, "event"), compiled.of_kind(measures, *STOCKS)
    others = compiled.of_kind(measures, "cohort", "distinct")
    columns = ", ".join(f'coalesce("{measure.id}", 0)::bigint as "{measure.id}"' for measure in _counted(measures))
    return _sql("measures_wide").format(
        columns=columns,
        other_columns=compiled.long_columns(others),
        event_some=_some(events),
        stock_some=_some(stocks),
    )


def _some(measures: Sequence[Measure]) -> str:
    return " or ".join(f'"{measure.id}" <> 0' for measure in measures) or "false"


def _count_stocks(connection: Connection, measures: Sequence[Measure]) -> None:
    """stock_levels by day, and counted_stocks: those of the periods; units and their periods alone without stocks."""
    stocks = compiled.of_kind(measures, *STOCKS)
    sums = "".join(f', sum("{measure.id}") as "{measure.id}"' for measure in stocks)
    levels = _sql("stock_levels").format(sums=sums, levels=compiled.running_sums(stocks))
    connection.execute(f"create or replace temp table stock_levels as {levels}")
    moments = ((measure, "opening" if measure.kind == "opening_stock" else "closing") for measure in stocks)
    columns = "".join(f', {moment}."{measure.id}"' for measure, moment in moments)
    counted = _sql("measure_stocks").format(columns=columns)
    connection.execute(f"create or replace temp table counted_stocks as {counted}")


def _count_events(measures: Sequence[Measure], *, is_in_cells: bool) -> str:
    events = compiled.of_kind(measures, "event")
    sums = compiled.sum_columns(events)
    days = f"({_sql('event_cells').format(event_sums=sums)})" if is_in_cells else "event_days"
    return _sql("measure_events").format(
        event_days=days, periods=_periods(is_in_cells), event_sums=sums, event_columns=compiled.columns(events)
    )


def _count_others(*, is_in_cells: bool) -> list[str]:
    """Cohorts and distinct values of the periods that are in cells, or of the others."""
    cells = {name: f"({_sql(query)})" for name, query in CELLS.items()} if is_in_cells else {}
    names = {name: cells.get(name, name) for name in CELLS}
    queries = (_sql("measure_cohorts"), _sql("measure_distincts"))
    return [query.format(**names, periods=_periods(is_in_cells)) for query in queries]


def _periods(is_in_cells: bool) -> str:
    return f"(select * from periods where is_in_cells = {is_in_cells})"


def _sql(name: str) -> str:
    return read_sql("ioc.store", f"sql/{name}.sql")
