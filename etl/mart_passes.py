"""Counting once per set of boundaries: each pass counts by another relation `rollup`, and says whose view it makes.

Codes of former and present units differ, so that one pass serves two views: with today's boundaries, present units
have the history of what they were formed from (`current`) and former ones what they reported (`reported`); in the
pass apart, present units have what they reported and former ones all that happened on their territory (`former`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from etl.mart_tables import mart_sql
from ioc.store.engine import Connection, Parameters
from ioc.units import LAST_FORMER_DAY, REFORM

_VALUES: Final = """
    unit_code varchar, period varchar, series varchar, measure varchar, value decimal(24, 4), as_of timestamp,
    covered_until date, fresh_until timestamp, is_estimate boolean, has_source_flag boolean, bound varchar,
    boundary varchar, least_value decimal(24, 4), most_value decimal(24, 4)
"""

_ASKED: Final = "period in (select period from period_frame union all select period from period_parts)"
_ONLY_APART: Final = """
    and (
        series in (select series from apart_series)
        or unit_code in (select unit_code from mart.units where level in ('former_district', 'former_province'))
    )
"""


@dataclass(frozen=True)
class Pass:
    """One counting of a group of series."""

    is_current: bool

    @property
    def boundary(self) -> str:
        """SQL for the view that the figure of `unit_code` belongs to."""
        return self._boundary_of("unit_code")

    @property
    def ancestor_boundary(self) -> str:
        """SQL for the view that the figure of `ancestor_code` belongs to."""
        return self._boundary_of("ancestor_code")

    def _boundary_of(self, column: str) -> str:
        present, former = ("current", "reported") if self.is_current else ("reported", "former")
        return f"case when {column} like '%@%' then '{former}' else '{present}' end"


TODAY: Final = Pass(is_current=True)
"""On today's boundaries."""


def start_values(connection: Connection) -> None:
    """all_values, empty; where a slice of a divided unit is in a value, between the two ends it lies."""
    connection.execute(f"create or replace temp table all_values ({_VALUES})")
    connection.execute("create or replace temp table apart_series as select distinct series from speakers")


def passes(connection: Connection, group: str, *, ends_today: bool = False) -> Iterator[Pass]:
    """Each pass that a group of series needs, with `rollup` set for it; today's boundaries come first, or last."""
    if not ends_today:
        set_today(connection)
        yield TODAY
    yield from _apart(connection, group)
    if ends_today:
        set_today(connection)
        yield TODAY


def _apart(connection: Connection, group: str) -> Iterator[Pass]:
    if not connection.row("select count(*) from speakers")[0]:
        return
    is_spoken = bool(connection.row("select count(*) from speakers where series_group = ?", [group])[0])
    _set_rollup(connection, "apart", {"is_spoken": is_spoken})
    if connection.row("select count(*) from rollup")[0]:
        yield Pass(is_current=False)


def set_today(connection: Connection) -> None:
    """Sets `rollup` for today's boundaries."""
    _set_rollup(connection, "current", {})


def add_values(connection: Connection, counted: Pass, query: str, parameters: Parameters = None) -> None:
    """Adds a query's rows of the periods that are made to all_values, each to the view that it belongs to.

    Apart, present units differ only in series in which a former unit has figures, and former communes are followed
    only in those: in the others there is nothing of before the reform to compare with.
    """
    only = "" if counted.is_current else _ONLY_APART
    connection.execute(
        f"insert into all_values by name select *, {counted.boundary} as boundary from (\n{query}\n) "
        f"where {_ASKED} {only}",
        parameters,
    )


def finish_views(connection: Connection) -> None:
    """Adds the slices of divided units, takes away what nobody can know, and shares what is the same in two views.

    Reads additive_measures and stated_measures (measure, kind).
    """
    if connection.row("select count(*) from mart.boundary_parts")[0]:
        _add_slices(connection)
        connection.execute(f"insert into all_values by name {mart_sql('boundary_twins')}")
        _share_reported(connection)
    # nobody reports of days on which he was not there
    connection.execute(
        """
        delete from all_values using period_frame, mart.units as units
        where all_values.boundary = 'reported'
            and period_frame.period = all_values.period and units.unit_code = all_values.unit_code
            and (period_frame.end_date < units.valid_from or period_frame.start_date > units.valid_to)
        """
    )


def _set_rollup(connection: Connection, name: str, parameters: Mapping[str, object]) -> None:
    connection.execute(f"create or replace temp table rollup as {mart_sql(f'rollup_{name}')}", dict(parameters) or None)


def _add_slices(connection: Connection) -> None:
    connection.execute(f"create or replace temp table own_values as {mart_sql('boundary_own')}")
    connection.execute(f"create or replace temp table contributors as {mart_sql('boundary_contributors')}")
    connection.execute(f"create or replace temp table cut as {mart_sql('boundary_cut')}")
    connection.execute("create or replace temp table sliced as select distinct boundary, unit_code, series from cut")
    connection.execute(
        "create or replace temp table known_values as "
        "select * from all_values semi join sliced using (boundary, unit_code, series)"
    )
    days = {"reform": REFORM, "last_former_day": LAST_FORMER_DAY}
    connection.execute(f"create or replace temp table sliced_values as {mart_sql('boundary_values')}", days)
    connection.execute(
        "delete from all_values using sliced where all_values.boundary = sliced.boundary "
        "and all_values.unit_code = sliced.unit_code and all_values.series = sliced.series"
    )
    connection.execute("insert into all_values by name select * from sliced_values")


def _share_reported(connection: Connection) -> None:
    """Where no former unit has figures for a unit, what it reported is its current figure: nothing is kept twice."""
    connection.execute(f"insert into mart.boundary_units by name {mart_sql('boundary_units')}")
    connection.execute(
        "delete from all_values where boundary = 'reported' and unit_code not like '%@%' "
        "and unit_code not in (select unit_code from mart.boundary_units)"
    )
