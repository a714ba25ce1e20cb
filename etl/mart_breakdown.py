"""What of the dossiers is summed only when it is asked for: by procedure and period, and by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from etl.mart_figures import DOSSIERS
from etl.mart_passes import passes, set_today
from etl.mart_periods import NEVER, dossiers_as_of
from etl.mart_tables import mart_sql, replace_by_view
from ioc.catalog import compile as compiled
from ioc.catalog.model import Catalog
from ioc.store.engine import Connection

DAILY_DAYS: Final = 730
"""How many days before the newest data have readings of their own."""


def write_breakdown(connection: Connection, *, moved_after: date | None = None) -> None:
    """mart.breakdown: a view over cells; to sum all periods beforehand would be most of the work of a build.

    `moved_after` is the day as of which the cells in the mart were counted; those that moved since are made anew.
    """
    as_of = dossiers_as_of(connection) or NEVER
    _ask_cells(connection, moved_after)
    connection.execute(f"insert into mart.breakdown_cells by name\n{mart_sql('breakdown_cells')}", {"as_of": as_of})
    connection.execute(f"insert into mart.breakdown_procedures by name\n{mart_sql('breakdown_procedures')}")
    for counted in passes(connection, DOSSIERS, ends_today=True):
        connection.execute(
            "insert into mart.breakdown_units "
            f"select unit_code, ancestor_code, {counted.ancestor_boundary} as boundary "
            "from rollup semi join mart.breakdown_cells using (unit_code) order by all"
        )
    connection.execute(f"insert into mart.breakdown_periods by name\n{mart_sql('breakdown_periods')}", {"as_of": as_of})
    replace_by_view(connection, "breakdown", mart_sql("breakdown"))


def _ask_cells(connection: Connection, moved_after: date | None) -> None:
    """The relation asked_cells: counts of the cells that are to be made; those of the mart that moved are taken out."""
    if moved_after is None:
        connection.execute("create or replace temp view asked_cells as select * from months.received_cells")
        return
    same = (
        "moved.unit_code = cells.unit_code and moved.cell = cells.cell "
        "and moved.procedure_base is not distinct from cells.procedure_base "
        "and moved.open_until is not distinct from cells.open_until"
    )
    connection.execute(
        f"create or replace temp table moved_cells as {mart_sql('moved_cells')}", {"moved_after": moved_after}
    )
    connection.execute(f"delete from mart.breakdown_cells as cells using moved_cells as moved where {same}")
    connection.execute(
        "create or replace temp view asked_cells as "
        f"select cells.* from months.received_cells as cells semi join moved_cells as moved on {same}"
    )


def write_daily(connection: Connection, catalog: Catalog, *, changed_since: date = date.min) -> None:
    """mart.daily: a view over the measures by day, for the indicators whose measures are all events or all stocks.

    Reads what was counted by day on today's boundaries: event_days, stock_levels, alone. Days before `changed_since`
    are in the mart already.
    """
    set_today(connection)
    as_of = dossiers_as_of(connection) or NEVER
    events = compiled.of_kind(catalog.measures, "event")
    stocks = compiled.of_kind(catalog.measures, "stock")
    query = mart_sql("daily").format(
        event_sums=compiled.sum_columns(events),
        event_columns=compiled.columns(events),
        stock_columns=", ".join(f'stock_levels."{stock.id}"::bigint as "{stock.id}"' for stock in stocks),
    )
    since = as_of.date() - timedelta(days=DAILY_DAYS)
    values = {"as_of": as_of, "since": max(since, changed_since)}
    if changed_since == date.min:
        connection.execute(f"create table mart.daily_measures as {query}", values)
    else:
        connection.execute(
            "delete from mart.daily_measures where day < $since or day >= $changed_since",
            {"since": since, "changed_since": changed_since},
        )
        connection.execute(f"insert into mart.daily_measures by name {query}", values)
    readings = compiled.daily_readings(catalog.indicators, events, stocks)
    if readings:
        replace_by_view(connection, "daily", readings)
