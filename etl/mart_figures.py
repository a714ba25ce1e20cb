"""Figures of all indicators, and what the mart tells of them: readings."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from etl.mart_tables import insert_mart, mart_columns, mart_sql, put_rows, replace_by_view
from ioc.catalog.compile import plain_figures
from ioc.catalog.model import Catalog, Indicator, IndicatorSeries
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql

DOSSIERS: Final = "dossiers"
"""The series that is counted from dossiers."""
NUMBERED: Final = ("figure_courses", "figure_units", "figure_periods", "figure_links")
"""Queries of etl/marts that number what figures are named by."""


def plain_indicators(connection: Connection, catalog: Catalog) -> frozenset[str]:
    """Indicators whose current figures can be made of measures_wide alone; none where former units had dossiers."""
    if connection.row("select count(*) from speakers where series = ?", [DOSSIERS])[0]:
        return frozenset()
    counted = {measure.id for measure in catalog.measures if measure.fact == DOSSIERS}
    return frozenset(
        indicator.id
        for indicator in catalog.indicators
        if (series := _of_dossiers(indicator)) and {*series.numerator, *series.denominator} <= counted
    )


def needed_beside(connection: Connection, catalog: Catalog, plain: Collection[str]) -> frozenset[str]:
    """The measures of dossiers that more is made of than current figures of these indicators.

    That is scores, gaps and other figures; and for the views of other boundaries, where there are any, all of them.
    """
    if connection.row("select count(*) from mart.boundary_parts")[0]:
        return frozenset(measure.id for measure in catalog.measures)
    gaps = connection.rows(f"select measure from ({mart_sql('gap_terms')}) where series = '{DOSSIERS}'")
    needed = {measure for (measure,) in gaps}
    for criterion in (found for index in catalog.indices for group in index.groups for found in group.criteria):
        needed |= {*criterion.numerator, *criterion.denominator}
    for series in (found for one in catalog.indicators if one.id not in plain for found in one.series):
        needed |= {*series.numerator, *series.denominator}
    return frozenset(needed)


def write_figures(connection: Connection, catalog: Catalog, plain: Collection[str]) -> None:
    """The relation figures: of all_values, of score_values, and the plain ones of measures_wide."""
    number_figures(connection)
    numbers: dict[str, int] = dict(connection.rows(mart_sql("plain_numbers")))
    chosen = [(numbers[one.id], one) for one in catalog.indicators if one.id in plain]
    put_rows(connection, "plain_courses", {"course_no": "smallint"}, [(number,) for number, _indicator in chosen])
    connection.execute(f"create or replace temp table figures as {mart_sql('figures')}")
    if chosen:
        query = mart_sql("plain_figures").format(plain_selects=plain_figures(chosen, series=DOSSIERS))
        connection.execute(f"insert into figures by name {query}")


def number_figures(connection: Connection) -> None:
    """The relations that number courses, units and periods, and the macros that put three numbers in one."""
    for table in NUMBERED:
        connection.execute(f"create or replace temp table {table} as {mart_sql(table)}")
    units, periods = connection.row(
        "select (select count(*) from figure_units), (select coalesce(max(period_no), 0) + 1 from figure_periods)"
    )
    connection.execute(mart_sql("figure_numbers").format(units=max(units, 1), periods=periods))


def write_readings(connection: Connection) -> None:
    """mart.readings: a view that names what reading_rows tells by numbers, which are written much faster."""
    # screens ask for one period at a time: its rows lie together
    order = "period_no, course_no, unit_no"
    insert_mart(connection, "reading_rows", order=order, ranks=read_sql("ioc.store", "sql/ranks.sql"))
    for table in ("reading_courses", "reading_units", "reading_periods"):
        columns = ", ".join(mart_columns(connection, table))
        figures = table.replace("reading", "figure")
        connection.execute(f"insert into mart.{table} select {columns} from {figures} order by 1")
    replace_by_view(connection, "readings", mart_sql("readings"))


def _of_dossiers(indicator: Indicator) -> IndicatorSeries | None:
    return next((series for series in indicator.series if series.id == DOSSIERS), None)
