"""Refused rows put right: recorded as a source of their own, and never against what a later file says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from etl import corrections, pipeline
from etl.intake_desk import IntakeDesk, load_waiting
from etl.quarantine import list_refused, state_correction, state_replay, suggest_for
from etl.report import LoadReport
from etl.suggestions import site_units, suggest_units
from ioc.config import Config, load_config
from ioc.errors import ErrorClass, StoreError, UsageError
from ioc.intake import Alias, CorrectedRow, Correction, IntakeError, LandedLoad
from ioc.store.engine import Row
from ioc.store.warehouse import open_warehouse
from ioc.units import REFERENCE, load_units
from tests.empty_store import with_empty_store

NOW = datetime(2026, 11, 1, 6, 30)
HEADINGS = "Mã đơn vị;Tên đơn vị;Ngày số liệu;Số lãnh đạo;Số CBCC\n"
THUY_NGUYEN, AN_LAO = "11560", "11629"
UNKNOWN = "H24.999;Phường Thuỷ Nguyên;31/10/2026;8;61\n"


class Office:
    """An installation with one source of staff tables."""

    def __init__(self, folder: Path) -> None:
        (folder / "inbox").mkdir()
        self.folder = folder
        self.write_config()

    def write_config(self, units: str = "") -> None:
        (self.folder / "config.yaml").write_text(
            f"site: {{name: Thử, unit: '31'}}\n{units}sources: {{staff: {{kind: staff, path: inbox}}}}\n"
        )
        self.config: Config = with_empty_store(load_config(self.folder / "config.yaml", environ={}))

    def put(self, name: str, lines: str) -> None:
        (self.folder / "inbox" / name).write_text(HEADINGS + lines, encoding="utf-8")

    def run(self) -> tuple[LoadReport, ...]:
        report = pipeline.run(self.config, clock=lambda: NOW, is_building=False)
        for load in report.sources[0].loads:
            buckets = load.buckets
            assert buckets.rows_in == buckets.loaded + buckets.unchanged + buckets.superseded + buckets.quarantined
        return report.sources[0].loads

    def new_loads(self) -> list[LoadReport]:
        return [load for load in self.run() if load.is_new]

    def ask(self, sql: str) -> list[Row]:
        with open_warehouse(self.config.store.path) as connection:
            return connection.rows(sql)

    def state(self, *rows: tuple[int, int, Mapping[str, str]], aliases: Sequence[Alias] = ()) -> None:
        corrected = tuple(CorrectedRow(*row) for row in rows)
        correction = Correction("staff", "nobody", corrected, aliases, is_replay=bool(aliases))
        corrections.state(self.config.store.path, correction, at=NOW)

    def facts(self) -> dict[str, int]:
        return dict(self.ask("select unit_code, staff_required from facts.staffs"))

    def waiting(self) -> list[Row]:
        return self.ask("select load_id, row_no from quarantine_desk where resolved_by is null order by all")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def test_a_corrected_row_is_a_load_of_its_own(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}))
    (load,) = office.new_loads()
    assert (load.origin, load.buckets.rows_in, load.buckets.loaded) == ("a.csv#2", 1, 1)
    assert office.facts() == {THUY_NGUYEN: 61}
    assert office.ask("select load_id, row_no, resolved_by from quarantine_desk") == [(1, 2, 2)]
    assert office.ask(
        "select load_id, row_no, field, old_value, new_value, reason, corrected_at, corrected_by, by_load_id"
        " from corrections"
    ) == [(1, 2, "unit_code", "H24.999", THUY_NGUYEN, "UNKNOWN_UNIT", NOW, "nobody", 2)]
    assert office.ask("select origin, landing is not null, fetched_at from loads where load_id = 2") == [
        ("a.csv#2", True, NOW)
    ]


def test_a_corrected_file_takes_its_rows_off_the_desk(office: Office) -> None:
    office.put("a.csv", UNKNOWN + f"{AN_LAO};Xã An Lão;31/10/2026;7;sáu mươi\n" + "H24.998;Đâu đó;31/10/2026;1;2\n")
    office.run()
    # a line above, a unit's code and a number put right, one row still wrong
    office.put(
        "a.csv",
        "11533;Phường Ngô Quyền;31/10/2026;9;70\n"
        + UNKNOWN.replace("H24.999", THUY_NGUYEN)
        + f"{AN_LAO};Xã An Lão;31/10/2026;7;60\n"
        + "H24.997;Đâu đó;31/10/2026;1;2\n",
    )
    office.run()
    assert office.ask("select row_no, resolved_by from quarantine_desk where load_id = 1 order by 1") == [
        (2, 2), (3, 2), (4, None),
    ]  # fmt: skip
    assert office.waiting() == [(1, 4), (2, 5)]


def test_a_row_that_a_newer_file_has_again_as_it_was_waits_once(office: Office) -> None:
    other = "H24.998;Đâu đó;31/10/2026;1;2\n"
    office.put("a.csv", UNKNOWN + other + other)
    office.run()
    assert office.waiting() == [(1, 2), (1, 3), (1, 4)]
    office.put("a.csv", other + f"{AN_LAO};Xã An Lão;31/10/2026;7;60\n" + UNKNOWN)
    office.run()
    # of two that say the same the new file has one
    assert office.waiting() == [(1, 4), (2, 2), (2, 4)]
    assert office.ask("select count(*) from quarantine") == [(5,)], "nothing is forgotten"


def test_a_file_of_the_same_name_that_does_not_have_the_row_leaves_it_on_the_desk(office: Office) -> None:
    twin = f"{AN_LAO};Xã An Lão;31/10/2026;8;61\n"
    office.put("a.csv", UNKNOWN.replace("Phường Thuỷ Nguyên", "Xã An Lão") + twin)
    office.run()
    office.put("a.csv", twin + "11533;Phường Ngô Quyền;31/10/2026;9;70\n")
    office.run()
    assert office.waiting() == [(1, 2)]


def test_a_file_of_another_name_says_nothing_of_the_row(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.put("b.csv", UNKNOWN.replace("H24.999", THUY_NGUYEN))
    office.run()
    assert office.waiting() == [(1, 2)]


def test_a_correction_is_taken_in_once(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}))
    office.run()
    assert office.new_loads() == []
    assert corrections.waiting(office.config.store.path, "staff") == []
    assert office.ask("select count(*) from loads") == [(2,)]


def test_a_later_file_outweighs_a_correction(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}))
    office.run()
    office.put("b.csv", UNKNOWN.replace("H24.999", THUY_NGUYEN).replace("61", "70"))
    office.run()
    assert office.facts() == {THUY_NGUYEN: 70}


def test_a_file_that_came_after_the_refused_one_outweighs_its_correction_too(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    office.put("b.csv", UNKNOWN.replace("H24.999", THUY_NGUYEN).replace("61", "70"))
    office.run()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}))
    (load,) = office.new_loads()
    assert (load.buckets.rows_in, load.buckets.loaded, load.buckets.superseded) == (1, 0, 1)
    assert office.facts() == {THUY_NGUYEN: 70}
    assert office.waiting() == []


def test_corrections_of_two_files_keep_the_order_of_the_files(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    office.put("b.csv", UNKNOWN.replace("61", "70"))
    office.run()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}))
    office.run()
    office.state((2, 2, {"unit_code": THUY_NGUYEN}))
    office.run()
    assert office.facts() == {THUY_NGUYEN: 70}


def test_a_row_that_is_refused_again_waits_again(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    office.state((1, 2, {"unit_code": "H24.998"}))
    (load,) = office.new_loads()
    assert (load.buckets.rows_in, load.buckets.quarantined) == (1, 1)
    assert office.waiting() == [(2, 2)]
    office.state((2, 2, {"unit_code": THUY_NGUYEN}))
    (again,) = office.new_loads()
    assert again.origin == "a.csv#2"
    assert office.facts() == {THUY_NGUYEN: 61}
    assert office.ask("select load_id, corrects_load_id, statement_load_id from correcting_loads order by 1") == [
        (2, 1, 1),
        (3, 2, 1),
    ]


def test_an_alias_takes_every_row_with_its_spelling_in_and_the_next_file_too(office: Office) -> None:
    office.put("a.csv", UNKNOWN + UNKNOWN.replace("31/10", "30/10"))
    office.run()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}), aliases=[Alias("h24 .999", THUY_NGUYEN)])
    (load,) = office.new_loads()
    assert (load.origin, load.buckets.loaded) == ("a.csv#2,3", 2)
    office.put("b.csv", UNKNOWN.replace("61", "70"))
    assert [load.buckets.quarantined for load in office.new_loads()] == [0]
    assert 70 in office.facts().values()


def test_an_alias_is_of_its_own_source_only(office: Office, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "config.yaml").write_text(
        "site: {name: Thử, unit: '31'}\n"
        "sources: {staff: {kind: staff, path: inbox}, other: {kind: staff, path: other}}\n"
    )
    office.config = load_config(tmp_path / "config.yaml", environ={})
    (tmp_path / "other" / "z.csv").write_text(HEADINGS + UNKNOWN, encoding="utf-8")
    office.state(aliases=[Alias("H24.999", THUY_NGUYEN)])
    office.put("a.csv", UNKNOWN)
    report = pipeline.run(office.config, clock=lambda: NOW, is_building=False)
    assert [source.quarantined for source in report.sources] == [0, 1]


def test_replaying_takes_in_what_a_grown_crosswalk_knows_and_nothing_else(office: Office) -> None:
    office.put("a.csv", UNKNOWN + UNKNOWN.replace("H24.999", "H24.998") + "11557;;31/10/2026;8;6o\n")
    office.run()
    (office.folder / "more.csv").write_text(f"system,source_unit_code,unit_code,name\nlocal,H24.999,{THUY_NGUYEN},x\n")
    office.write_config("units: {crosswalks: [more.csv]}\n")
    state_replay(office.config, ["staff"], by="nobody")
    report = load_waiting(office.config, clock=lambda: NOW)
    assert report is not None
    (load,) = report.sources[0].loads
    assert (load.origin, load.buckets.rows_in, load.buckets.loaded) == ("a.csv#2", 1, 1)
    assert office.waiting() == [(1, 3), (1, 4)]
    assert load_waiting(office.config) is None


def test_a_landing_file_that_is_gone_is_a_failure_and_the_correction_waits(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    office.run()
    landed = list((office.config.store.path / "landing" / "staff").glob("*.parquet"))
    kept = landed[0].read_bytes()
    landed[0].unlink()
    office.state((1, 2, {"unit_code": THUY_NGUYEN}))
    failed = [load for load in office.run() if load.error_class is not None]
    assert [load.error_class for load in failed] == [ErrorClass.UNREADABLE]
    landed[0].write_bytes(kept)
    office.run()
    assert office.facts() == {THUY_NGUYEN: 61}


def test_a_file_of_corrections_that_cannot_be_read_stops_nothing(office: Office) -> None:
    office.put("a.csv", UNKNOWN)
    folder = office.config.store.path / "corrections" / "staff"
    folder.mkdir(parents=True)
    (folder / "x.json").write_text("{")
    (folder / "y.json").write_text(json.dumps({"at": NOW.isoformat()}))
    assert [load.origin for load in office.new_loads()] == ["a.csv"]


@pytest.fixture
def refused(office: Office) -> Iterator[LandedLoad]:
    office.put("a.csv", UNKNOWN + "11557;Phường Thiên Hương;31/10/2026;8;6o\n11557;;31/10/2026;8;60;thừa\n")
    office.run()
    (row,) = office.ask("select load_id, source_id, origin, sha256, fetched_at from loads")
    yield LandedLoad(*row)


def test_the_desk_names_the_unit_that_may_be_meant(office: Office, refused: LandedLoad) -> None:
    row = IntakeDesk(office.config).refused_row(refused, 2)
    (problem,) = row.problems
    assert (problem.field, problem.column, problem.reason, problem.value) == (
        "unit_code", "unit_code", "UNKNOWN_UNIT", "H24.999",
    )  # fmt: skip
    best = problem.suggestions[0]
    assert (best.unit_code, best.name, best.score) == (THUY_NGUYEN, "Phường Thủy Nguyên", 100)
    assert row.not_correctable is None


def test_a_row_that_could_not_be_read_can_only_come_in_a_file(office: Office, refused: LandedLoad) -> None:
    row = IntakeDesk(office.config).refused_row(refused, 4)
    assert [problem.field for problem in row.problems] == ["row"]
    assert row.not_correctable is not None


@pytest.mark.parametrize(
    ("row_no", "changes"),
    [
        (2, {"unit_code": "H24.998"}),
        (3, {"staff_required": "sáu mươi"}),
        (3, {"staff_required": "031199012345"}),
        (3, {"unit_name": "an@example.org", "staff_required": "60"}),
        (3, {"row_no": "9"}),
        (3, {"no_such_column": "9"}),
    ],
)
def test_the_desk_refuses_what_the_contract_or_privacy_refuses(
    office: Office, refused: LandedLoad, row_no: int, changes: dict[str, str]
) -> None:
    desk = IntakeDesk(office.config)
    correction = Correction("staff", "nobody", (CorrectedRow(refused.load_id, row_no, changes),))
    with pytest.raises(IntakeError):
        desk.expect_good(correction, [refused])


def test_the_command_line_corrects_and_remembers(office: Office, refused: LandedLoad) -> None:
    state_correction(
        office.config,
        source_id="staff",
        load_id=refused.load_id,
        row_no=2,
        changes={"unit_code": THUY_NGUYEN},
        is_remembered=True,
        by="nobody",
        clock=lambda: NOW,
    )
    assert office.ask("select count(*) from corrections") == [(0,)]
    load_waiting(office.config, clock=lambda: NOW)
    assert office.facts() == {THUY_NGUYEN: 61}
    assert office.ask("select spelling, unit_code from unit_aliases") == [("H24.999", THUY_NGUYEN)]
    with pytest.raises(UsageError):
        state_correction(
            office.config, source_id="staff", load_id=99, row_no=2, changes={}, is_remembered=False, by="nobody"
        )


def test_refused_rows_are_listed_without_a_snapshot(office: Office, refused: LandedLoad) -> None:
    rows = list_refused(office.config.store.path, source=None, limit=10)
    assert [(row.row_no, row.field, row.reason) for row in rows] == [
        (2, "unit_code", "UNKNOWN_UNIT"),
        (3, "staff_required", "VALUE"),
        (4, "row", "INTEGRITY"),
    ]
    assert [row.unit_code for row in suggest_for(office.config, rows)] == [THUY_NGUYEN, None, None]
    assert list_refused(office.config.store.path, source="other", limit=10) == []


def test_looking_for_refused_rows_makes_no_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError):
        list_refused(tmp_path / "store", source=None, limit=10)
    assert not (tmp_path / "store").exists()


UNITS = load_units(REFERENCE)
HAI_PHONG = site_units(UNITS, "31")


@pytest.mark.parametrize(
    ("code", "name", "expected"),
    [
        (None, "thuy nguyen", THUY_NGUYEN),
        (None, "UBND xã An Lảo", AN_LAO),
        ("1156O", None, THUY_NGUYEN),
        ("H24.999", "Uỷ ban nhân dân phường Thuỷ Nguyên", THUY_NGUYEN),
    ],
)
def test_the_nearest_unit_comes_first(code: str | None, name: str | None, expected: str) -> None:
    found = suggest_units(HAI_PHONG, code=code, name=name)
    assert found[0].unit_code == expected
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)


def test_nothing_is_suggested_where_nothing_is_near() -> None:
    assert suggest_units(HAI_PHONG, code="X", name="Kho bạc khu vực") == ()
    assert suggest_units(HAI_PHONG, code=None, name=None) == ()


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.sampled_from(["file", "correct"]), st.integers(50, 59)), min_size=2, max_size=5))
def test_what_counts_is_always_what_the_last_file_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    """Files of one unit come now with a known code, now with an unknown one that is corrected at once or at the end."""
    office = Office(tmp_path_factory.mktemp("office"))
    late = []
    for number, (how, staff) in enumerate(steps, start=1):
        code = THUY_NGUYEN if how == "file" else "H24.999"
        office.put(f"{number}.csv", f"{code};x{number};31/10/2026;8;{staff}\n")
        office.run()
        late.append(how == "correct")
    loads = dict(office.ask("select origin, load_id from loads"))
    for number in reversed([number for number, is_late in enumerate(late, start=1) if is_late]):
        if f"{number}.csv" in loads:
            office.state((loads[f"{number}.csv"], 2, {"unit_code": THUY_NGUYEN}))
    office.run()
    assert office.facts() == {THUY_NGUYEN: steps[-1][1]}
    assert all(
        came == told
        for came, told in office.ask("select rows_in, loaded + unchanged + superseded + quarantined from loads")
    )
    assert office.waiting() == []


@pytest.mark.parametrize("order", list(permutations((1, 2, 3))))
def test_corrections_of_one_run_count_in_the_order_of_their_files(office: Office, order: tuple[int, ...]) -> None:
    for number, staff in ((1, 51), (2, 50), (3, 51)):
        office.put(f"{number}.csv", f"H24.999;x{number};31/10/2026;8;{staff}\n")
    office.run()
    # the third repeats what the first has made known, and leaves no version behind; it is the newest all the same
    for moment, load_id in enumerate(order):
        corrected = CorrectedRow(load_id, 2, {"unit_code": THUY_NGUYEN})
        correction = Correction("staff", "nobody", (corrected,))
        corrections.state(office.config.store.path, correction, at=NOW + timedelta(seconds=moment))
    office.run()
    assert office.facts() == {THUY_NGUYEN: 51}


def test_a_later_file_that_only_repeats_the_known_outweighs_a_correction(office: Office) -> None:
    known = f"{THUY_NGUYEN};;31/10/2026;8;70\n"
    office.put("a.csv", known)
    office.run()
    office.put("b.csv", UNKNOWN)
    office.run()
    office.put("c.csv", known + "11557;;31/10/2026;1;2\n")
    office.run()
    office.state((2, 2, {"unit_code": THUY_NGUYEN}))
    (load,) = office.new_loads()
    assert (load.buckets.superseded, load.buckets.loaded) == (1, 0)
    assert office.facts()[THUY_NGUYEN] == 70
