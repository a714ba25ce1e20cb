"""Figures that sources state for stretches of days (forms, documents, reported values), and registers of cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from etl.mart_passes import Pass, add_values, finish_views, passes
from etl.mart_periods import add_periods, follow_parts, judge_periods
from etl.mart_tables import mart_sql, put_rows
from ioc.catalog.model import Catalog
from ioc.periods import period_of
from ioc.store.engine import Connection
from ioc.units import REFORM

STATED: Mapping[str, str] = {"form_06a": "form_values", "documents": "document_values"}
"""Series → query of figures for stretches of days."""
JUDGED: Mapping[str, tuple[str, str]] = {
    "edxml": ("message_values", "edxml"),
    "petitions": ("petition_values", "petitions"),
    "plan": ("plan_values", "plan"),
}
"""Series → query of figures that are counted from rows as of the end of each period, and the kind of its sources."""
STATED_VALUES = (
    "unit_code, period, series, measure, value, as_of, covered_until, fresh_until, is_estimate, "
    "is_flagged as has_source_flag"
)


def write_stated(connection: Connection, *, catalog: Catalog) -> None:
    """Adds to all_values what was not counted from dossiers, certificates or the portal; then makes all views whole.

    scored_values, and of it measure_values, is what indices are scored by, in every view of the boundaries.
    """
    _name_measures(connection, catalog)
    connection.execute(f"create or replace temp table reported as {mart_sql('reported_values')}")
    for counted in passes(connection, "stated"):
        _insert_stated(connection, counted)
    for counted in passes(connection, "reported"):
        add_values(connection, counted, mart_sql("reported_totals"))
    for series, (query, kind) in JUDGED.items():
        _insert_judged(connection, series=series, query=query, kind=kind)
    finish_views(connection)
    connection.execute(f"insert into all_values by name {mart_sql('quality_values')}")
    connection.execute(f"create or replace temp view scored_values as {mart_sql('scored_values')}")
    connection.execute(
        "create or replace temp table measure_values as select boundary, unit_code, period, series, measure, value, "
        "is_estimate, is_shared, least_value, most_value from scored_values"
    )


def _insert_stated(connection: Connection, counted: Pass) -> None:
    """The stated figures of one pass; the periods that only they speak of come with today's boundaries."""
    _collect_stated(connection)
    if counted.is_current:
        _add_periods(connection)
        _follow_stated(connection)
    # where nobody of the past speaks, today's units have no year of before their first day
    apart = {series for (series,) in connection.rows("select series from apart_series")}
    days = [(series, not counted.is_current or series in apart) for series in STATED]
    put_rows(connection, "days_asked", {"series": "varchar", "are_own": "boolean"}, days)
    connection.execute(f"create or replace temp table stated_values as {mart_sql('stated_values')}")
    add_values(connection, counted, f"select {STATED_VALUES} from stated_values")


def _name_measures(connection: Connection, catalog: Catalog) -> None:
    measures = [
        (measure.id, measure.kind, sorted(measure.adds))
        for measure in catalog.measures
        if measure.kind in ("flow", "opening", "closing")
    ]
    additive = [(measure.id,) for measure in catalog.measures if "units" in measure.adds]
    put_rows(connection, "additive_measures", {"measure": "varchar"}, additive)
    put_rows(connection, "stated_measures", {"measure": "varchar", "kind": "varchar", "adds": "varchar[]"}, measures)


def _collect_stated(connection: Connection) -> None:
    """The relations stated and stated_spans: every stated figure, with those of ancestors."""
    united = "\nunion all by name\n".join(
        f"select '{series}' as series, * from (\n{mart_sql(query)})" for series, query in STATED.items()
    )
    connection.execute(
        "create or replace temp table stated as "
        f"select found.*, stated_measures.adds from (\n{united}) as found inner join stated_measures using (measure)"
    )
    connection.execute(f"create or replace temp table stated_spans as {mart_sql('stated_spans')}", {"reform": REFORM})
    connection.execute(f"create or replace temp table stated_months as {mart_sql('stated_months')}")


def _add_periods(connection: Connection) -> None:
    """Stretches that only a source speaks of become periods of their own."""
    known = {period for (period,) in connection.rows("select period from mart.periods")}
    spans: list[tuple[date, date]] = connection.rows(
        "select start_date, end_date from stated_spans union select start_date, end_date from reported"
    )
    found = {period.id: period for period in (period_of(start, end) for start, end in spans) if period.id not in known}
    add_periods(connection, list(found.values()))


def _follow_stated(connection: Connection) -> None:
    """The parts that running periods made of stated months are compared with."""
    for until, newest in connection.rows(mart_sql("stated_untils")):
        follow_parts(connection, until, running_after=newest)


def _insert_judged(connection: Connection, *, series: str, query: str, kind: str) -> None:
    as_of: datetime | None = connection.row("select max(as_of) from loads where kind = ? and state = 'loaded'", [kind])[
        0
    ]
    if as_of is None:
        return
    judge_periods(connection, as_of)
    values = f"""
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = '{kind}'
        )
        select
            found.unit_code, found.period, '{series}' as series, found.measure, found.value,
            ages.as_of, ages.fresh_until, found.is_estimate, false as has_source_flag
        from ({mart_sql(query)}) as found cross join ages
        """
    for counted in passes(connection, series):
        add_values(connection, counted, values)
