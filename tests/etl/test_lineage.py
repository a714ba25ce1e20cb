"""The real lineage of 1 July 2025 as sets: no code is taken for a unit, and nothing of a former unit is lost."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import pytest

from etl.mart_tables import mart_sql, put_rows
from ioc.store.engine import Connection, open_memory
from ioc.units import FORMER_SUFFIX, Level, Succession, Units, load_lineage, load_units

ONE = Decimal(1)


@dataclass(frozen=True)
class Country:
    """All units and what became of them."""

    units: Units
    lineage: tuple[Succession, ...]
    predecessors: Mapping[str, list[Succession]]
    successors: Mapping[str, list[Succession]]

    @property
    def reused(self) -> set[str]:
        """Codes of present communes that a former one bore."""
        communes = {unit.unit_code for unit in self.units.all if unit.level is Level.COMMUNE}
        former = {unit.unit_code for unit in self.units.all if unit.level is Level.FORMER_COMMUNE}
        return {code for code in communes if code + FORMER_SUFFIX in former}

    def is_unchanged(self, code: str) -> bool:
        """Whether a present commune is just the one former unit, and all of it."""
        rows = self.predecessors[code]
        return len(rows) == 1 and rows[0].is_whole


@pytest.fixture(scope="module")
def country() -> Country:
    lineage = load_lineage()
    predecessors, successors = defaultdict(list), defaultdict(list)
    for row in lineage:
        predecessors[row.new_code].append(row)
        successors[row.old_code].append(row)
    return Country(load_units(), lineage, predecessors, successors)


@pytest.fixture(scope="module")
def slices(country: Country) -> Connection:
    """The build's own cut of every former unit, by area, and the way back without any figures."""
    connection = open_memory()
    connection.execute("create schema mart")
    areas = [(unit.unit_code, unit.level, unit.area_km2) for unit in country.units.all]
    put_rows(connection, "areas", {"unit_code": "varchar", "level": "varchar", "area_km2": "double"}, areas)
    connection.execute("create table mart.units as from areas")
    rows = [(row.old_code, row.new_code, row.is_whole, row.is_main) for row in country.lineage]
    columns = {"old_code": "varchar", "new_code": "varchar", "is_whole": "boolean", "is_main": "boolean"}
    put_rows(connection, "lineage", columns, rows)
    put_rows(
        connection, "stated_shares", {"old_code": "varchar", "new_code": "varchar", "share": "decimal(13, 12)"}, []
    )
    put_rows(connection, "volumes", {"unit_code": "varchar", "basis": "varchar", "received": "bigint"}, [])
    connection.execute(f"create table passage as {mart_sql('boundary_passage')}", {"basis": "dossiers"})
    connection.execute(f"create table way_back as {mart_sql('boundary_return')}")
    return connection


def test_471_units_were_divided_into_1033_parts(country: Country) -> None:
    divided = {code: rows for code, rows in country.successors.items() if len(rows) > 1}
    assert len(divided) == 471
    assert sum(map(len, divided.values())) == 1033
    assert {row.old_code for row in country.lineage if not row.is_whole} == divided.keys()
    assert Counter(map(len, divided.values())) == {2: 397, 3: 58, 4: 15, 5: 1}


def test_every_former_commune_landed_somewhere_and_every_present_one_came_from_somewhere(country: Country) -> None:
    former = {unit.unit_code for unit in country.units.all if unit.level is Level.FORMER_COMMUNE}
    present = {unit.unit_code for unit in country.units.all if unit.level is Level.COMMUNE}
    assert former <= country.successors.keys()
    assert country.predecessors.keys() == present


def test_no_part_left_its_province_behind(country: Country) -> None:
    provinces = {
        code: {country.units.by_code[row.new_code].parent_code for row in rows}
        for code, rows in country.successors.items()
    }
    assert {len(found) for found in provinces.values()} == {1}


def test_1049_same_names_under_the_same_code_hide_another_territory(country: Country) -> None:
    """Counted as the field's figure is: the same code and name then and now, formed of more than one former unit."""
    grown = {code for code in country.reused if len(country.predecessors[code]) > 1}
    assert (len(country.reused), len(grown)) == (3316, 3181)
    names = {code: country.units.by_code[code].name for code in grown}
    same = {code for code in grown if names[code] == country.units.by_code[code + FORMER_SUFFIX].name}
    assert len(same) == 1049
    assert not any(country.is_unchanged(code) for code in same)
    # and three more bear the code of the one unit of which they are only a part
    shrunk = {code for code in country.reused - grown if not country.is_unchanged(code)}
    assert shrunk == {"21997", "25822", "27007"}


def test_a_reused_code_is_the_same_unit_only_where_the_lineage_says_so(country: Country) -> None:
    unchanged = {code for code in country.reused if country.is_unchanged(code)}
    assert len(unchanged) == 132
    for code in unchanged:
        assert [row.new_code for row in country.successors[code + FORMER_SUFFIX]] == [code]
    # whoever bears a code took at least a part of who bore it
    assert all(code + FORMER_SUFFIX in {row.old_code for row in country.predecessors[code]} for code in country.reused)


def test_the_slices_of_every_unit_make_one_and_follow_each_other(country: Country, slices: Connection) -> None:
    for table, key, count in (("passage", "old_code", 10_040), ("way_back", "new_code", 3321)):
        rows = slices.rows(
            f"select {key}, sum(upto - since), min(since), max(upto), count(*), "
            f"count(*) filter (where upto < since) from {table} group by all"
        )
        assert len(rows) == count
        assert {row[1:4] for row in rows} == {(ONE, Decimal(0), ONE)}
        assert sum(row[4] for row in rows) == len(country.lineage)
        assert not any(row[5] for row in rows)


def test_only_divided_units_are_estimates(country: Country, slices: Connection) -> None:
    bases = Counter(dict(slices.rows("select basis, count(*) from passage group by all")))
    # of two present communes nobody knows the area
    assert bases == {"whole": 9569, "area": 1031, "equal": 2}
    exact = {code for (code,) in slices.rows("select new_code from way_back where basis = 'whole'")}
    assert exact == {code for code, rows in country.predecessors.items() if len(rows) == 1}
