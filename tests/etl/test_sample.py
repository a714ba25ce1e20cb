"""The sample: made-up source files that are the same every time and keep the forms of the real ones."""

from __future__ import annotations

import csv
import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest

from etl.sample import (
    AN_LAO_ONE_STOP,
    PHU_LIEN,
    SampleFiles,
    last_full_month_end,
    root_department_id,
    write_config,
    write_sample,
)
from etl.sample.places import list_places
from ioc.config import PortalSettings, load_config
from ioc.errors import UsageError
from ioc.units import Level, Units, load_units

AS_OF = date(2026, 2, 28)
SMALL = 0.03
ENDPOINTS = {
    "dossier-digitized",
    "dvc-progress-tree",
    "formality-online-payment-tree",
    "handling-satisfaction",
    "provide-online-tree",
    "service-results",
    "transparency",
}
GROUP_MAXIMA = {"CKMB": 18, "TDGQ": 20, "CLGQ": 12, "TTTT": 10, "MDSH": 22, "MDHL": 18}
Answer = dict[str, Any]


@pytest.fixture(scope="module")
def units() -> Units:
    return load_units()


@pytest.fixture(scope="module")
def sample(units: Units, tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    return write_sample(tmp_path_factory.mktemp("sample"), as_of=AS_OF, units=units.all, scale=SMALL)


@pytest.fixture(scope="module")
def whole_autumn(units: Units, tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """The first months at full size: those that hold the founding figures."""
    return write_sample(tmp_path_factory.mktemp("whole"), as_of=AN_LAO_ONE_STOP.to_day, units=units.all)


def read_dossiers(sample: SampleFiles) -> Iterator[dict[str, Any]]:
    for path in sample.dossiers:
        with path.open(encoding="utf-8") as lines:
            yield from map(json.loads, lines)


def read_portal(sample: SampleFiles, period: str, endpoint: str) -> Answer:
    envelope = json.loads((sample.portal / period / f"{endpoint}.json").read_text("utf-8"), parse_float=Decimal)
    assert envelope["code"] == "OK"
    data: Answer = envelope["data"]
    return data


def rows_of(data: Answer) -> list[Answer]:
    """The root and the units below it."""
    root = data.get("overview") or data["parent"]
    return [root, *(data.get("evaluation") or data["children"])]


def read_table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fingerprint(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def points(numerator: int, denominator: int, maximum: int, *, full_at: str = "1") -> Decimal:
    share = Decimal(numerator) / Decimal(denominator) / Decimal(full_at)
    return min(Decimal(maximum), (maximum * share)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_same_arguments_give_the_same_bytes(sample: SampleFiles, units: Units, tmp_path: Path) -> None:
    again = write_sample(tmp_path, as_of=AS_OF, units=units.all, scale=SMALL)
    assert fingerprint(again.folder) == fingerprint(sample.folder)


def test_another_seed_gives_other_dossiers_of_the_same_units(sample: SampleFiles, units: Units, tmp_path: Path) -> None:
    other = write_sample(tmp_path, as_of=AS_OF, units=units.all, scale=SMALL, seed=1)
    assert other.dossiers[0].read_bytes() != sample.dossiers[0].read_bytes()
    assert other.crosswalk.read_bytes() == sample.crosswalk.read_bytes()


def test_there_is_a_file_for_each_month_until_as_of(sample: SampleFiles) -> None:
    months = ["2025-07", "2025-08", "2025-09", "2025-10", "2025-11", "2025-12", "2026-01", "2026-02"]
    assert [path.name for path in sample.dossiers] == [f"{month}.ndjson" for month in months]


def test_every_value_of_a_dossier_is_a_text(sample: SampleFiles) -> None:
    def leaves(value: object) -> Iterator[object]:
        if isinstance(value, dict):
            for inner in value.values():
                yield from leaves(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from leaves(inner)
        else:
            yield value

    for dossier in read_dossiers(sample):
        kept = {key: value for key, value in dossier.items() if key != "KenhThucHien"}
        assert all(isinstance(leaf, str) for leaf in leaves(kept))
        assert dossier["KenhThucHien"] in ("1", "2", "3", None)


def test_the_states_and_channels_of_real_life_occur(sample: SampleFiles) -> None:
    dossiers = list(read_dossiers(sample))
    assert {"3", "4", "5", "7", "8", "9", "10"} <= {dossier["TrangThaiHoSo"] for dossier in dossiers}
    assert {"1", "2", "3", None} == {dossier["KenhThucHien"] for dossier in dossiers}
    assert len({dossier["MaTTHC"] for dossier in dossiers}) >= 100
    assert any(len(dossier["DanhSachHoSoBoSung"]) == 2 for dossier in dossiers)


def test_a_dossier_that_was_not_accepted_has_no_day_of_reception(sample: SampleFiles) -> None:
    refused = [dossier for dossier in read_dossiers(sample) if dossier["TrangThaiHoSo"] in ("1", "3")]
    assert refused
    assert all(dossier["NgayTiepNhan"] == "" and dossier["NgayNopHoSo"] for dossier in refused)


def test_nothing_happens_after_as_of(sample: SampleFiles) -> None:
    latest = max(
        dossier[day]
        for dossier in read_dossiers(sample)
        for day in ("NgayNopHoSo", "NgayTiepNhan", "NgayKetThucXuLy", "NgayTra", "NgayTuChoi")
    )
    assert latest < f"{AS_OF:%Y%m%d}240000"


def test_dossiers_carry_personal_fields_that_are_plainly_made_up(sample: SampleFiles) -> None:
    dossier = next(read_dossiers(sample))
    assert dossier["ChuHoSo"].startswith("Người nộp ")
    assert dossier["SoDienThoai"].startswith("099")
    assert dossier["DinhDanhCHS"][0]["SoDinhDanh"].startswith("99999")


def test_a_little_dirt_is_there_and_only_a_little(whole_autumn: SampleFiles) -> None:
    codes: Counter[str] = Counter()
    broken = 0
    for dossier in read_dossiers(whole_autumn):
        codes[dossier["MaHoSo"]] += 1
        broken += dossier["MaHoSo"].startswith("H24.999-") or dossier["NgayHenTra"].startswith("20261345")
    assert 0 < broken < 0.0005 * codes.total()
    assert 0 < sum(count > 1 for count in codes.values()) < 0.003 * codes.total()


def test_communes_take_three_hundred_dossiers_a_month_in_the_mean(whole_autumn: SampleFiles, units: Units) -> None:
    communes = {place.electronic_id for place in list_places(units.all) if place.level == Level.COMMUNE}
    months = ("2025-08", "2025-09")
    of_communes: Counter[str] = Counter()
    for dossier in read_dossiers(whole_autumn):
        code = dossier["MaHoSo"].split("-")[0]
        if code in communes and dossier["NgayTiepNhan"][:6] in ("202508", "202509"):
            of_communes[code] += 1
    assert len(of_communes) == len(communes) == 114
    assert of_communes.total() / len(communes) / len(months) >= 300
    assert max(of_communes.values()) > 4 * min(of_communes.values())


def test_an_lao_shows_the_founding_figures_exactly(whole_autumn: SampleFiles, units: Units) -> None:
    fact = AN_LAO_ONE_STOP
    place = next(place for place in list_places(units.all) if place.unit_code == fact.unit_code)
    first, last = f"{fact.from_day:%Y%m%d}", f"{fact.to_day:%Y%m%d}"
    channels = {
        dossier["MaHoSo"]: dossier["KenhThucHien"]
        for dossier in read_dossiers(whole_autumn)
        if dossier["MaHoSo"].startswith(f"{place.electronic_id}-")
        and first <= dossier["NgayTiepNhan"][:8] <= last
        and not dossier["NgayHenTra"].startswith("20261345")
    }
    assert len(channels) == 1142
    assert Counter(channels.values())["2"] == 1048
    assert place.name == "UBND xã An Lão"


def test_everybody_in_phu_lien_holds_a_valid_certificate(sample: SampleFiles, units: Units) -> None:
    place = next(place for place in list_places(units.all) if place.unit_code == PHU_LIEN)
    certificates = next((sample.inbox / "certificates").iterdir())
    valid: dict[str, set[str]] = {}
    for row in read_table(certificates):
        day, month, year = map(int, row["valid_to"].split("/"))
        if row["holder_type"] == "ca_nhan" and not row["revoked_at"] and date(year, month, day) >= AS_OF:
            valid.setdefault(row["unit_code"], set()).add(row["holder_ref"])
    required = {
        row["unit_code"]: int(row["staff_required"]) for row in read_table(sample.inbox / "staff" / "staff.csv")
    }
    shares = {code: len(valid[code]) / number for code, number in required.items()}
    assert shares[place.electronic_id] == 1
    others = [share for code, share in shares.items() if code != place.electronic_id]
    assert min(others) >= 0.6
    assert sum(share < 1 for share in others) > 100


def test_certificates_expire_are_revoked_and_renewed(sample: SampleFiles) -> None:
    rows = read_table(next((sample.inbox / "certificates").iterdir()))
    assert len({row["serial_number"] for row in rows}) == len(rows)
    assert any(row["revoked_at"] for row in rows)
    assert {"TOKEN", "SIM", "RSSP", "HSM"} == {row["device_type"] for row in rows}


def test_the_portal_answers_for_closed_months_quarters_and_years(sample: SampleFiles) -> None:
    assert set(sample.periods) == {
        *(f"2025-{month:02d}" for month in range(7, 13)),
        *("2026-01", "2026-02", "2025-Q3", "2025-Q4", "2026-Q1", "2025", "2026"),
    }
    for period in sample.periods:
        assert {path.stem for path in (sample.portal / period).iterdir()} == ENDPOINTS


def test_a_month_that_is_not_over_has_no_answer(units: Units, tmp_path: Path) -> None:
    files = write_sample(tmp_path, as_of=date(2025, 8, 12), units=units.all, scale=0.01)
    assert set(files.periods) == {"2025-07", "2025-Q3", "2025"}
    assert [path.stem for path in files.dossiers] == ["2025-07", "2025-08"]


@pytest.mark.parametrize("endpoint", sorted(ENDPOINTS))
def test_an_answer_names_the_root_and_all_units(sample: SampleFiles, endpoint: str) -> None:
    rows = rows_of(read_portal(sample, "2026", endpoint))
    assert len(rows) == 1 + 14 + 114
    assert rows[0]["departmentId"] == root_department_id()
    assert len({row["departmentId"] for row in rows}) == len(rows)


def test_totals_are_the_sums_of_the_six_groups(sample: SampleFiles) -> None:
    for period in sample.periods:
        for row in rows_of(read_portal(sample, period, "service-results")):
            groups = row["groupScores"]
            assert row["totalScore"] == sum(groups.values())
            assert all(0 <= groups[group] <= maximum for group, maximum in GROUP_MAXIMA.items())


@pytest.mark.parametrize("endpoint", ["transparency", "handling-satisfaction", "dossier-digitized"])
def test_a_group_is_the_sum_of_its_metrics(sample: SampleFiles, endpoint: str) -> None:
    for row in rows_of(read_portal(sample, "2026-02", endpoint)):
        assert row["totalScore"] == sum(metric["score"] or 0 for metric in row["metrics"])


def test_points_follow_from_the_counts(sample: SampleFiles) -> None:
    full_at = {"REUSED_DIGITIZED_DATA": "0.8", "DOSSIER_RECEIVING_SATISFACTION": "0.9"}
    for endpoint in ("transparency", "handling-satisfaction", "dossier-digitized"):
        metrics = [metric for row in rows_of(read_portal(sample, "2026-Q1", endpoint)) for metric in row["metrics"]]
        judged = [metric for metric in metrics if metric["denominator"] and metric["maxScore"]]
        assert judged
        for metric in judged:
            expected = points(
                metric["numerator"], metric["denominator"], metric["maxScore"], full_at=full_at.get(metric["code"], "1")
            )
            assert metric["score"] == expected, metric
    for row in rows_of(read_portal(sample, "2026-Q1", "dvc-progress-tree"))[1:]:
        if row["totalReceived"]:
            assert row["score"] == points(row["totalOnTime"], row["totalReceived"], 20)


def test_nothing_to_judge_is_null_or_nought_as_the_portal_has_it(sample: SampleFiles) -> None:
    """The inspectorate takes no dossiers."""

    def inspectorate(endpoint: str) -> Answer:
        rows = rows_of(read_portal(sample, "2026-02", endpoint))
        return next(row for row in rows if row["departmentName"].startswith("Thanh tra"))

    sync = inspectorate("transparency")["metrics"][3]
    assert (sync["denominator"], sync["score"], sync["dataQualityStatus"]) == (0, None, "NO_NATIONAL_REPORT_DATA")
    satisfaction = {metric["code"]: metric["score"] for metric in inspectorate("handling-satisfaction")["metrics"]}
    assert satisfaction["DOSSIER_RECEIVING_SATISFACTION"] == 0
    assert satisfaction["PETITION_PROCESSING_ON_TIME"] == 6
    assert inspectorate("dvc-progress-tree")["score"] == 0


def test_publication_is_inherited_from_the_province(sample: SampleFiles) -> None:
    root, *children = rows_of(read_portal(sample, "2026", "transparency"))
    assert all(child["metrics"][:3] == root["metrics"][:3] for child in children)


def test_the_portal_sees_nearly_all_dossiers(sample: SampleFiles) -> None:
    seen = read_portal(sample, "2026-02", "dvc-progress-tree")["parent"]["totalReceived"]
    received = {
        dossier["MaHoSo"]
        for dossier in read_dossiers(sample)
        if dossier["NgayTiepNhan"].startswith("202602") and dossier["TrangThaiHoSo"] not in ("1", "3")
    }
    assert 0.97 * len(received) < seen <= len(received)


def test_numbers_have_no_trailing_zeros(sample: SampleFiles) -> None:
    body = (sample.portal / "2026" / "dvc-progress-tree.json").read_text("utf-8")
    assert '"maxScore":20,' in body
    assert ".0," not in body
    assert not any(number in body for number in (".10,", ".20,", ".50,", ".90,"))


@pytest.mark.parametrize(
    "endpoint",
    [
        "transparency",
        "handling-satisfaction",
        "dossier-digitized",
        "dvc-progress-tree",
        "provide-online-tree",
        "formality-online-payment-tree",
    ],
)
def test_answers_have_the_keys_of_the_real_ones_in_their_order(sample: SampleFiles, endpoint: str) -> None:
    real_file = Path(__file__).parents[3] / "shared" / "data" / "portal" / f"{endpoint}.month.json"
    if not real_file.is_file():
        pytest.skip(f"the captured answers are not here: {real_file}")
    real, ours = json.loads(real_file.read_text("utf-8")), read_portal(sample, "2026-02", endpoint)

    def shape(row: Answer) -> list[object]:
        named = {metric["code"]: [key for key in metric if "Quality" not in key] for metric in row.get("metrics", [])}
        return [list(row), named, [type(row[key]).__name__ for key in row if key not in NUMBERS]]

    assert list(ours) == list(real["data"])
    assert list(map(shape, rows_of(ours)[:2])) == list(map(shape, rows_of(real["data"])[:2]))


NUMBERS = {"totalScore", "ratio", "averageScore", "score", "avgProcessingDays"}
"""Whole or broken, as they fall."""


def test_the_crosswalk_says_that_it_is_made_up_and_can_be_loaded(sample: SampleFiles) -> None:
    assert "MÔ PHỎNG" in sample.crosswalk.read_text("utf-8").splitlines()[1]
    loaded = load_units(crosswalks=[sample.crosswalk])
    assert loaded.xref[sample.root_department_id.upper()] == "31"
    assert loaded.by_code["H24.09"].name == "Sở Nông nghiệp và Môi trường"
    assert loaded.find("H24.100").parent_code == "31"
    assert {loaded.find(f"H24.{number}").unit_code for number in range(100, 214)} == {
        unit.unit_code for unit in loaded.children("31", level=Level.COMMUNE)
    }


def test_the_demo_configuration_is_valid(sample: SampleFiles, tmp_path: Path) -> None:
    (tmp_path / "crosswalk.csv").write_bytes(sample.crosswalk.read_bytes())
    path = write_config(
        tmp_path, catalog=tmp_path / "catalog", periods=sample.periods, portal_url="http://127.0.0.1:9999", port=8123
    )
    config = load_config(path, environ={})
    assert config.site.simulated
    assert config.site.unit == "31"
    assert config.web.port == 8123
    assert config.store.path == tmp_path
    assert set(config.sources) == {
        "one_stop", "register", "staff", "procedures", "forms", "history", "documents", "petitions", "reported",
        "plan", "portal",
    }  # fmt: skip
    portal = config.sources["portal"]
    assert isinstance(portal, PortalSettings)
    assert portal.enabled
    assert set(portal.periods) == set(sample.periods)
    assert portal.root_department_id == sample.root_department_id


def test_the_demo_configuration_can_name_the_portal_itself(sample: SampleFiles) -> None:
    path = write_config(sample.folder, catalog=sample.folder, periods=["2026"], portal_url="http://127.0.0.1:1234")
    portal = load_config(path, environ={}).sources["portal"]
    assert isinstance(portal, PortalSettings)
    assert portal.base_url == "http://127.0.0.1:1234"
    path.unlink()


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 11, 21), date(2026, 10, 31)),
        (date(2026, 3, 1), date(2026, 2, 28)),
        (date(2026, 1, 31), date(2025, 12, 31)),
    ],
)
def test_the_last_full_month_ends_before_today(today: date, expected: date) -> None:
    assert last_full_month_end(today) == expected


def test_a_sample_before_the_communes_is_refused(units: Units, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="2025-07-01"):
        write_sample(tmp_path, as_of=date(2025, 6, 30), units=units.all)
