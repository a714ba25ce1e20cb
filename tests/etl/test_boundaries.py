"""Figures across 1 July 2025: exact of units that went as a whole, estimates with a range of divided ones."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from etl.pipeline import run
from ioc.access import Scope
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Indicator
from ioc.cli import app
from ioc.errors import ConfigError, UsageError
from ioc.periods import parse_period
from ioc.store import questions
from ioc.store.asked import ask_readings
from ioc.store.engine import open_memory
from ioc.store.questions import BOUNDARIES, CURRENT, FORMER, REPORTED, Reading
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.store.warehouse import read_sql
from ioc.units import FORMER_SUFFIX, Succession, load_lineage
from tests.dossier_files import CATALOG, dossier, write_lines
from tests.former_forms import Month, make_office, write_form

EVERYTHING = Scope.everything()
AT = datetime(2025, 9, 2, 8, 0)
PHU_LIEN, KIEN_AN, AN_LAO, CAT_HAI, HAI_AN = "11446", "11443", "11629", "11914", "11413"
CLUSTER = (PHU_LIEN, KIEN_AN, AN_LAO, CAT_HAI)
"""The first three share divided communes; the last was formed of whole ones."""
UNCHANGED = "00859"
"""Formed of one former commune, all of it; in another province."""
DISTRICT = "307" + FORMER_SUFFIX
ONLINE = "online_submission_simple"
FORMS = "form_06a"


def lineage_of(*present: str) -> dict[str, list[Succession]]:
    """Former units that communes were formed of, with all of their successors."""
    rows = load_lineage()
    wanted = {row.old_code for row in rows if row.new_code in present}
    found: dict[str, list[Succession]] = defaultdict(list)
    for row in rows:
        if row.old_code in wanted:
            found[row.old_code].append(row)
    return found


@dataclass(frozen=True)
class Office:
    """A built site."""

    file: Path
    snapshot: OpenSnapshot
    stated: Mapping[tuple[str, str], Month]
    """By unit and month."""

    def readings(
        self, boundary: str, period: str, *, indicator: str = ONLINE, series: str = FORMS
    ) -> dict[str, Reading]:
        found = questions.readings(
            self.snapshot.connection,
            EVERYTHING,
            period=period,
            indicators=[indicator],
            series=series,
            boundary=boundary,
        )
        assert len({reading.unit_code for reading in found}) == len(found)
        assert {reading.boundary for reading in found} <= {boundary}
        return {reading.unit_code: reading for reading in found}

    @cached_property
    def levels(self) -> dict[str, str]:
        rows = questions.units(self.snapshot.connection, EVERYTHING, with_former=True)
        return {row.unit_code: row.level for row in rows}

    def total(self, boundary: str, period: str, *levels: str, indicator: str = ONLINE) -> tuple[Decimal, Decimal]:
        """Numerators and denominators of all units of some levels."""
        found = [one for code, one in self.readings(boundary, period, indicator=indicator).items()
                 if self.levels[code] in levels]  # fmt: skip
        return (
            sum((one.numerator for one in found if one.numerator is not None), Decimal(0)),
            sum((one.denominator for one in found if one.denominator is not None), Decimal(0)),
        )


def build(folder: Path, stated: Mapping[tuple[str, str], Month], *, more: str = "") -> Office:
    """A site in which units stated these months."""
    config = make_office(folder, more=more)
    by_month: dict[str, dict[str, Month]] = defaultdict(dict)
    for (unit, month), figures in stated.items():
        by_month[month][unit] = figures
    for month, rows in by_month.items():
        write_form(folder, month, rows)
    write_lines(folder / "inbox" / "dossiers" / "1.ndjson", DOSSIERS)
    (folder / "inbox" / "reported" / "1.csv").write_text(REPORTED_SHARES, encoding="utf-8")
    report = run(config, clock=lambda: AT)
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    return Office(config.file, snapshot, stated)


VAN_DAU = "11446" + FORMER_SUFFIX
NGOC_SON = "11440" + FORMER_SUFFIX
BEFORE = {"NgayTiepNhan": "20250610083000", "NgayHenTra": "20250620170000", "NgayKetThucXuLy": "20250615100000",
          "NgayTra": "20250616090000"}  # fmt: skip
AFTER = {"NgayTiepNhan": "20250710083000", "NgayHenTra": "20250720170000", "NgayKetThucXuLy": "20250715100000",
         "NgayTra": "20250716090000"}  # fmt: skip
DOSSIERS = [
    dossier(1, MaDonVi=VAN_DAU, **BEFORE),
    dossier(2, MaDonVi="11440@2024", **BEFORE),
    dossier(3, MaDonVi=NGOC_SON, **{**BEFORE, "KenhThucHien": "1"}),
    # never settled: still open long after its unit has ended
    dossier(4, MaDonVi=VAN_DAU, **{**BEFORE, "NgayKetThucXuLy": "", "NgayTra": "", "TrangThaiHoSo": "4"}),
    dossier(5, MaDonVi=PHU_LIEN, **AFTER),
    dossier(6, MaDonVi=KIEN_AN, **{**AFTER, "KenhThucHien": "1"}),
    dossier(7, MaDonVi=HAI_AN, **AFTER),
]
"""Văn Đẩu was divided between Phù Liễn and Kiến An; Ngọc Sơn went to Phù Liễn as a whole."""
REPORTED_SHARES = f"""unit_code,period,measure,value,source_document
{VAN_DAU},2025-06,digital_economy_share,40,Báo cáo
{UNCHANGED}{FORMER_SUFFIX},2025-06,digital_economy_share,60,Báo cáo
"""


def plain_figures() -> dict[tuple[str, str], Month]:
    """Six months before and two after the reform, each unit with figures of its own."""
    found: dict[tuple[str, str], Month] = {}
    for place, code in enumerate(sorted(lineage_of(*CLUSTER, UNCHANGED)), start=1):
        for month in range(1, 6):
            found[code, f"2025-0{month}"] = Month(20 + place, 7 + month + place % 5, carried=3, open_at_end=4)
        found[code, "2025-06"] = Month(21 + place, 9 + place % 7, carried=4, open_at_end=place % 4)
    for place, code in enumerate((*CLUSTER, UNCHANGED), start=1):
        found[code, "2025-07"] = Month(101 * place, 67 * place, carried=10, open_at_end=12)
        found[code, "2025-08"] = Month(103 * place, 71 * place, carried=12, open_at_end=7)
    return found


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    regions = f"""regions:
  - {{code: NAM, name: Vùng phía nam, units: ["{PHU_LIEN}", "{AN_LAO}"]}}
  - {{code: DAO, name: Vùng đảo, units: ["{CAT_HAI}"]}}"""
    built = build(tmp_path_factory.mktemp("office"), plain_figures(), more=regions)
    yield built
    built.snapshot.connection.close()


@pytest.mark.parametrize("indicator", [ONLINE, "carried_over_rate", "open_overdue_rate"])
@pytest.mark.parametrize("period", ["2025-05", "2025-06", "2025-Q2", "2025-07", "2025"])
def test_no_view_loses_or_doubles_a_case(office: Office, period: str, indicator: str) -> None:
    for boundary, levels in (
        (CURRENT, ("commune", "province")),
        (REPORTED, ("commune", "province")),
        (REPORTED, ("former_commune", "former_district", "former_province")),
        (FORMER, ("former_commune", "former_district", "former_province")),
    ):
        assert len({office.total(boundary, period, level, indicator=indicator) for level in levels}) == 1, boundary


def test_all_views_hold_the_same_cases(office: Office) -> None:
    for period in ("2025-06", "2025-07", "2025-08"):
        stated = [figures for (_unit, month), figures in office.stated.items() if month == period]
        whole = (sum(one.online for one in stated), sum(one.received for one in stated))
        for boundary, levels in (
            (CURRENT, ("commune",)),
            (REPORTED, ("commune", "former_commune")),
            (FORMER, ("former_commune",)),
        ):
            assert office.total(boundary, period, *levels) == whole, (period, boundary)


def test_whole_predecessors_are_added_exactly(office: Office) -> None:
    reading = office.readings(CURRENT, "2025-06")[CAT_HAI]
    own = [office.stated[code, "2025-06"] for code in lineage_of(CAT_HAI)]
    assert reading.numerator == sum(one.online for one in own)
    assert reading.denominator == sum(one.received for one in own)
    assert "estimate" not in reading.flags
    assert (reading.range_low, reading.range_high) == (None, None)


def test_a_part_of_a_divided_commune_is_an_estimate_between_two_ends(office: Office) -> None:
    reading = office.readings(CURRENT, "2025-06")[PHU_LIEN]
    rows = lineage_of(PHU_LIEN)
    whole = [office.stated[code, "2025-06"] for code, parts in rows.items() if len(parts) == 1]
    divided = [office.stated[code, "2025-06"] for code, parts in rows.items() if len(parts) > 1]
    inside, least = sum(one.online for one in whole), sum(one.received for one in whole)
    more_inside, more = sum(one.online for one in divided), sum(one.received for one in divided)
    assert "estimate" in reading.flags
    assert reading.range_low == pytest.approx(inside / (least + more - more_inside))
    assert reading.range_high == pytest.approx((inside + more_inside) / (least + more_inside))
    assert reading.value is not None
    assert reading.range_low < reading.value < reading.range_high
    assert least < reading.denominator < least + more


def test_a_count_lies_between_none_and_all_of_the_divided(office: Office) -> None:
    reading = office.readings(CURRENT, "2025-06", indicator="open_overdue_count")[PHU_LIEN]
    rows = lineage_of(PHU_LIEN)
    whole = sum(office.stated[code, "2025-06"].open_at_end for code, parts in rows.items() if len(parts) == 1)
    divided = sum(office.stated[code, "2025-06"].open_at_end for code, parts in rows.items() if len(parts) > 1)
    assert (reading.range_low, reading.range_high) == (whole, whole + divided)


def test_what_follows_the_reform_is_the_same_as_reported(office: Office) -> None:
    for period in ("2025-07", "2025-08"):
        current, reported = office.readings(CURRENT, period), office.readings(REPORTED, period)
        assert current.keys() == reported.keys()
        for code, reading in current.items():
            other = reported[code]
            assert (reading.numerator, reading.denominator, reading.rank) == (
                other.numerator,
                other.denominator,
                other.rank,
            )
            assert "estimate" not in reading.flags


def test_as_reported_nothing_is_compared_across_the_reform(office: Office) -> None:
    july = {boundary: office.readings(boundary, "2025-07")[PHU_LIEN] for boundary in (CURRENT, REPORTED)}
    assert july[CURRENT].previous_value == office.readings(CURRENT, "2025-06")[PHU_LIEN].value
    assert july[REPORTED].previous_value is None
    points = questions.trend(
        office.snapshot.connection,
        EVERYTHING,
        indicators=[ONLINE],
        units=[PHU_LIEN],
        until=date(2025, 8, 31),
        series=FORMS,
        boundary=REPORTED,
    )
    assert [point.period for point in points] == ["2025-07", "2025-08"]


def test_an_unchanged_unit_has_one_history_in_all_views(office: Office) -> None:
    former = UNCHANGED + FORMER_SUFFIX
    for period in ("2025-05", "2025-06"):
        reported, current = office.readings(REPORTED, period)[former], office.readings(CURRENT, period)[UNCHANGED]
        assert (current.numerator, current.denominator, current.flags) == (
            reported.numerator, reported.denominator, reported.flags,
        )  # fmt: skip
    for period in ("2025-07", "2025-08"):
        later = office.readings(FORMER, period)[former]
        assert later.value == office.readings(CURRENT, period)[UNCHANGED].value
        assert later.range_low is None


def test_a_commune_without_predecessors_figures_has_no_month_before_the_reform(office: Office) -> None:
    assert HAI_AN not in office.readings(CURRENT, "2025-06", series="dossiers")
    assert HAI_AN in office.readings(CURRENT, "2025-07", series="dossiers")


def test_a_district_is_exact_where_all_predecessors_lie_in_it(office: Office) -> None:
    """All that Kiến An was formed of lies in its district; Phù Liễn has a part of An Lão's."""
    later = office.readings(FORMER, "2025-07")
    kien_an, phu_lien = (office.stated[code, "2025-07"] for code in (KIEN_AN, PHU_LIEN))
    district = later[DISTRICT]
    assert "estimate" in district.flags
    assert kien_an.received < district.denominator < kien_an.received + phu_lien.received
    assert later["31" + FORMER_SUFFIX].range_low is None


def test_a_year_over_the_reform_is_that_of_both_times(office: Office) -> None:
    """Stocks too: what was carried over is January's, what is open is the newest month's."""
    year = "2025"
    before, after = [f"2025-0{month}" for month in range(1, 7)], ["2025-07", "2025-08"]
    own = [office.stated[PHU_LIEN, month] for month in after]
    reported = office.readings(REPORTED, year)[PHU_LIEN]
    assert reported.denominator == sum(one.received for one in own)
    current = [office.readings(CURRENT, month)[PHU_LIEN].denominator or Decimal(0) for month in (*before, *after)]
    # parts of a year are cut from the year, not added up from cut months
    assert float(office.readings(CURRENT, year)[PHU_LIEN].denominator or 0) == pytest.approx(
        float(sum(current)), abs=0.01
    )
    opening = office.readings(CURRENT, year, indicator="carried_over_rate")[CAT_HAI].numerator
    assert opening == sum(office.stated[code, "2025-01"].carried for code in lineage_of(CAT_HAI))
    overdue = office.readings(CURRENT, year, indicator="open_overdue_count")[PHU_LIEN]
    assert (overdue.numerator, overdue.range_low) == (own[-1].open_at_end, None)


def test_what_does_not_add_is_known_of_unchanged_units_only(office: Office) -> None:
    asked = {"indicator": "digital_economy_share", "series": "reported"}
    reported = office.readings(REPORTED, "2025-06", **asked)
    assert {code: reading.value for code, reading in reported.items()} == {VAN_DAU: 0.4, UNCHANGED + FORMER_SUFFIX: 0.6}
    current = office.readings(CURRENT, "2025-06", **asked)
    assert {code: reading.value for code, reading in current.items()} == {UNCHANGED: 0.6}


def test_regions_are_counted_and_ranked_among_themselves(office: Office) -> None:
    found = office.readings(CURRENT, "2025-06")
    regions = {code: found[code] for code in ("NAM", "DAO")}
    assert {one.level for one in regions.values()} == {"region"}
    assert sorted(one.rank for one in regions.values() if one.rank is not None) == [1, 2]
    assert {one.rank_of for one in regions.values()} == {2}
    assert regions["DAO"].denominator == found[CAT_HAI].denominator
    assert regions["DAO"].range_low is None
    # Trường Sơn was divided between the region's two communes, so that all of it lies within
    assert regions["NAM"].denominator == found[PHU_LIEN].denominator + found[AN_LAO].denominator
    assert regions["NAM"].range_high - regions["NAM"].range_low < found[PHU_LIEN].range_high - found[PHU_LIEN].range_low
    later = office.readings(CURRENT, "2025-07")
    assert later["NAM"].numerator == later[PHU_LIEN].numerator + later[AN_LAO].numerator


@pytest.mark.parametrize("boundary", BOUNDARIES)
def test_any_stretch_of_days_is_counted_by_the_same_boundaries(office: Office, boundary: str) -> None:
    built = office.readings(boundary, "2025-06", series="dossiers")
    asked = ask(office, "2025-06-01..2025-06-30", boundary=boundary)
    assert asked.keys() == built.keys()
    for code, reading in built.items():
        other = asked[code]
        assert (reading.numerator, reading.denominator, reading.range_low, reading.range_high) == (
            other.numerator, other.denominator, other.range_low, other.range_high,
        )  # fmt: skip
        assert ("estimate" in reading.flags) == ("estimate" in other.flags)


def ask(office: Office, period: str, *, boundary: str) -> dict[str, Reading]:
    catalog = load_catalog(CATALOG, indices=())
    indicator: Indicator = next(one for one in catalog.indicators if one.id == ONLINE)
    found = ask_readings(
        office.snapshot, EVERYTHING, catalog=catalog, indicator=indicator, period=parse_period(period),
        series="dossiers", boundary=boundary,
    )  # fmt: skip
    return {reading.unit_code: reading for reading in found}


def test_what_a_former_unit_left_open_goes_on_with_its_successors(office: Office) -> None:
    asked = {"indicator": "open_overdue_count", "series": "dossiers"}
    found = {code: reading.numerator for code, reading in office.readings(CURRENT, "2025-07", **asked).items()}
    assert found["31"] == 1
    assert found[PHU_LIEN] + found[KIEN_AN] == 1
    assert VAN_DAU not in office.readings(REPORTED, "2025-07", **asked)


@pytest.mark.parametrize(
    ("unit", "period", "named"),
    [
        (PHU_LIEN, "2025-06", ("Phường Văn Đẩu", VAN_DAU)),
        (VAN_DAU, "2025-07", ("Phường Kiến An", "Phường Phù Liễn")),
    ],
)
def test_as_reported_a_code_is_not_asked_for_the_days_of_another_bearer(
    office: Office, unit: str, period: str, named: tuple[str, ...]
) -> None:
    with pytest.raises(UsageError) as refused:
        questions.readings(office.snapshot.connection, EVERYTHING, period=period, units=[unit], boundary=REPORTED)
    assert all(word in str(refused.value) for word in named)
    # a year with days of both may be asked for either
    for code in (PHU_LIEN, VAN_DAU):
        assert questions.readings(
            office.snapshot.connection, EVERYTHING, period="2025", units=[code], boundary=REPORTED
        )


def test_lineage_tells_both_ways_with_shares(office: Office) -> None:
    connection = office.snapshot.connection
    forth = questions.lineage(connection, EVERYTHING, unit=VAN_DAU)
    shares = {row.unit_code: row.share for row in forth if row.level == "commune"}
    assert shares.keys() == {PHU_LIEN, KIEN_AN}
    assert sum(share for share in shares.values() if share is not None) == pytest.approx(1)
    assert [(row.unit_code, row.extent) for row in forth if row.level == "province"] == [("31", "whole")]
    back = questions.lineage(connection, EVERYTHING, unit=PHU_LIEN)
    assert {row.unit_code for row in back if row.level == "former_commune"} == lineage_of(PHU_LIEN).keys()
    assert {row.parent_name for row in back if row.level == "former_commune"} == {"Quận Kiến An", "Huyện An Lão"}
    district = questions.lineage(connection, EVERYTHING, unit=DISTRICT)
    assert {row.unit_code for row in district} == {PHU_LIEN, KIEN_AN, "31"}


def command(office: Office, *words: str) -> tuple[int, list[dict[str, str]], str]:
    """Exit code, rows and the message of `ioc`."""
    result = CliRunner().invoke(app, ["--config", str(office.file), "--lang", "en", *words, "--format", "csv"])
    return result.exit_code, list(csv.DictReader(io.StringIO(result.stdout))), result.stderr


@pytest.mark.parametrize(
    ("words", "boundary", "unit"),
    [
        (("--unit", PHU_LIEN), CURRENT, PHU_LIEN),
        (("--unit", "11446@2024"), REPORTED, VAN_DAU),
        (("--unit", VAN_DAU, "--boundary", "former"), FORMER, VAN_DAU),
        (("--level", "former_province"), REPORTED, "31" + FORMER_SUFFIX),
        (("--level", "region"), CURRENT, "NAM"),
    ],
)
def test_the_command_line_says_on_which_boundaries(
    office: Office, words: tuple[str, ...], boundary: str, unit: str
) -> None:
    asked = ("values", "--indicator", ONLINE, "--period", "2025-06", "--series", FORMS, *words)
    code, rows, _message = command(office, *asked)
    assert code == 0
    assert {row["boundary"] for row in rows} == {boundary}
    assert unit in {row["unit_code"] for row in rows}
    for row in rows:
        assert bool(row["range_low"]) == bool(row["range_high"]) == ("estimate" in row["flags"])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", PHU_LIEN, "--boundary", "former"), "current or reported"),
        (("--unit", VAN_DAU, "--boundary", "current"), "reported or former"),
        (("--unit", PHU_LIEN, "--boundary", "reported"), VAN_DAU),
        (("--level", "commune", "--boundary", "former"), "current or reported"),
    ],
)
def test_a_unit_is_refused_on_boundaries_that_it_is_not_of(office: Office, words: tuple[str, ...], said: str) -> None:
    code, _rows, message = command(office, "values", "--indicator", ONLINE, "--period", "2025-06", *words)
    assert code == 2
    assert said in message


def test_a_change_is_not_explained_across_the_reform_as_reported(office: Office) -> None:
    asked = ("explain", "--indicator", ONLINE, "--from", "2025-06", "--to", "2025-07", "--unit", PHU_LIEN)
    code, _rows, message = command(office, *asked, "--boundary", "reported")
    assert (code, VAN_DAU in message) == (2, True)


def test_lineage_by_command(office: Office) -> None:
    code, rows, _message = command(office, "lineage", "--unit", "11446@2024-12-31")
    assert code == 0
    assert {row["unit_code"] for row in rows if row["level"] == "commune"} == {PHU_LIEN, KIEN_AN}


@pytest.mark.parametrize(("basis", "expected"), [("dossiers", "dossiers"), ("area", "area"), ("shares", "shares")])
def test_the_basis_is_the_one_that_was_declared(tmp_path: Path, basis: str, expected: str) -> None:
    (tmp_path / "shares.csv").write_text(
        f"old_code,new_code,share\n{VAN_DAU},{PHU_LIEN},0.75\n11446,{KIEN_AN},0.25\n", encoding="utf-8"
    )
    more = f"boundaries: {{basis: {basis}{', shares: shares.csv' if basis == 'shares' else ''}}}"
    built = build(tmp_path, {(VAN_DAU, "2025-06"): Month(100, 40)}, more=more)
    rows = questions.lineage(built.snapshot.connection, EVERYTHING, unit=VAN_DAU)
    communes = {row.unit_code: row for row in rows if row.level == "commune"}
    assert {row.basis for row in communes.values()} == {expected}
    reading = built.readings(CURRENT, "2025-06")[PHU_LIEN]
    share = communes[PHU_LIEN].share
    assert share is not None
    assert float(reading.denominator or 0) == pytest.approx(100 * share, abs=1e-4)
    if basis == "shares":
        assert (reading.numerator, reading.denominator) == (30, 75)


@pytest.mark.parametrize(
    ("lines", "line", "column"),
    [
        ((f"{VAN_DAU},{PHU_LIEN},0.6", f"{VAN_DAU},{KIEN_AN},0.5"), 3, "share"),
        ((f"{VAN_DAU},{PHU_LIEN},1",), 2, "new_code"),
        ((f"{VAN_DAU},{AN_LAO},1",), 2, "new_code"),
        ((f"{NGOC_SON},{PHU_LIEN},1",), 2, "old_code"),
        ((f"{VAN_DAU},{PHU_LIEN},1.5", f"{VAN_DAU},{KIEN_AN},0"), 2, "share"),
    ],
)
def test_faulty_shares_are_named_with_file_and_line(
    tmp_path: Path, lines: Sequence[str], line: int, column: str
) -> None:
    from ioc.boundary_shares import read_shares

    path = tmp_path / "shares.csv"
    path.write_text("\n".join(["old_code,new_code,share", *lines, ""]), encoding="utf-8")
    config = make_office(tmp_path, more="boundaries: {basis: shares, shares: shares.csv}")
    with pytest.raises(ConfigError) as refused:
        read_shares(config)
    assert (path, line, column) in {(one.file, one.line, one.where) for one in refused.value.problems}


figures = st.builds(
    lambda received, rate, carried: Month(received, min(received, int(received * rate)), carried, carried // 2),
    st.integers(0, 997),
    st.floats(0, 1),
    st.integers(0, 50),
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_units_report_every_view_adds_up(data: st.DataObject) -> None:
    former = sorted(lineage_of(PHU_LIEN, KIEN_AN))
    chosen = data.draw(st.lists(st.sampled_from(former), min_size=1, unique=True))
    stated = {(code, "2025-06"): data.draw(figures) for code in chosen}
    stated |= {(code, "2025-07"): data.draw(figures) for code in (PHU_LIEN, KIEN_AN)}
    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch), stated)
        for period, kind in (("2025-06", "former_commune"), ("2025-07", "commune")):
            whole = built.total(REPORTED, period, kind)
            assert built.total(CURRENT, period, "commune") == whole
            assert built.total(CURRENT, period, "province") == whole
            assert built.total(FORMER, period, "former_commune") == whole
            for boundary in BOUNDARIES:
                for reading in built.readings(boundary, period).values():
                    if reading.range_low is not None and reading.range_high is not None and reading.value is not None:
                        assert reading.range_low - 1e-9 <= reading.value <= reading.range_high + 1e-9
        built.snapshot.connection.close()


@settings(max_examples=60, deadline=None)
@given(
    st.decimals(min_value=0, max_value=10**12, places=4),
    st.lists(st.integers(0, 10**6), min_size=1, max_size=5).filter(any),
)
def test_slices_of_a_figure_make_the_figure(value: Decimal, weights: Sequence[int]) -> None:
    cuts = [sum(weights[: place + 1]) / Decimal(sum(weights)) for place in range(len(weights))]
    upto = [cut.quantize(Decimal("0.000000000001")) for cut in cuts]
    slices = [{"since": since, "upto": until} for since, until in zip([Decimal(0), *upto], upto, strict=False)]
    connection = open_memory()
    connection.execute(read_sql("ioc.store", "sql/meaning.sql"))
    parts = [
        connection.row(
            "select part_of($value, [{'since': $since::decimal(13, 12), 'upto': $upto::decimal(13, 12)}])",
            {"value": value, **one},
        )[0]
        for one in slices
    ]
    connection.close()
    assert sum(parts, Decimal(0)) == value
    assert min(parts) >= 0
