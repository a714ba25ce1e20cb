"""Every measure of every series per unit and period, with the age of its data."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from etl.mart_figures import DOSSIERS, needed_beside
from etl.mart_passes import TODAY, add_values, passes, start_values
from etl.mart_periods import judge_periods
from etl.mart_tables import mart_sql
from ioc.catalog import compile as compiled
from ioc.catalog.model import Catalog
from ioc.store.engine import Connection
from ioc.store.measures import STOCKS, count_measures, long_measures


def write_values(connection: Connection, catalog: Catalog, plain: Collection[str]) -> None:
    """all_values for what follows; mart.breakdown_cells and the relations by day must be there.

    The figures of `plain` indicators are made of measures_wide: all_values has of dossiers what else is needed. What
    was counted by day on today's boundaries stays for the daily readings.
    """
    start_values(connection)
    only = needed_beside(connection, catalog, plain)
    for counted in passes(connection, DOSSIERS, ends_today=True):
        count_measures(connection, catalog.measures, with_cells=True)
        add_values(connection, counted, _aged(long_measures(catalog.measures, only=only)))
    # which procedures lay idle follows from the breakdown
    add_values(connection, TODAY, _aged(mart_sql("procedure_values")))
    _measure_registers(connection)
    _insert_portal_values(connection)


def _aged(values: str) -> str:
    """Values counted from dossiers, with the age of these."""
    return f"""
        with ages as ({mart_sql("dossier_ages")})
        select found.*, ages.as_of, ages.fresh_until, false as is_estimate, false as has_source_flag
        from ({values}) as found cross join ages
        """


def gather_days(connection: Connection, catalog: Catalog, *, as_of: datetime) -> None:
    """The relations by day of all months together; what lies after as_of has not happened yet."""
    events = compiled.of_kind(catalog.measures, "event")
    stocks = [measure.id for measure in compiled.of_kind(catalog.measures, *STOCKS)]
    counts = ", ".join(f'coalesce("{event.id}", 0) as "{event.id}"' for event in events)
    # a day without any change says nothing of a level
    changes = ", ".join(f'nullif("{stock}", 0) as "{stock}"' for stock in stocks)
    some = " or ".join(f'"{stock}" <> 0' for stock in stocks)
    until = f"day <= date '{as_of.date()}'"
    views = {
        "event_days": f"select unit_code, day, {counts} from months.event_days where {until} and dossiers > 0",
        "cohort_days": "select unit_code, day, measure, judged_until, value from months.cohort_days where value <> 0",
        "stock_days": f"select unit_code, day, {changes} from months.stock_days where {until} and ({some})",
        "distinct_values": (
            f"select unit_code, day, measure, value from months.distinct_values where {until} and dossiers > 0"
        ),
    }
    for name, query in views.items():
        connection.execute(f"create or replace temp view {name} as {query}")


def _measure_registers(connection: Connection) -> None:
    as_of = connection.row("select max(register_as_of) from facts.certificates")[0]
    if as_of is None:
        return
    moment = datetime.combine(as_of, datetime.max.time()).replace(microsecond=0)
    judge_periods(connection, moment)
    query = f"""
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = 'certificates'
        )
        select
            found.unit_code, found.period, 'certificates' as series, found.measure, found.value,
            ages.as_of, ages.fresh_until, found.is_estimate, false as has_source_flag
        from ({mart_sql("certificate_values")}) as found cross join ages
        """
    for counted in passes(connection, "certificates"):
        add_values(connection, counted, query)


def _insert_portal_values(connection: Connection) -> None:
    # what the portal publishes of a unit is of that unit alone
    query = f"""
        select
            unit_code, period, 'portal' as series, measure, value, as_of, fresh_until,
            false as is_estimate, quality_status is not null as has_source_flag
        from ({mart_sql("portal_values")})
        """
    add_values(connection, TODAY, query)
