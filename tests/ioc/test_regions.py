"""Regions of an operator: members that exist, codes of their own, faults with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ioc.config import load_config
from ioc.errors import ConfigError
from ioc.regions import read_units
from ioc.units import Level

SITE = 'site: {name: Thử, unit: "31"}\n'


def write(folder: Path, *lines: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(SITE + "\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems_of(path: Path) -> list[tuple[int, str]]:
    with pytest.raises(ConfigError) as caught:
        read_units(load_config(path, environ={}))
    assert {problem.file for problem in caught.value.problems} == {path}
    return [(problem.line, problem.where) for problem in caught.value.problems]


def test_a_region_is_a_unit_with_members_named_by_any_code(tmp_path: Path) -> None:
    path = write(tmp_path, "regions:", '  - {code: VEN-BIEN, name: Vùng ven biển, units: ["11446", h24, "11446"]}')
    units = read_units(load_config(path, environ={}))
    region = units.by_code["VEN-BIEN"]
    assert (region.level, region.name, region.parent_code) == (Level.REGION, "Vùng ven biển", None)
    assert units.members == {"VEN-BIEN": ("11446", "31")}
    assert units.find("ven-bien") == region


@pytest.mark.parametrize(
    ("region", "place"),
    [
        ('{code: V1, name: Vùng, units: ["99999"]}', "regions.0.units.0"),
        ('{code: V1, name: Vùng, units: ["11446", "11446@2024-12-31"]}', "regions.0.units.1"),
        ('{code: H24, name: Vùng, units: ["11446"]}', "regions.0.code"),
        ("{code: V1, name: Vùng, units: []}", "regions.0.units"),
        ('{code: "31", name: Vùng, units: ["11446"]}', "regions.0.code"),
        ('{code: V1, name: Vùng, members: ["11446"]}', "regions.0.members"),
    ],
)
def test_a_faulty_region_is_named_with_its_line(tmp_path: Path, region: str, place: str) -> None:
    found = problems_of(write(tmp_path, "regions:", f"  - {region}"))
    assert (3, place) in found


def test_two_regions_do_not_share_a_code(tmp_path: Path) -> None:
    one = '  - {code: V1, name: Vùng, units: ["11446"]}'
    assert problems_of(write(tmp_path, "regions:", one, one)) == [(4, "regions.1.code")]


def test_regions_are_a_list(tmp_path: Path) -> None:
    assert problems_of(write(tmp_path, "regions: {V1: 31}")) == [(2, "regions")]


@pytest.mark.parametrize(
    ("section", "place"),
    [
        ("{basis: people}", "boundaries.basis"),
        ("{basis: shares}", "boundaries"),
        ("{basis: area, shares: a.csv}", "boundaries"),
        ("{basis: shares, shares: missing.csv}", "boundaries.shares"),
    ],
)
def test_a_faulty_basis_is_named_with_its_line(tmp_path: Path, section: str, place: str) -> None:
    assert problems_of(write(tmp_path, f"boundaries: {section}")) == [(2, place)]
