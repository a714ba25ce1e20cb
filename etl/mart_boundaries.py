"""The boundary views of a build: which former and present units count for each other, and in what slices.

A view is another relation `rollup`: unit that a source names → unit that its figures count for. In it stand the exact
ways only; slices of divided units are added to the values afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from etl.mart_tables import mart_columns, mart_sql, put_rows
from ioc.boundary_shares import read_shares
from ioc.config import Config
from ioc.store.engine import Connection
from ioc.units import REFORM, Level, Unit, Units, load_lineage

FORMER_LEVELS = (Level.FORMER_PROVINCE, Level.FORMER_DISTRICT, Level.FORMER_COMMUNE)


def write_regions(connection: Connection, units: Units) -> None:
    """mart.region_units: what lies within the regions that the operator defined."""
    members = [(region, code) for region, codes in units.members.items() for code in codes]
    put_rows(connection, "region_members", dict.fromkeys(("region_code", "unit_code"), "varchar"), members)
    connection.execute(
        """
        insert into mart.region_units by name
        select unit_code, region_code from region_members
        union
        select below.unit_code, region_members.region_code
        from region_members
        inner join mart.units as below on below.parent_code = region_members.unit_code
        """
    )


def find_speakers(connection: Connection, units: Units, *, as_of: datetime) -> None:
    """boundary_tree, and who speaks: the relations speakers (former units with figures) and volumes."""
    former = [(unit.unit_code, unit.parent_code) for unit in units.all if unit.level in FORMER_LEVELS]
    put_rows(connection, "former_units", dict.fromkeys(("unit_code", "parent_code"), "varchar"), former)
    connection.execute(f"create or replace temp table boundary_tree as {mart_sql('boundary_tree')}")
    connection.execute(f"create or replace temp table speakers as {mart_sql('boundary_speakers')}")
    connection.execute(
        f"create or replace temp table volumes as {mart_sql('boundary_volumes')}", {"as_of": as_of, "reform": REFORM}
    )


def write_boundaries(connection: Connection, *, config: Config, units: Units) -> None:
    """mart.lineage, mart.boundary_parts and the former units of the mart, by who speaks."""
    _put_reference(connection, config)
    connection.execute(
        f"create or replace temp table passage as {mart_sql('boundary_passage')}", {"basis": config.boundaries.basis}
    )
    connection.execute(f"create or replace temp table way_back as {mart_sql('boundary_return')}")
    _add_former_units(connection, config, units)
    connection.execute(f"insert into mart.lineage by name {mart_sql('boundary_lineage')}")
    _write_ways(connection)


def _put_reference(connection: Connection, config: Config) -> None:
    rows = [(row.old_code, row.new_code, row.is_whole, row.is_main) for row in load_lineage()]
    columns = {"old_code": "varchar", "new_code": "varchar", "is_whole": "boolean", "is_main": "boolean"}
    put_rows(connection, "lineage", columns, rows)
    shares = [(one.old_code, one.new_code, one.share) for one in read_shares(config)]
    columns = {"old_code": "varchar", "new_code": "varchar", "share": "decimal(13, 12)"}
    put_rows(connection, "stated_shares", columns, shares)


def _add_former_units(connection: Connection, config: Config, units: Units) -> None:
    """Former units of the site's area and those that somebody has figures of, with the units above them."""
    named = {code for (code,) in connection.rows("select distinct unit_code from speakers")}
    area = _area_of(connection, units.find(config.site.unit))
    wanted = {code for (code,) in connection.rows(
        "select distinct ancestor_code from boundary_tree where unit_code in (select unnest($codes))",
        {"codes": sorted(named | area)},
    )}  # fmt: skip
    columns = mart_columns(connection, "units")
    rows = [tuple(getattr(units.by_code[code], name) for name in columns) for code in sorted(wanted)]
    put_rows(connection, "more_units", columns, rows)
    connection.execute("insert into mart.units by name select * from more_units")


def _area_of(connection: Connection, site: Unit) -> set[str]:
    """The former communes that the site's communes were formed from; a department's are those of its province."""
    place = site.parent_code if site.level is Level.DEPARTMENT else site.unit_code
    rows: Iterable[tuple[str]] = connection.rows(
        "select distinct passage.old_code from passage "
        "inner join boundary_tree on boundary_tree.unit_code = passage.new_code "
        "where boundary_tree.ancestor_code = $place or passage.old_code = $place",
        {"place": place},
    )
    return {code for (code,) in rows}


def _write_ways(connection: Connection) -> None:
    """mart.boundary_parts: only where a former unit has figures; without any, today's boundaries are all there is."""
    connection.execute(f"create or replace temp table boundary_leaves as {mart_sql('boundary_leaves')}")
    for boundary, steps, source, target in (
        ("current", "select old_code, new_code, basis, since, upto from passage", "former_source", "present_target"),
        ("former", "select new_code, old_code, basis, since, upto from way_back", "present_source", "former_target"),
    ):
        connection.execute(f"create or replace temp view steps (from_leaf, to_leaf, basis, since, upto) as {steps}")
        for relation, role in (("source_leaves", source), ("target_leaves", target)):
            connection.execute(
                f"create or replace temp view {relation} as select unit_code, leaf from boundary_leaves "
                f"where role = '{role}'"
            )
        connection.execute(
            "insert into mart.boundary_parts by name "
            f"select '{boundary}' as boundary, * from ({mart_sql('boundary_ways')})"
        )
