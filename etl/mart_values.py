"""Every measure of every series per unit and period, with the age of its data."""

from __future__ import annotations

from datetime import datetime, timedelta

from etl.mart_periods import dossiers_as_of, judge_periods
from etl.mart_tables import mart_sql
from ioc.catalog import compile as compiled
from ioc.catalog.model import Catalog
from ioc.store.engine import Connection
from ioc.store.measures import measure_dossiers

DAILY_DAYS = 730
"""How many days before the newest data have readings of their own."""
NEVER = datetime(1900, 1, 1)
"""As of when nothing has been loaded: before everything."""


def write_values(connection: Connection, catalog: Catalog) -> None:
    """all_values and measure_values for what follows; the daily readings and the breakdown of dossiers at once."""
    as_of = dossiers_as_of(connection) or NEVER
    measure_dossiers(connection, catalog.measures, as_of=as_of, by_month=True)
    connection.execute(
        "insert into measure_values select unit_code, period, 'dossiers', measure, value "
        f"from ({mart_sql('procedure_values')})"
    )
    _collect_values(connection)
    _insert_daily(connection, catalog, as_of)
    connection.execute(
        f"insert into mart.breakdown by name select * from (\n{mart_sql('breakdown')}) order by period, unit_code",
        {"as_of": as_of},
    )
    _measure_registers(connection)
    _insert_portal_values(connection)
    connection.execute(
        "create or replace temp table measure_values as "
        "select unit_code, period, series, measure, value from all_values"
    )


def _collect_values(connection: Connection) -> None:
    """all_values: every measure of every series with the age of its data."""
    connection.execute(
        """
        create or replace temp table all_values as
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = 'dossier_sync'
        )
        select measure_values.*, ages.as_of, ages.fresh_until, false as is_estimate, false as has_source_flag
        from measure_values cross join ages
        """
    )


def _insert_daily(connection: Connection, catalog: Catalog, as_of: datetime) -> None:
    events = compiled.of_kind(catalog.measures, "event")
    connection.execute(
        "create or replace temp table event_names as select unnest($ids)::varchar as measure",
        {"ids": [measure.id for measure in events]},
    )
    query = mart_sql("daily").format(
        sums=compiled.sum_columns(events), columns=", ".join(f'"{measure.id}"' for measure in events)
    )
    since = as_of.date() - timedelta(days=DAILY_DAYS)
    connection.execute(
        f"insert into mart.daily by name select * from (\n{query}) order by indicator, unit_code, day",
        {"as_of": as_of, "since": since},
    )


def _measure_registers(connection: Connection) -> None:
    as_of = connection.row("select max(register_as_of) from facts.certificates")[0]
    if as_of is None:
        return
    moment = datetime.combine(as_of, datetime.max.time()).replace(microsecond=0)
    judge_periods(connection, moment)
    connection.execute(
        f"""
        insert into all_values by name
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = 'certificates'
        )
        select
            found.unit_code, found.period, 'certificates' as series, found.measure, found.value,
            ages.as_of, ages.fresh_until, found.is_estimate, false as has_source_flag
        from ({mart_sql("certificate_values")}) as found cross join ages
        """
    )


def _insert_portal_values(connection: Connection) -> None:
    connection.execute(
        f"""
        insert into all_values by name
        select
            unit_code, period, 'portal' as series, measure, value, as_of, fresh_until,
            false as is_estimate, quality_status is not null as has_source_flag
        from ({mart_sql("portal_values")})
        """
    )
