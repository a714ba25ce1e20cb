import csv
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ioc.errors import ConfigError, UsageError
from ioc.names import fold, nfc, sort_key
from ioc.units import FORMER_SUFFIX, REFERENCE, REFORM, Level, Succession, Units, load_lineage, load_units, resolve_code

SHARED = Path(__file__).parents[3] / "shared" / "data"
DIEN_HONG_AT_PORTAL = "019d2be3-6a95-76bf-9a11-dc237d3ae64a"
HEADER = "system,source_unit_code,unit_code,name,level,parent_code"


@pytest.fixture(scope="module")
def units() -> Units:
    return load_units()


@pytest.fixture(scope="module")
def lineage() -> tuple[Succession, ...]:
    return load_lineage()


def shared_rows(name: str) -> list[dict[str, str]]:
    path = SHARED / name
    if not path.is_file():
        pytest.skip(f"{name} is not there: the shared data are needed")
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def write_crosswalk(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return path


def problems_of(path: Path) -> list[tuple[int, str]]:
    """Lines and columns that the crosswalk is refused for."""
    with pytest.raises(ConfigError) as caught:
        load_units(crosswalks=[path])
    assert {problem.file for problem in caught.value.problems} == {path}
    return [(problem.line, problem.where) for problem in caught.value.problems]


def test_the_country_is_complete(units: Units) -> None:
    assert Counter(unit.level for unit in units.all) == {
        Level.PROVINCE: 34,
        Level.COMMUNE: 3321,
        Level.DEPARTMENT: 4,
        Level.FORMER_PROVINCE: 63,
        Level.FORMER_DISTRICT: 696,
        Level.FORMER_COMMUNE: 10_035,
    }
    communes = Counter(unit.kind for unit in units.all if unit.level is Level.COMMUNE)
    assert communes == {"xa": 2621, "phuong": 687, "dac_khu": 13}
    assert len(units.children("52", level=Level.COMMUNE)) == 135
    assert len(units.children("31")) == 114


def test_every_unit_hangs_in_its_tree(units: Units) -> None:
    above = {
        Level.COMMUNE: Level.PROVINCE,
        Level.DEPARTMENT: Level.PROVINCE,
        Level.FORMER_DISTRICT: Level.FORMER_PROVINCE,
        Level.FORMER_COMMUNE: Level.FORMER_DISTRICT,
    }
    for unit in units.all:
        parent = units.by_code[unit.parent_code].level if unit.parent_code else None
        assert parent == above.get(unit.level), unit
        assert unit.is_former == unit.level.startswith("former")


def test_the_way_up_from_a_commune_then_and_now(units: Units) -> None:
    now = [unit.name for unit in units.ancestors("23563")]
    then = [unit.name for unit in units.ancestors("23563" + FORMER_SUFFIX)]
    assert now == ["Tỉnh Gia Lai"]
    assert then == ["Thành phố Pleiku", "Tỉnh Gia Lai"]


def test_names_are_composed_and_taken_apart_as_officials_do(units: Units) -> None:
    assert all(unit.name == nfc(unit.name) for unit in units.all)
    with (REFERENCE / "communes_2025.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            unit = units.by_code[row["code"]]
            assert (unit.short_name, unit.kind) == (row["short_name"], row["kind"])
    with (REFERENCE / "provinces_2025.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            assert units.by_code[row["code"]].short_name == row["short_name"]


def test_a_ward_that_is_a_number_keeps_its_kind_in_the_short_name(units: Units) -> None:
    numbered = [unit for unit in units.all if unit.name == "Phường 1"]
    assert numbered
    assert {unit.short_name for unit in numbered} == {"Phường 1"}


def test_units_are_found_without_accents_and_sorted_by_the_alphabet(units: Units) -> None:
    found = [unit.name for unit in units.children("31") if fold("thuy nguyen") in unit.search_key]
    assert "Phường Thủy Nguyên" in found
    children = units.children("31")
    assert [unit.short_name for unit in children] == sorted((unit.short_name for unit in children), key=sort_key)
    assert children[0].short_name == "Ái Quốc"
    assert children[1].short_name == "An Biên"


def test_the_reform_gave_old_codes_to_new_territories(units: Units, lineage: tuple[Succession, ...]) -> None:
    present = {unit.unit_code for unit in units.all if unit.level is Level.COMMUNE}
    former = {row.old_code.removesuffix(FORMER_SUFFIX) for row in lineage}
    assert len(present & former) == 3316
    assert units.by_code["23563"].valid_from == REFORM
    assert units.by_code["23563" + FORMER_SUFFIX].valid_to is not None


def test_the_lineage_joins_units_that_exist(units: Units, lineage: tuple[Succession, ...]) -> None:
    assert {row.old_code for row in lineage} <= units.by_code.keys()
    assert {row.new_code for row in lineage} == {u.unit_code for u in units.all if u.level is Level.COMMUNE}
    leaves = {unit.unit_code for unit in units.all if unit.level is Level.FORMER_COMMUNE}
    islands = {row.old_code for row in lineage} - leaves
    assert len(leaves) == 10_035
    assert leaves <= {row.old_code for row in lineage}
    assert {units.by_code[code].level for code in islands} == {Level.FORMER_DISTRICT}
    assert len(islands) == 5


def test_471_former_units_were_divided_and_each_has_one_main_successor(lineage: tuple[Succession, ...]) -> None:
    divided = {row.old_code for row in lineage if not row.is_whole}
    assert len(divided) == 471
    assert Counter(row.old_code for row in lineage if row.is_main) == Counter({row.old_code for row in lineage})


def test_every_province_has_its_electronic_identifier(units: Units) -> None:
    provinces = [unit for unit in units.all if unit.level is Level.PROVINCE]
    assert len({unit.electronic_id for unit in provinces if unit.electronic_id}) == 34
    assert units.find("H24").short_name == "Hải Phòng"


@pytest.mark.parametrize("code", ["23563", "H21.104", "h21.104 ", "000.00.104.H21", DIEN_HONG_AT_PORTAL])
def test_every_code_of_a_unit_leads_to_it(units: Units, code: str) -> None:
    assert units.find(code).name == "Phường Diên Hồng"


def test_an_unknown_unit_is_refused_with_what_to_give(units: Units) -> None:
    with pytest.raises(UsageError, match=r"H99\.1.*H21\.100"):
        units.find("H99.1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("000.00.19.H26", "H26.19"),
        ("000.00.00.H41", "H41"),
        ("28.22.H17", "H17.22.28"),
        (" h44.100 ", "H44.100"),
        ("07900", "07900"),
        ("019d2be3-6ab4-74ce-8a81-1708de733a98", "019D2BE3-6AB4-74CE-8A81-1708DE733A98"),
    ],
)
def test_a_source_code_in_one_spelling(text: str, code: str) -> None:
    assert resolve_code(text) == code


@given(st.text())
@example(" \u0339 \u0334")
def test_resolving_a_code_twice_changes_nothing(text: str) -> None:
    assert resolve_code(resolve_code(text)) == resolve_code(text)


def test_the_crosswalk_agrees_with_the_published_figures_of_gia_lai(units: Units) -> None:
    rows = shared_rows("golden/gia_lai_766_2026-10-10.csv")
    assert len(rows) == 45
    for row in rows:
        assert units.find(row["departmentId"]).unit_code == row["commune_code"]
        assert units.find(row["departmentCode"]).unit_code == row["commune_code"]


def test_the_crosswalk_has_all_communes_of_gia_lai(units: Units) -> None:
    rows = shared_rows("reference/portal_units_gia_lai.csv")
    assert {row["commune_code"] for row in rows} == {unit.unit_code for unit in units.children("52")}
    assert all(units.find(row["portal_code"]).electronic_id == row["portal_code"] for row in rows)
    assert all(units.find(row["portal_id"]).unit_code == row["commune_code"] for row in rows)


def test_every_unit_of_the_portal_samples_is_known(units: Units) -> None:
    folder = SHARED / "portal"
    if not folder.is_dir():
        pytest.skip("the portal's samples are not there: the shared data are needed")
    text = (folder / "dvc-progress-tree.month.json").read_text(encoding="utf-8")
    codes = {word.strip('", ') for word in text.split() if word.startswith('"H44')}
    assert len(codes) == 26
    assert {units.find(code).parent_code for code in codes - {"H44"}} == {"25"}
    assert units.find("019d2be3-6a88-732b-8b17-b68020c8553a").name == "Tỉnh Phú Thọ"
    assert units.find("H44.07").level is Level.DEPARTMENT


def test_the_tables_hold_all_units_of_the_shared_ones(units: Units, lineage: tuple[Succession, ...]) -> None:
    former = shared_rows("reference/communes_before_2025-07-01.csv")
    assert {row["code"] + FORMER_SUFFIX for row in former} <= units.by_code.keys()
    for row in former:
        district = units.by_code[row["district_code"] + FORMER_SUFFIX]
        assert (district.name, district.parent_code) == (row["district_name"], row["province_code"] + FORMER_SUFFIX)
    assert len(lineage) == len(shared_rows("reference/commune_lineage_2025-07-01.csv"))


def test_a_site_adds_departments_and_codes(tmp_path: Path) -> None:
    path = write_crosswalk(
        tmp_path / "crosswalk.csv",
        "# made for this test,,,,,",
        "portal_id,00000000-0000-7000-8000-00000000000a,H24.05,,,",
        "electronic_id,h24.05,,Sở Nội vụ,department,31",
        "electronic_id,H24.100,11446,,commune,31",
        "local,AN-LAO,11629,,,",
    )
    units = load_units(crosswalks=[path])
    department = units.by_code["H24.05"]
    assert (department.level, department.parent_code, department.kind) == (Level.DEPARTMENT, "31", "so_nganh")
    assert department.electronic_id == "H24.05"
    assert department in units.children("31", level=Level.DEPARTMENT)
    assert units.find("000.00.05.H24") == department
    assert units.find("00000000-0000-7000-8000-00000000000A") == department
    assert units.find("an-lao").unit_code == "11629"


def test_the_same_crosswalk_twice_is_no_contradiction() -> None:
    assert load_units(crosswalks=[REFERENCE / "crosswalk.csv"]).xref == load_units().xref


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ("telephone,1022,31,,,", "system"),
        ("local,,31,,,", "source_unit_code"),
        ("local,HP,99999,,,", "unit_code"),
        ("local,HP,,,,", "unit_code"),
        ("electronic_id,H24,52,,,", "source_unit_code"),
        ("local,52,31,,,", "source_unit_code"),
        ("electronic_id,H24.05,31,Sở Nội vụ,department,31", "unit_code"),
        ("local,HP,31", "—"),
    ],
)
def test_a_faulty_row_is_named_with_its_line(tmp_path: Path, line: str, column: str) -> None:
    path = write_crosswalk(tmp_path / "crosswalk.csv", "local,GL,52,,,", line)
    assert problems_of(path) == [(3, column)]


def test_a_department_needs_a_province_that_exists(tmp_path: Path) -> None:
    path = write_crosswalk(tmp_path / "crosswalk.csv", "electronic_id,H24.05,,Sở Nội vụ,department,99")
    assert (2, "unit_code") in problems_of(path)


def test_every_faulty_row_is_reported_at_once(tmp_path: Path) -> None:
    path = write_crosswalk(tmp_path / "crosswalk.csv", "x,1,31,,,", "local,A,31,,,", "local,B,nowhere,,,")
    assert [line for line, _ in problems_of(path)] == [2, 4]


def test_a_crosswalk_that_cannot_be_read_is_a_problem_of_the_configuration(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "missing.csv") == [(1, "—")]
    (tmp_path / "latin.csv").write_bytes("system,source_unit_code,unit_code,name\nlocal,A,31,H\xe0\n".encode("latin-1"))
    assert problems_of(tmp_path / "latin.csv") == [(1, "—")]
    (tmp_path / "short.csv").write_text("system,unit_code\n", encoding="utf-8")
    assert problems_of(tmp_path / "short.csv") == [(1, "—")]
