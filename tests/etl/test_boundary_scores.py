"""Points and cases across 1 July 2025 in the three views: exact of whole units, estimates of divided ones."""

from __future__ import annotations

import csv
import io
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from etl.pipeline import run
from ioc.access import Scope
from ioc.cli import app
from ioc.errors import UsageError
from ioc.store import case_questions, questions, score_questions
from ioc.store.case_questions import SatisfactionPart
from ioc.store.questions import BOUNDARIES, CURRENT, FORMER, REPORTED
from ioc.store.score_questions import Score
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.units import FORMER_SUFFIX, load_lineage
from tests.boundary_pack import PACK, POINTS, write_catalog
from tests.dossier_files import dossier, write_lines
from tests.former_forms import Month, make_office, write_form

EVERYTHING = Scope.everything()
AT = datetime(2025, 9, 2, 8, 0)
PHU_LIEN, KIEN_AN, CAT_HAI = "11446", "11443", "11914"
"""The first two share a divided ward, Văn Đẩu; the last was formed of whole ones."""
VAN_DAU, NGOC_SON = "11446" + FORMER_SUFFIX, "11440" + FORMER_SUFFIX
UNCHANGED = "00859"
"""Formed of one former commune, all of it; in another province."""
BEFORE, AFTER = "2025-06", "2025-07"
CENT = Decimal("0.01")
Stated = Mapping[tuple[str, str], Month]
"""By unit and month."""

_BEFORE = {"NgayTiepNhan": "20250610083000", "NgayHenTra": "20250620170000", "NgayKetThucXuLy": "20250615100000",
           "NgayTra": "20250616090000"}  # fmt: skip
_AFTER = {"NgayTiepNhan": "20250710083000", "NgayHenTra": "20250720170000", "NgayKetThucXuLy": "20250715100000",
          "NgayTra": "20250716090000"}  # fmt: skip
_LATE = {"NgayHenTra": "20250612170000"}
_LAND = {"MaTTHC": "1.004227.000.00.00.H21", "TenTTHC": "Đăng ký đất đai", "MaLinhVuc": "G15-TN01",
         "TenLinhVuc": "Đất đai"}  # fmt: skip
DOSSIERS = [
    *(dossier(number, MaDonVi=VAN_DAU, **_BEFORE) for number in range(1, 8)),
    *(dossier(number, MaDonVi=VAN_DAU, **{**_BEFORE, **_LATE, **_LAND}) for number in range(8, 11)),
    *(dossier(number, MaDonVi=NGOC_SON, **{**_BEFORE, "KenhThucHien": "1"}) for number in range(11, 14)),
    dossier(14, MaDonVi=PHU_LIEN, **{**_AFTER, **_LAND}),
    dossier(15, MaDonVi=PHU_LIEN, **_AFTER),
    *(dossier(number, MaDonVi=KIEN_AN, **{**_AFTER, "KenhThucHien": "1"}) for number in range(16, 20)),
]
"""Văn Đẩu was divided between Phù Liễn and Kiến An; Ngọc Sơn went to Phù Liễn as a whole."""
PETITIONS = """petition_code,source_unit_code,field,class,received_at,handled_at,state,satisfied,reopened
P-1,11446@2024-12-31,Giao thông,other,2025-06-03 08:00,2025-06-05 08:00,answered,1,0
P-2,11446@2024-12-31,Giao thông,other,2025-06-03 08:00,2025-06-05 08:00,answered,0,0
P-3,11440@2024-12-31,Môi trường,tthc,2025-06-03 08:00,2025-06-05 08:00,answered,1,0
P-4,11446,Môi trường,tthc,2025-07-03 08:00,2025-07-05 08:00,answered,0,0
"""


def predecessors(*present: str) -> list[str]:
    return sorted({row.old_code for row in load_lineage() if row.new_code in present})


@dataclass(frozen=True)
class Site:
    """A built site."""

    file: Path
    snapshot: OpenSnapshot

    def scores(self, boundary: str, period: str, node: str = "total") -> dict[str, Score]:
        found = score_questions.scores(
            self.snapshot.connection, EVERYTHING, index=PACK, period=period, nodes=[node], boundary=boundary
        )
        assert {score.boundary for score in found} <= {boundary}
        assert len({score.unit_code for score in found}) == len(found)
        return {score.unit_code: score for score in found}

    def cases(self, boundary: str, period: str, unit: str) -> list[SatisfactionPart]:
        return case_questions.satisfaction(
            self.snapshot.connection, EVERYTHING, unit=unit, period=period, boundary=boundary, with_estimates=True
        )


def build(folder: Path, stated: Stated, *, dossiers: Sequence[dict[str, object]] = ()) -> Site:
    """A site in which units stated these months, scored by an index of the forms."""
    config = make_office(folder, catalog=write_catalog(folder), indices=(PACK, "qd766_portal_2026"))
    by_month: dict[str, dict[str, Month]] = defaultdict(dict)
    for (unit, month), figures in stated.items():
        by_month[month][unit] = figures
    for month, rows in by_month.items():
        write_form(folder, month, rows)
    if dossiers:
        write_lines(folder / "inbox" / "dossiers" / "1.ndjson", dossiers)
        (folder / "inbox" / "petitions" / "1.csv").write_text(PETITIONS, encoding="utf-8")
    report = run(config, clock=lambda: AT)
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    return Site(config.file, snapshot)


def plain_figures() -> dict[tuple[str, str], Month]:
    found: dict[tuple[str, str], Month] = {}
    for place, code in enumerate(predecessors(PHU_LIEN, KIEN_AN, CAT_HAI, UNCHANGED), start=1):
        for month in range(1, 6):
            found[code, f"2025-0{month}"] = Month(20 + place, 7 + month + place % 5)
        found[code, BEFORE] = Month(21 + place, 9 + place % 7)
    for place, code in enumerate((PHU_LIEN, KIEN_AN, CAT_HAI, UNCHANGED), start=1):
        found[code, AFTER] = Month(101 * place, 67 * place + place)
        found[code, "2025-08"] = Month(103 * place, 50 * place)
    return found


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    built = build(tmp_path_factory.mktemp("site"), plain_figures(), dossiers=DOSSIERS)
    yield built
    built.snapshot.connection.close()


# points


def assert_unchanged(site: Site) -> None:
    """A unit that stayed whole and alone has one history, whoever tells it."""
    former = UNCHANGED + FORMER_SUFFIX
    for node in ("total", "A1", "B1"):
        before = {view: site.scores(view, BEFORE, node) for view in BOUNDARIES}
        after = {view: site.scores(view, AFTER, node) for view in BOUNDARIES}
        own, later = before[REPORTED][former], after[REPORTED][UNCHANGED]
        for score in (before[CURRENT][UNCHANGED], before[FORMER][former]):
            assert (score.points, score.basis, score.flags) == (own.points, own.basis, own.flags)
        for score in (after[CURRENT][UNCHANGED], after[FORMER][former]):
            assert (score.points, score.basis, score.flags) == (later.points, later.basis, later.flags)


def test_an_unchanged_unit_has_the_same_points_in_all_views(site: Site) -> None:
    assert site.scores(CURRENT, BEFORE)[UNCHANGED].points
    assert_unchanged(site)


def test_former_units_have_the_points_of_what_they_reported_in_both_views_of_theirs(site: Site) -> None:
    reported, former = site.scores(REPORTED, BEFORE), site.scores(FORMER, BEFORE)
    named = [code for code in reported if code.endswith(FORMER_SUFFIX)]
    assert {VAN_DAU, NGOC_SON} <= set(named)
    assert all(former[code].points == reported[code].points for code in named)
    assert not any(code.endswith(FORMER_SUFFIX) for code in site.scores(CURRENT, BEFORE))
    assert all(code.endswith(FORMER_SUFFIX) for code in site.scores(FORMER, AFTER))


def test_points_of_whole_predecessors_are_exact(site: Site) -> None:
    stated = plain_figures()
    own = [stated[code, BEFORE] for code in predecessors(CAT_HAI)]
    rate = Decimal(sum(one.online for one in own)) / sum(one.received for one in own)
    score = site.scores(CURRENT, BEFORE, "A1")[CAT_HAI]
    assert score.points == (60 * rate).quantize(CENT, ROUND_HALF_UP)
    assert (score.flags, score.points_low, score.points_high) == ([], None, None)


def test_points_of_parts_are_estimates_between_the_points_of_the_rates_two_ends(site: Site) -> None:
    (reading,) = questions.readings(
        site.snapshot.connection, EVERYTHING, period=BEFORE, indicators=["online_submission_simple"], units=[PHU_LIEN],
        series="form_06a",
    )  # fmt: skip
    score, total = site.scores(CURRENT, BEFORE, "A1")[PHU_LIEN], site.scores(CURRENT, BEFORE)[PHU_LIEN]
    assert score.flags == total.flags == ["estimate"]
    assert (reading.range_low, reading.range_high) != (None, None)
    ends = [Decimal(repr(60 * (end or 0))).quantize(CENT) for end in (reading.range_low, reading.range_high)]
    assert [score.points_low, score.points_high] == pytest.approx(ends, abs=CENT)
    steps = site.scores(CURRENT, BEFORE, "B1")[PHU_LIEN]
    assert (total.points_low, total.points_high) == (
        (score.points_low or 0) + (steps.points_low or 0),
        (score.points_high or 0) + (steps.points_high or 0),
    )
    assert None not in (score.points, score.points_low, score.points_high)
    assert score.points_low < score.points < score.points_high


def test_ranks_are_among_peers_of_one_view(site: Site) -> None:
    for boundary in BOUNDARIES:
        for period in (BEFORE, AFTER, "2025"):
            peers: dict[tuple[str, str | None], list[Score]] = defaultdict(list)
            for score in site.scores(boundary, period).values():
                peers[score.level, score.parent_code].append(score)
            for group in peers.values():
                known = [one.points for one in group if one.points is not None]
                for one in group:
                    place = None if one.points is None else 1 + sum(other > one.points for other in known)
                    assert (one.rank, one.rank_of) == (place, None if place is None else len(known))


def test_points_are_compared_within_one_view(site: Site) -> None:
    assert site.scores(CURRENT, AFTER)[PHU_LIEN].previous_points == site.scores(CURRENT, BEFORE)[PHU_LIEN].points
    assert site.scores(REPORTED, AFTER)[PHU_LIEN].previous_points is None
    assert site.scores(FORMER, AFTER)[VAN_DAU].previous_points == site.scores(FORMER, BEFORE)[VAN_DAU].points


@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("period", [BEFORE, AFTER, "2025"])
def test_points_as_an_indicator_are_the_points(site: Site, boundary: str, period: str) -> None:
    found = questions.readings(
        site.snapshot.connection, EVERYTHING, period=period, indicators=[POINTS], boundary=boundary
    )
    scores = site.scores(boundary, period)
    assert found
    assert {one.unit_code: one.numerator for one in found} == {code: one.points for code, one in scores.items()}
    for one in found:
        score = scores[one.unit_code]
        assert ("estimate" in one.flags) == ("estimate" in score.flags)
        assert one.range_low == (None if score.points_low is None else float(score.points_low))
        assert one.range_high == (None if score.points_high is None else float(score.points_high))


def test_a_year_over_the_reform_as_reported_holds_the_own_days_only(site: Site) -> None:
    stated = plain_figures()
    own = [stated[PHU_LIEN, month] for month in (AFTER, "2025-08")]
    assert site.scores(REPORTED, "2025", "A1")[PHU_LIEN].denominator == sum(one.received for one in own)
    assert site.scores(CURRENT, "2025", "A1")[PHU_LIEN].denominator > sum(one.received for one in own)


def test_as_reported_points_are_not_asked_for_days_of_another_bearer(site: Site) -> None:
    for ask in (score_questions.scores, score_questions.score_tree):
        words = {"units": [PHU_LIEN]} if ask is score_questions.scores else {"unit": PHU_LIEN}
        with pytest.raises(UsageError, match="Văn Đẩu"):
            ask(site.snapshot.connection, EVERYTHING, index=PACK, period=BEFORE, boundary=REPORTED, **words)
    assert PHU_LIEN not in site.scores(REPORTED, BEFORE)


figures = st.builds(
    lambda received, rate: Month(received, min(received, int(received * rate))), st.integers(0, 97), st.floats(0, 1)
)


@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_units_report_unchanged_ones_agree_and_estimates_keep_within_their_ends(data: st.DataObject) -> None:
    stated = {(UNCHANGED, AFTER): data.draw(figures)}
    stated |= {(code, BEFORE): data.draw(figures) for code in predecessors(UNCHANGED, PHU_LIEN, KIEN_AN)}
    stated |= {(code, AFTER): data.draw(figures) for code in (PHU_LIEN, KIEN_AN)}
    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch), stated)
        assert_unchanged(built)
        for node in ("total", "A", "A1", "B1"):
            for boundary in BOUNDARIES:
                for score in (
                    *built.scores(boundary, BEFORE, node).values(),
                    *built.scores(boundary, AFTER, node).values(),
                ):
                    assert (score.points_low is None) == (score.points_high is None)
                    if score.points_low is not None and score.points is not None and score.points_high is not None:
                        assert "estimate" in score.flags
                        assert score.points_low <= score.points <= score.points_high
        built.snapshot.connection.close()


# cases by field and reason


def summed(parts: Sequence[SatisfactionPart], *, kind: str = "dossiers") -> dict[str | None, Decimal]:
    return {one.part: Decimal(one.cases) for one in parts if one.kind == kind}


def test_petitions_are_told_of_the_same_boundaries(site: Site) -> None:
    def petitions(boundary: str, unit: str, period: str = "2025") -> dict[str | None, Decimal]:
        return summed(site.cases(boundary, period, unit), kind="petitions")

    assert petitions(REPORTED, VAN_DAU) == {"Giao thông": 2}
    assert petitions(REPORTED, PHU_LIEN) == {"Môi trường": 1}
    phu_lien, kien_an = (petitions(CURRENT, unit) for unit in (PHU_LIEN, KIEN_AN))
    assert phu_lien["Môi trường"] == 2
    assert phu_lien["Giao thông"] + kien_an["Giao thông"] == 2
    assert petitions(CURRENT, "31") == petitions(FORMER, "31" + FORMER_SUFFIX) == {"Giao thông": 2, "Môi trường": 2}
    (own,) = [one for one in site.cases(REPORTED, BEFORE, VAN_DAU) if one.kind == "petitions"]
    assert (own.cases, own.content, own.disliked) == (2, 1, 1)


def test_slices_of_a_divided_ward_make_its_cases(site: Site) -> None:
    own = summed(site.cases(REPORTED, BEFORE, VAN_DAU))
    assert own == {"Hộ tịch": 7, "Đất đai": 3}
    phu_lien, kien_an = (site.cases(CURRENT, BEFORE, unit) for unit in (PHU_LIEN, KIEN_AN))
    assert {one.is_estimate for one in (*phu_lien, *kien_an) if one.kind == "dossiers"} == {True}
    whole = {"Hộ tịch": own["Hộ tịch"] + 3, "Đất đai": own["Đất đai"]}
    assert {part: summed(phu_lien)[part] + summed(kien_an)[part] for part in whole} == whole
    # the reading of the same cases is cut by the same shares
    (reading,) = questions.readings(
        site.snapshot.connection, EVERYTHING, period=BEFORE, indicators=["ontime_766"], units=[PHU_LIEN],
        series="dossiers",
    )  # fmt: skip
    assert float(sum(summed(phu_lien).values())) == pytest.approx(float(reading.denominator or 0), abs=0.001)


def test_each_case_counts_under_one_reason_in_slices_too(site: Site) -> None:
    for one in (*site.cases(CURRENT, BEFORE, PHU_LIEN), *site.cases(FORMER, AFTER, VAN_DAU)):
        reasons = (one.content, one.supplements, one.overdue, one.disliked, one.repeated)
        assert sum(Decimal(count) for count in reasons) == one.cases
    land = next(one for one in site.cases(REPORTED, BEFORE, VAN_DAU) if one.part == "Đất đai")
    assert (land.cases, land.content, land.overdue) == (3, 0, 3)


def test_cases_after_the_reform_are_those_that_the_unit_reported(site: Site) -> None:
    assert site.cases(REPORTED, AFTER, PHU_LIEN) == site.cases(CURRENT, AFTER, PHU_LIEN)
    year = summed(site.cases(REPORTED, "2025", PHU_LIEN))
    assert year == {"Hộ tịch": 1, "Đất đai": 1}
    assert sum(summed(site.cases(CURRENT, "2025", "31")).values()) == len(DOSSIERS)
    assert sum(summed(site.cases(FORMER, "2025", "31" + FORMER_SUFFIX)).values()) == len(DOSSIERS)
    with pytest.raises(UsageError, match="Văn Đẩu"):
        site.cases(REPORTED, BEFORE, PHU_LIEN)


def test_without_estimates_only_units_that_went_as_a_whole_are_told(site: Site) -> None:
    connection = site.snapshot.connection
    whole = case_questions.satisfaction(connection, EVERYTHING, unit=PHU_LIEN, period=BEFORE)
    assert [(one.part, one.cases, one.is_estimate) for one in whole] == [
        ("Hộ tịch", 3, False),
        ("Môi trường", 1, False),
    ]
    assert case_questions.satisfaction(connection, EVERYTHING, unit=KIEN_AN, period=BEFORE) == []


@pytest.mark.parametrize(
    ("boundary", "unit", "received"),
    [(CURRENT, PHU_LIEN, 3 + 2), (REPORTED, PHU_LIEN, 2), (REPORTED, VAN_DAU, 10), (FORMER, "31" + FORMER_SUFFIX, 19)],
)
def test_fields_are_told_of_the_same_boundaries(site: Site, boundary: str, unit: str, received: int) -> None:
    rows = case_questions.breakdown(site.snapshot.connection, EVERYTHING, unit=unit, period="2025", boundary=boundary)
    assert sum(row.received for row in rows) == received


# the command line


def command(site: Site, *words: str) -> tuple[int, list[dict[str, str]], str]:
    """Exit code, rows and the message of `ioc`."""
    result = CliRunner().invoke(app, ["--config", str(site.file), "--lang", "en", *words, "--format", "csv"])
    return result.exit_code, list(csv.DictReader(io.StringIO(result.stdout))), result.stderr


@pytest.mark.parametrize(
    ("words", "boundary", "unit"),
    [
        (("--unit", PHU_LIEN), CURRENT, PHU_LIEN),
        (("--unit", "11446@2024"), REPORTED, VAN_DAU),
        (("--unit", VAN_DAU, "--boundary", "former"), FORMER, VAN_DAU),
        (("--level", "former_commune"), REPORTED, NGOC_SON),
        (("--without-inherited", "--boundary", "former"), FORMER, NGOC_SON),
    ],
)
def test_scores_say_on_which_boundaries(site: Site, words: tuple[str, ...], boundary: str, unit: str) -> None:
    code, rows, _message = command(site, "scores", "--index", PACK, "--period", BEFORE, *words)
    assert code == 0
    assert {row["boundary"] for row in rows} == {boundary}
    assert unit in {row["unit_code"] for row in rows}
    for row in rows:
        assert bool(row["points_low"]) == bool(row["points_high"]) == ("estimate" in row["flags"])


@pytest.mark.parametrize("asked", ["scores", "advise", "whatif", "satisfaction"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--unit", PHU_LIEN, "--boundary", "former"), "current or reported"),
        (("--unit", VAN_DAU, "--boundary", "current"), "reported or former"),
        (("--unit", PHU_LIEN, "--boundary", "reported"), VAN_DAU),
        (("--unit", PHU_LIEN, "--boundary", "old"), "current"),
    ],
)
def test_every_question_refuses_units_on_boundaries_that_they_are_not_of(
    site: Site, asked: str, words: tuple[str, ...], said: str
) -> None:
    more = [] if asked == "satisfaction" else ["--index", PACK]
    more += ["--set", "A1=+1"] if asked == "whatif" else []
    code, _rows, message = command(site, asked, "--period", BEFORE, *more, *words)
    assert (code, said in message) == (2, True), message


@pytest.mark.parametrize(
    ("unit", "boundary", "period"),
    [(PHU_LIEN, CURRENT, BEFORE), (PHU_LIEN, REPORTED, AFTER), (VAN_DAU, REPORTED, BEFORE), (VAN_DAU, FORMER, AFTER)],
)
def test_advice_goes_on_from_the_points_of_the_asked_view(site: Site, unit: str, boundary: str, period: str) -> None:
    place = ("--index", PACK, "--period", period, "--unit", unit, "--boundary", boundary)
    total = site.scores(boundary, period)[unit]
    code, rows, message = command(site, "whatif", *place, "--set", "A1=+2")
    assert code == 0, message
    assert {row["boundary"] for row in rows} == {boundary}
    (after,) = [row for row in rows if row["node"] == "total"]
    assert Decimal(after["points"]) == total.points
    assert Decimal(after["new_points"]) > Decimal(after["points"])
    code, rows, message = command(site, "advise", *place)
    assert code == 0, message
    assert {row["boundary"] for row in rows} == {boundary}
    assert any(row["goal"] == "tenth" for row in rows)
    assert ("estimates" in message) == ("estimate" in total.flags)


def test_satisfaction_says_its_boundaries_and_estimates(site: Site) -> None:
    code, rows, _message = command(site, "satisfaction", "--period", BEFORE, "--unit", PHU_LIEN)
    assert code == 0
    assert {(row["boundary"], row["part"], row["flags"]) for row in rows} == {
        ("current", "Hộ tịch", "estimate"),
        ("current", "Đất đai", "estimate"),
        ("current", "Giao thông", "estimate"),
        ("current", "Môi trường", ""),
    }
    code, rows, _message = command(site, "satisfaction", "--period", BEFORE, "--unit", "11446@2024", "--by", "reason")
    assert code == 0
    dossiers = [row for row in rows if row["kind"] == "dossiers"]
    found = [(row["reason"], row["cases"], row["of"], row["boundary"], row["flags"]) for row in dossiers]
    assert found == [("overdue", "3", "10", "reported", ""), ("supplements", "0", "10", "reported", "")]


@pytest.mark.parametrize("boundary", ["reported", "former"])
def test_former_units_are_explained_by_field(site: Site, boundary: str) -> None:
    words = ("--indicator", "ontime_766", "--from", BEFORE, "--to", BEFORE, "--by", "field")
    code, rows, message = command(
        site, "explain", *words, "--unit", VAN_DAU, "--versus", NGOC_SON, "--boundary", boundary
    )
    assert code == 0, message
    assert {row["name"] for row in rows} >= {"Hộ tịch", "Đất đai"}


@pytest.mark.parametrize(
    ("unit", "boundary", "period"),
    [(PHU_LIEN, REPORTED, "2025"), (PHU_LIEN, CURRENT, "2025"), (VAN_DAU, FORMER, AFTER)],
)
def test_the_criteria_behind_points_are_those_of_the_asked_view(
    site: Site, unit: str, boundary: str, period: str
) -> None:
    words = ("--indicator", POINTS, "--period", period, "--unit", unit, "--boundary", boundary)
    code, rows, message = command(site, "evidence", *words)
    assert code == 0, message
    found = {row["measure"]: Decimal(row["counted"]) for row in rows}
    assert found == {node: site.scores(boundary, period, node)[unit].points for node in ("A1", "B1")}
    command_of_rows = next(row["statement"] for row in rows if row["measure"] == "A1")
    assert command_of_rows.endswith("" if boundary == CURRENT else f"--boundary {boundary}")
