"""Figures that sources state for stretches of days (forms, documents, reported values), and registers of cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from etl.mart_periods import add_periods, follow_parts, judge_periods
from etl.mart_tables import mart_columns, mart_sql, put_rows
from ioc.catalog.model import Catalog
from ioc.periods import period_of
from ioc.store.engine import Connection
from ioc.units import Units

STATED: Mapping[str, str] = {"form_06a": "form_values", "documents": "document_values"}
"""Series → query of figures for stretches of days."""
JUDGED: Mapping[str, tuple[str, str]] = {
    "edxml": ("message_values", "edxml"),
    "petitions": ("petition_values", "petitions"),
    "plan": ("plan_values", "plan"),
}
"""Series → query of figures that are counted from rows as of the end of each period, and the kind of its sources."""
ALL_VALUES = (
    "unit_code, period, series, measure, value, as_of, covered_until, fresh_until, is_estimate, "
    "is_flagged as has_source_flag, bound"
)


def write_stated(connection: Connection, *, catalog: Catalog, units: Units) -> None:
    """Adds to all_values and measure_values what was not counted from dossiers, certificates or the portal."""
    for column in ("bound varchar", "covered_until date"):
        connection.execute(f"alter table all_values add column if not exists {column}")
    _collect_stated(connection, catalog)
    connection.execute(f"create or replace temp table reported as {mart_sql('reported_values')}")
    _add_periods(connection)
    _follow_stated(connection)
    _add_former_units(connection, units)
    connection.execute(f"create or replace temp table stated_values as {mart_sql('stated_values')}")
    connection.execute(
        f"insert into all_values by name select {ALL_VALUES} from (select *, null as bound from stated_values)"
    )
    connection.execute(f"insert into all_values by name {mart_sql('reported_totals')}")
    for series, (query, kind) in JUDGED.items():
        _insert_judged(connection, series=series, query=query, kind=kind)
    connection.execute(f"insert into all_values by name {mart_sql('quality_values')}")
    connection.execute(
        "create or replace temp table measure_values as "
        "select unit_code, period, series, measure, value from all_values"
    )


def _collect_stated(connection: Connection, catalog: Catalog) -> None:
    """stated_measures, stated, stated_spans and stated_months: every stated figure, with those of ancestors."""
    measures = [
        (measure.id, measure.kind, sorted(measure.adds))
        for measure in catalog.measures
        if measure.kind in ("flow", "opening", "closing")
    ]
    additive = [(measure.id,) for measure in catalog.measures if "units" in measure.adds]
    put_rows(connection, "additive_measures", {"measure": "varchar"}, additive)
    put_rows(connection, "stated_measures", {"measure": "varchar", "kind": "varchar", "adds": "varchar[]"}, measures)
    united = "\nunion all by name\n".join(
        f"select '{series}' as series, * from (\n{mart_sql(query)})" for series, query in STATED.items()
    )
    connection.execute(
        "create or replace temp table stated as "
        f"select found.*, stated_measures.adds from (\n{united}) as found inner join stated_measures using (measure)"
    )
    for table in ("stated_spans", "stated_months"):
        connection.execute(f"create or replace temp table {table} as {mart_sql(table)}")


def _add_periods(connection: Connection) -> None:
    """Stretches that only a source speaks of become periods of their own."""
    known = {period for (period,) in connection.rows("select period from period_frame")}
    spans: list[tuple[date, date]] = connection.rows(
        "select start_date, end_date from stated_spans union select start_date, end_date from reported"
    )
    found = {period.id: period for period in (period_of(start, end) for start, end in spans) if period.id not in known}
    add_periods(connection, list(found.values()))


def _follow_stated(connection: Connection) -> None:
    """The parts that running periods made of stated months are compared with."""
    for until, newest in connection.rows(mart_sql("stated_untils")):
        follow_parts(connection, until, running_after=newest)


def _add_former_units(connection: Connection, units: Units) -> None:
    """Units of the past that somebody reports figures of, and the units above them."""
    named = {code for (code,) in connection.rows("select distinct unit_code from reported")}
    former = {code for code in named if code in units.by_code and units.by_code[code].is_former}
    wanted = former | {above.unit_code for code in former for above in units.ancestors(code)}
    columns = mart_columns(connection, "units")
    rows = [tuple(getattr(units.by_code[code], name) for name in columns) for code in sorted(wanted)]
    put_rows(connection, "former_units", columns, rows)
    connection.execute(
        "insert into mart.units by name select * from former_units anti join mart.units using (unit_code)"
    )


def _insert_judged(connection: Connection, *, series: str, query: str, kind: str) -> None:
    as_of: datetime | None = connection.row("select max(as_of) from loads where kind = ? and state = 'loaded'", [kind])[
        0
    ]
    if as_of is None:
        return
    judge_periods(connection, as_of)
    connection.execute(
        f"""
        insert into all_values by name
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = '{kind}'
        )
        select
            found.unit_code, found.period, '{series}' as series, found.measure, found.value,
            ages.as_of, ages.fresh_until, found.is_estimate, false as has_source_flag
        from ({mart_sql(query)}) as found cross join ages
        """
    )
