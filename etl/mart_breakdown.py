"""What of the dossiers is summed only when it is asked for: by procedure and period, and by day."""

from __future__ import annotations

from datetime import timedelta
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


def write_breakdown(connection: Connection) -> None:
    """mart.breakdown: a view over cells; to sum all periods beforehand would be most of the work of a build."""
    as_of = dossiers_as_of(connection) or NEVER
    connection.execute(f"insert into mart.breakdown_cells by name\n{mart_sql('breakdown_cells')}", {"as_of": as_of})
    connection.execute(f"insert into mart.breakdown_procedures by name\n{mart_sql('breakdown_procedures')}")
    for counted in passes(connection, DOSSIERS, ends_today=True):
        connection.execute(
            "insert into mart.breakdown_units "
            f"select unit_code, ancestor_code, {counted.ancestor_boundary} as boundary "
            "from rollup semi join mart.breakdown_cells using (unit_code) order by all"
        )
    connection.execute(
        "insert into mart.breakdown_periods select period, start_date, judged_on, judged_at "
        "from periods semi join period_frame using (period) order by all"
    )
    replace_by_view(connection, "breakdown", mart_sql("breakdown"))


def write_daily(connection: Connection, catalog: Catalog) -> None:
    """mart.daily: a view over the measures by day, for the indicators whose measures are all events or all stocks.

    Reads what was counted by day on today's boundaries: event_days, stock_levels, alone.
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
    connection.execute(f"create table mart.daily_measures as {query}", {"as_of": as_of, "since": since})
    readings = compiled.daily_readings(catalog.indicators, events, stocks)
    if readings:
        replace_by_view(connection, "daily", readings)
