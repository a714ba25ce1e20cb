"""Counting once per set of boundaries: each pass counts by another relation `rollup`, and says whose view its figures are.

Codes of former and present units differ, so that one pass serves two views: with today's boundaries, present units
have the history of what they were formed from (`current`) and former ones what they reported (`reported`); in the
pass apart, present units have what they reported and former ones all that happened on their territory (`former`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from etl.mart_tables import mart_sql
from ioc.store.engine import Connection, Parameters
from ioc.units import LAST_FORMER_DAY, REFORM

SERIES_GROUPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "dossiers": ("dossiers",),
        "certificates": ("certificates",),
        "stated": ("form_06a", "documents"),
        "edxml": ("edxml",),
        "petitions": ("petitions",),
        "plan": ("plan",),
    }
)
"""What is counted together → its series; reported values feed the series that the catalogue names."""
_VALUES: Final = """
    unit_code varchar, period varchar, series varchar, measure varchar, value decimal(24, 4), as_of timestamp,
    fresh_until timestamp, is_estimate boolean, has_source_flag boolean, bound varchar, boundary varchar,
    least_value decimal(24, 4), most_value decimal(24, 4)
"""


@dataclass(frozen=True)
class Pass:
    """One counting of a group of series."""

    is_current: bool
    with_present: bool
    """Whether present units are counted too: apart they differ only where a former unit has figures."""

    @property
    def boundary(self) -> str:
        """SQL for the view that a unit's figure belongs to."""
        present, former = ("current", "reported") if self.is_current else ("reported", "former")
        return f"case when unit_code like '%@%' then '{former}' else '{present}' end"


TODAY: Final = Pass(is_current=True, with_present=True)
"""On today's boundaries."""


def start_values(connection: Connection) -> None:
    """all_values, empty; where a slice of a divided unit is in a value, between the two ends it lies."""
    connection.execute(f"create or replace temp table all_values ({_VALUES})")
    connection.execute("create or replace temp table apart_series (series varchar)")


def passes(connection: Connection, group: str) -> Iterator[Pass]:
    """Each pass that a group of series needs, with `rollup` set for it."""
    _set_rollup(connection, "current", {})
    yield TODAY
    if not connection.row("select count(*) from speakers")[0]:
        return
    is_spoken = bool(connection.row("select count(*) from speakers where series_group = ?", [group])[0])
    if is_spoken:
        _note_apart(connection, group)
    _set_rollup(connection, "apart", {"is_spoken": is_spoken})
    if connection.row("select count(*) from rollup")[0]:
        yield Pass(is_current=False, with_present=is_spoken)


def add_values(connection: Connection, counted: Pass, query: str, parameters: Parameters = None) -> None:
    """Adds a query's rows to all_values, each to the view that it belongs to."""
    only = "" if counted.with_present else "where unit_code like '%@%'"
    connection.execute(
        f"insert into all_values by name select *, {counted.boundary} as boundary from (\n{query}\n) {only}", parameters
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


def _note_apart(connection: Connection, group: str) -> None:
    if group == "reported":
        connection.execute(
            "insert into apart_series select 'reported' union select series from indicator_parts "
            "semi join (select measure from catalog_measures where fact = 'reported') using (measure)"
        )
        return
    connection.execute(
        "insert into apart_series select unnest($series)::varchar", {"series": list(SERIES_GROUPS[group])}
    )


def _add_slices(connection: Connection) -> None:
    connection.execute(f"create or replace temp table own_values as {mart_sql('boundary_own')}")
    connection.execute(f"create or replace temp table contributors as {mart_sql('boundary_contributors')}")
    days = {"reform": REFORM, "last_former_day": LAST_FORMER_DAY}
    connection.execute(f"create or replace temp table sliced_values as {mart_sql('boundary_values')}", days)
    connection.execute("create or replace temp table all_values as from sliced_values")


def _share_reported(connection: Connection) -> None:
    """Of units that a former one has figures for, every series of the view as reported; of the others nothing is kept twice."""
    connection.execute(f"insert into mart.boundary_units {mart_sql('boundary_units')}")
    connection.execute(
        "delete from all_values where boundary = 'reported' and unit_code not like '%@%' "
        "and unit_code not in (select unit_code from mart.boundary_units)"
    )
    connection.execute(
        "insert into all_values select * replace ('reported' as boundary) from all_values "
        "where boundary = 'current' and unit_code in (select unit_code from mart.boundary_units) "
        "and series not in (select series from apart_series)"
    )
