"""Every dossier and certificate figure of the sample, against a slow computation that shares no code with it."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest

from etl.pipeline import run
from etl.report import RunReport
from etl.sample import HOLDER_KEY_VARIABLE, PROVINCE_CODE, write_config, write_sample
from ioc.config import load_config
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.units import REFERENCE, load_units
from tests import oracle
from tests.oracle import Counts

AS_OF = date(2026, 10, 31)
SCALE = 0.0133
"""About 8,000 dossiers."""
RUN_AT = datetime(2026, 11, 2, 8, 0)
CATALOG = REFERENCE.parent / "catalog"


@dataclass(frozen=True)
class Loaded:
    folder: Path
    report: RunReport
    snapshot: OpenSnapshot


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("sample")
    write_sample(folder, as_of=AS_OF, scale=SCALE, units=load_units(REFERENCE).all)
    file = write_config(folder, catalog=CATALOG, periods=["2026"], portal_url="http://127.0.0.1:9")
    config = load_config(file, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
    report = run(config, sources=["one_stop", "register", "staff", "procedures"], clock=lambda: RUN_AT)
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    yield Loaded(folder, report, snapshot)
    snapshot.connection.close()


@pytest.fixture(scope="module")
def readings(loaded: Loaded) -> dict[str, Counts]:
    """indicator → (unit, period) → numerator and denominator, as published."""
    found: dict[str, Counts] = {}
    rows = loaded.snapshot.connection.rows(
        "select indicator, unit_code, period, numerator::double, denominator::double "
        "from readings where series <> 'portal'"
    )
    for indicator, unit, period, numerator, denominator in rows:
        found.setdefault(indicator, {})[unit, period] = (numerator, denominator)
    return found


def _units(folder: Path) -> dict[str, str]:
    with (folder / "crosswalk.csv").open(encoding="utf-8-sig", newline="") as handle:
        lines = (line for line in handle if not line.startswith("#"))
        return {row["source_unit_code"].upper(): row["unit_code"] for row in csv.DictReader(lines)}


def _yes(text: str) -> bool | None:
    folded = text.strip().lower()
    return None if not folded else folded in ("có", "true", "1", "x", "yes")


def _procedures(folder: Path) -> dict[str, oracle.Procedure]:
    subjects = {"cá nhân": "person", "doanh nghiệp": "business", "cả hai": "both"}
    levels = {"cấp tỉnh": "province", "tỉnh": "province", "cấp xã": "commune", "xã": "commune"}
    units = {"giờ làm việc": "working_hours", "ngày làm việc": "working_days", "ngày": "days", "tháng": "months"}
    found = {}
    for row in oracle.read_table(next((folder / "inbox" / "procedures").iterdir())):
        code = ".".join(row["procedure_code"].split(".")[:2])
        found[code] = oracle.Procedure(
            returns_document=_yes(row["returns_document"]),
            subject=subjects.get(row["subject"].lower(), row["subject"] or None),
            level=levels.get(row["authority_level"].lower(), row["authority_level"] or None),
            max_time=float(row["max_time"]) if row["max_time"] else None,
            max_unit=units.get(row["max_time_unit"].lower(), row["max_time_unit"]),
        )
    return found


@pytest.fixture(scope="module")
def expected(loaded: Loaded) -> dict[str, Counts]:
    files = sorted((loaded.folder / "inbox" / "dossiers").iterdir())
    dossiers = oracle.read_dossiers(files, _units(loaded.folder))
    as_of = oracle.newest_event(dossiers, not_after=RUN_AT)
    spans = oracle.months(date(2025, 7, 1), as_of.date())
    return oracle.count_dossiers(dossiers, spans, as_of, _procedures(loaded.folder), province=PROVINCE_CODE)


INDICATORS = (
    "ontime_766", "ontime_completed", "early_rate", "overdue_completed_rate", "open_overdue_count", "open_overdue_rate",
    "carried_over_rate", "due_soon_count", "supplement_rate", "supplement_multi_rate", "rejected_rate",
    "online_submission_766", "online_submission_simple", "direct_rate", "postal_rate", "channel_missing_rate",
    "pay_dossier_online", "e_result_rate", "digitized_rate", "reuse_rate", "share_store_rate", "pop_data_dossier",
    "pop_data_tthc",
)  # fmt: skip


def test_the_sample_is_large_enough_to_tell(loaded: Loaded) -> None:
    assert (
        sum(
            load.buckets.rows_in
            for source in loaded.report.sources
            if source.source_id == "one_stop"
            for load in source.loads
        )
        > 7_500
    )


@pytest.mark.parametrize("indicator", INDICATORS)
def test_every_unit_and_period_agrees(indicator: str, readings: dict[str, Counts], expected: dict[str, Counts]) -> None:
    assert set(readings[indicator]) == set(expected[indicator])
    wrong = {
        key: (readings[indicator][key], parts)
        for key, parts in expected[indicator].items()
        if readings[indicator][key] != parts
    }
    assert not wrong, dict(list(wrong.items())[:5])
    assert any(parts[0] for parts in expected[indicator].values()), "nothing to compare"


def test_a_provinces_parts_are_the_sums_of_its_units(readings: dict[str, Counts]) -> None:
    for indicator in INDICATORS:
        if indicator == "pop_data_tthc":  # different procedures do not add
            continue
        for (unit, period), parts in readings[indicator].items():
            if unit == PROVINCE_CODE:
                below = [
                    found
                    for (code, name), found in readings[indicator].items()
                    if name == period and code != PROVINCE_CODE
                ]
                assert parts[0] == sum(found[0] or 0 for found in below), (indicator, period)
                if parts[1] is not None:
                    assert parts[1] == sum(found[1] or 0 for found in below), (indicator, period)


def test_rates_are_numerator_over_denominator(loaded: Loaded) -> None:
    rows = loaded.snapshot.connection.rows(
        "select indicator, value, numerator::double, denominator::double from readings "
        "where denominator > 0 and numerator is not null"
    )
    assert rows
    assert all(value == numerator / denominator for _, value, numerator, denominator in rows)


# -- certificates ---------------------------------------------------------------------------------------------------


LEADERS = (
    "Chủ tịch",
    "Phó Chủ tịch",
    "Bí thư",
    "Phó Bí thư",
    "Giám đốc",
    "Phó Giám đốc",
    "Chánh",
    "Phó Chánh",
    "Trưởng ban",
    "Phó Trưởng ban",
)


@dataclass(frozen=True)
class Certificate:
    unit: str
    holder: str
    group: str
    is_person: bool
    valid_from: date
    valid_to: date
    revoked: date | None
    used: datetime | None


def _day(text: str) -> date | None:
    return datetime.strptime(text.strip(), "%d/%m/%Y").date() if text.strip() else None


def _certificates(folder: Path) -> list[Certificate]:
    units = _units(folder)
    found: dict[str, Certificate] = {}
    for path in sorted((folder / "inbox" / "certificates").iterdir()):
        for row in oracle.read_table(path):
            valid_from, valid_to = _day(row["valid_from"]), _day(row["valid_to"])
            assert valid_from and valid_to
            found[row["serial_number"]] = Certificate(
                unit=units[row["unit_code"].upper()],
                holder=row["holder_ref"] or row["serial_number"],
                group=row["position_group"],
                is_person=row["holder_type"] == "ca_nhan",
                valid_from=valid_from,
                valid_to=valid_to,
                revoked=_day(row["revoked_at"]),
                used=oracle.moment(row["last_used_at"]),
            )
    return list(found.values())


def _staff(folder: Path) -> dict[str, list[tuple[date, int, int]]]:
    """unit → (day, leaders, officials) that need a certificate, the oldest first."""
    units = _units(folder)
    found: dict[str, list[tuple[date, int, int]]] = {}
    for path in sorted((folder / "inbox" / "staff").iterdir()):
        for row in oracle.read_table(path):
            day = _day(row["as_of"])
            assert day
            needed = (day, int(row["leaders_required"]), int(row["staff_required"]))
            found.setdefault(units[row["unit_code"].upper()], []).append(needed)
    return {unit: sorted(rows) for unit, rows in found.items()}


def _needed(rows: list[tuple[date, int, int]], day: date) -> tuple[date, int, int]:
    """The last figures of or before the day; the first ones where there are none yet."""
    return max((row for row in rows if row[0] <= day), default=rows[0])


def _people(mine: list[Certificate]) -> tuple[int, int]:
    """Leaders and officials with a certificate, each counted once."""
    persons = [certificate for certificate in mine if certificate.is_person]
    leaders = {certificate.holder for certificate in persons if certificate.group.startswith(LEADERS)}
    return len(leaders), len({certificate.holder for certificate in persons})


def test_certificates_agree_in_every_unit_and_period(loaded: Loaded, readings: dict[str, Counts]) -> None:
    certificates, staff = _certificates(loaded.folder), _staff(loaded.folder)
    assert len(certificates) > 1_000
    units = {certificate.unit for certificate in certificates}
    spans = oracle.months(date(2025, 7, 1), AS_OF)
    for span in spans:
        day = min(span.end, AS_OF)
        valid = [
            c for c in certificates
            if c.valid_from <= day <= c.valid_to and (c.revoked is None or c.revoked > day)
        ]  # fmt: skip
        for unit in [*units, PROVINCE_CODE]:
            mine = [c for c in valid if unit in (c.unit, PROVINCE_CODE)]
            needed = [_needed(rows, day) for code, rows in staff.items() if unit in (code, PROVINCE_CODE)]
            leaders, officials = _people(mine)
            used = [c for c in mine if c.used and span.start <= c.used.date() <= span.end]
            key = (unit, span.name)
            assert readings["cert_coverage_leader"][key] == (leaders, sum(row[1] for row in needed)), key
            assert readings["cert_coverage_staff"][key] == (officials, sum(row[2] for row in needed)), key
            assert readings["cert_expiring"][key][0] == len([c for c in mine if (c.valid_to - day).days <= 30]), key
            # only the last use is known: a period before the register's day cannot tell
            expected = len(used) if span.end >= AS_OF and mine else None
            assert readings["cert_active_rate"][key] == (expected, len(mine)), key
