"""Packs on the sample: two indices of digital transformation, and the figures that feed them, counted again by hand."""

from __future__ import annotations

import csv
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from etl.pipeline import run
from etl.portal_replay import ReplayServer
from etl.sample import HOLDER_KEY_VARIABLE, PROVINCE_CODE, write_config, write_sample
from ioc.cli import app
from ioc.config import load_config
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.units import REFERENCE, load_units
from tests import oracle

AS_OF = date(2026, 2, 28)
RUN_AT = datetime(2026, 3, 2, 8, 0)
YEAR = "2026"
SOURCES = ["one_stop", "register", "staff", "procedures", "documents", "reported", "portal"]
Parts = dict[tuple[str, str], tuple[Decimal, Decimal | None]]
"""(unit, indicator) → numerator, denominator of the year."""


@dataclass(frozen=True)
class Loaded:
    folder: Path
    config: Path
    snapshot: OpenSnapshot


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    folder = tmp_path_factory.mktemp("packs")
    write_sample(folder, as_of=AS_OF, scale=0.005, units=load_units(REFERENCE).all)
    with ReplayServer(folder / "portal", stated_at=datetime.combine(AS_OF, time(17))) as portal:
        file = write_config(folder, catalog=REFERENCE.parent / "catalog", periods=[YEAR], portal_url=portal.base_url)
        config = load_config(file, environ={**os.environ, HOLDER_KEY_VARIABLE: "k" * 32})
        report = run(config, sources=SOURCES, clock=lambda: RUN_AT)
    assert not report.failed, report
    snapshot = Reader(config.store.path).current()
    assert snapshot is not None
    yield Loaded(folder, file, snapshot)
    snapshot.connection.close()


@pytest.fixture(scope="module")
def parts(loaded: Loaded) -> Parts:
    rows = loaded.snapshot.connection.rows(
        "select unit_code, indicator, numerator, denominator from readings where period = $year and is_leading",
        {"year": YEAR},
    )
    return {(unit, indicator): (numerator, denominator) for unit, indicator, numerator, denominator in rows}


def table(loaded: Loaded, name: str) -> list[dict[str, str]]:
    (path,) = (loaded.folder / "inbox" / name).glob("*.csv")
    return oracle.read_table(path)


# The figures.


@pytest.fixture(scope="module")
def raw_counts(loaded: Loaded) -> dict[str, dict[str, tuple[int, int]]]:
    """indicator → unit → parts of the year, by loops over the raw files."""
    register = {row["procedure_code"]: row for row in table(loaded, "procedures")}
    with (loaded.folder / "crosswalk.csv").open(encoding="utf-8-sig", newline="") as handle:
        lines = (line for line in handle if not line.startswith("#"))
        units = {row["source_unit_code"].upper(): row["unit_code"] for row in csv.DictReader(lines)}
    by_unit: dict[str, list[tuple[oracle.Dossier, dict[str, str]]]] = defaultdict(list)
    for dossier in oracle.read_dossiers(sorted((loaded.folder / "inbox" / "dossiers").iterdir()), units):
        if dossier.state not in (1, 3) and dossier.received is not None:
            for unit in (dossier.unit, PROVINCE_CODE):
                by_unit[unit].append((dossier, register[dossier.procedure]))
    answer: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for unit, mine in by_unit.items():
        for indicator, found in count(mine, register, is_commune=unit.isdigit() and unit != PROVINCE_CODE).items():
            answer[indicator][unit] = found
    return answer


def count(
    mine: list[tuple[oracle.Dossier, dict[str, str]]], register: dict[str, dict[str, str]], *, is_commune: bool
) -> dict[str, tuple[int, int]]:
    received = [(d, p) for d, p in mine if d.received and d.received.year == AS_OF.year]
    done = [d for d, _p in mine if d.state in (9, 10) and (day := oracle.finished_day(d)) and day.year == AS_OF.year]
    eligible = [(d, p) for d, p in received if p["eligible_full"] == "true"]
    full = [d for d, p in received if d.channel == 2 and p["service_level"] == "full"]
    fees = [d for d, _p in received if (d.fee or 0) > 0]
    own = {code for code, p in register.items() if not is_commune or p["authority_level"] == "commune"}
    could = [register[code] for code in own if register[code]["eligible_full"] == "true"]
    return {
        "avg_processing_time": (sum(map(days_taken, done)), len(done)),
        "full_online_coverage": (sum(p["service_level"] == "full" for p in could), len(could)),
        "full_online_dossier_all": (len(full), len(received)),
        "full_online_dossier_eligible": (
            sum(d.channel == 2 and p["service_level"] == "full" for d, p in eligible),
            len(eligible),
        ),
        "tthc_idle_rate": (len(own - {d.procedure for d, _p in received}), len(own)),
        "pay_amount_online": (
            int(sum(d.fee or 0 for d in fees if d.paid in (1, 2))),
            int(sum(d.fee or 0 for d in fees)),
        ),
        "population_database_use": (sum("CSDLQGVDC" in d.databases for d, _p in received), len(received)),
    }


def days_taken(dossier: oracle.Dossier) -> int:
    """From reception to the end, without the days of one supplement."""
    end = oracle.finished_day(dossier)
    assert end is not None and dossier.received is not None
    waited = 0
    if len(dossier.supplements) == 1:
        asked, answered = dossier.supplements[0]
        waited = (answered.date() - asked.date()).days if asked and answered and answered > asked else 0
    return max(0, (end - dossier.received.date()).days - waited)


@pytest.mark.parametrize(
    "indicator",
    [
        "avg_processing_time", "full_online_coverage", "full_online_dossier_all", "full_online_dossier_eligible",
        "tthc_idle_rate", "pay_amount_online", "population_database_use",
    ],
)  # fmt: skip
def test_every_unit_agrees_with_the_raw_files(
    indicator: str, parts: Parts, raw_counts: dict[str, dict[str, tuple[int, int]]]
) -> None:
    expected = raw_counts[indicator]
    found = {unit: parts[unit, indicator] for unit in expected}
    assert found == expected
    assert sum(numerator for numerator, _whole in expected.values()) > 0


def test_the_gap_is_what_the_portal_counts_otherwise(loaded: Loaded, parts: Parts) -> None:
    rows = loaded.snapshot.connection.rows(
        "select unit_code, denominator from readings "
        "where indicator = 'ontime_766' and series = 'portal' and period = $year",
        {"year": YEAR},
    )
    portal = dict(rows)
    gaps = {unit: found[0] for (unit, indicator), found in parts.items() if indicator == "reconcile_gap"}
    # own counts agree with each other: received and carried over are settled or open
    assert gaps == {
        unit: abs(portal.get(unit, parts[unit, "supplement_rate"][1]) - (parts[unit, "supplement_rate"][1] or 0))
        for unit in gaps
    }
    assert any(gaps.values())


def test_age_is_counted_from_the_last_good_load(parts: Parts) -> None:
    assert parts[PROVINCE_CODE, "data_freshness"] == (0, None)


# The packs.


def points(numerator: Decimal | str, denominator: Decimal | str | None, maximum: int, *, cap: str = "1") -> Decimal:
    """A share of the points, rounded half up; none of nothing."""
    whole = Decimal(denominator or 0)
    if not whole:
        return Decimal(0)
    exact = maximum * Decimal(numerator) / (whole * Decimal(cap))
    return min(Decimal(maximum), exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


@pytest.fixture(scope="module")
def stated(loaded: Loaded) -> dict[tuple[str, str], tuple[str, str]]:
    """(unit, measure) → value, of: what the communes reported."""
    rows = oracle.read_table(loaded.folder / "inbox" / "reported" / f"chuyen-doi-so-{YEAR}.csv")
    return {(row["unit_code"], row["measure"]): (row["value"], row["of"]) for row in rows}


def scores(loaded: Loaded, index: str) -> dict[str, dict[str, Any]]:
    """unit → node → points."""
    rows = loaded.snapshot.connection.rows(
        "select unit_code, node, points from scores where index_id = $index and period = $year",
        {"index": index, "year": YEAR},
    )
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for unit, node, value in rows:
        found[unit][node] = value
    return found


def template_points(unit: str, parts: Parts, stated: dict[tuple[str, str], tuple[str, str]]) -> dict[str, Decimal]:
    def reported(measure: str, maximum: int, cap: str = "1") -> Decimal:
        return points(*stated[unit, measure], maximum, cap=cap)

    def counted(indicator: str, maximum: int, cap: str = "1") -> Decimal:
        return points(*parts[unit, indicator], maximum, cap=cap)

    meetings = int(stated[unit, "dti_meetings"][0])
    return {
        "1.1": Decimal(5) * Decimal(stated[unit, "dti_leader_steering"][0]),
        "1.2": reported("dti_training_share", 5),
        "2.1": Decimal(5) * int(stated[unit, "dti_plan_issued"][0]),
        "2.2": Decimal(5) * int(stated[unit, "dti_data_rules_issued"][0]),
        "3.1": reported("dti_fibre_households", 10),
        "4.1": {0: Decimal(0), 1: Decimal(1), 2: Decimal("2.5"), 3: Decimal(4)}.get(meetings, Decimal(5)),
        "4.2": counted("cert_coverage_staff", 5),
        "5.1": reported("dti_security_level", 5),
        "5.2": reported("dti_endpoint_protection", 5),
        "6.1": counted("online_submission_simple", 4, cap="0.8"),
        "6.2": counted("full_online_dossier_eligible", 3),
        "6.3": counted("ontime_766", 3),
        "6.4": counted("pay_dossier_online", 3),
        "6.5": counted("digitized_rate", 2),
        "6.6": counted("edoc_signed_rate", 3),
        "6.7": counted("work_file_online", 2),
        "7.1": reported("dti_shops_online", 5),
        "7.2": reported("dti_firms_digital", 5),
        "7.3": reported("dti_cashless_places", 5),
        "8.1": reported("citizen_signature", 5, cap="0.7"),
        "8.2": reported("dti_identity_adults", 5),
        "8.3": reported("dti_health_records", 5),
    }


def test_the_template_scores_every_commune_exactly(
    loaded: Loaded, parts: Parts, stated: dict[tuple[str, str], tuple[str, str]]
) -> None:
    found = scores(loaded, "dti_commune_template")
    communes = {unit for unit, _measure in stated}
    assert len(communes) == 114
    for unit in communes:
        expected = template_points(unit, parts, stated)
        assert {node: found[unit][node] for node in expected} == expected, unit
        assert found[unit]["total"] == sum(expected.values()), unit


def test_the_example_of_a_province_goes_by_steps(
    loaded: Loaded, parts: Parts, stated: dict[tuple[str, str], tuple[str, str]]
) -> None:
    found = scores(loaded, "dti_province_example")
    for unit in {unit for unit, _measure in stated}:
        meetings = min(4, int(stated[unit, "dti_meetings"][0]))
        online, received = parts[unit, "online_submission_simple"]
        share = Decimal(0) if not received else online / received
        expected = {
            "A1": Decimal(5 * meetings),
            "A2": Decimal(10) * Decimal(stated[unit, "dti_leader_steering"][0]),
            "B1": Decimal(10) * int(stated[unit, "dti_plan_issued"][0]),
            "C1": Decimal(5 * sum(share >= Decimal(step) for step in ("0.8", "0.6", "0.4", "0.2"))),
            "C2": points(*parts[unit, "ontime_766"], 15),
        }
        assert {node: found[unit][node] for node in expected} == expected, unit


def test_the_draft_differs_from_the_index_in_its_online_services_alone(loaded: Loaded, parts: Parts) -> None:
    ruling, draft = scores(loaded, "qd766_portal_2026"), scores(loaded, "qd766_draft_2026")
    same = ("CKMB", "TDGQ", "TTTT", "MDSH", "MDHL")
    communes = [unit for unit in ruling if unit.isdigit() and unit != PROVINCE_CODE]
    assert len(communes) == 114
    for unit in communes:
        assert {node: draft[unit][node] for node in same} == {node: ruling[unit][node] for node in same}, unit
        online, eligible = parts[unit, "full_online_dossier_eligible"]
        share = points(online, eligible, 100)
        assert draft[unit]["CLGQ"] == (12 * share / 100).quantize(Decimal("0.01"), ROUND_HALF_UP), unit
        assert draft[unit]["total"] == draft[unit]["CLGQ"] + sum(draft[unit][node] for node in same), unit


def test_what_nobody_says_of_the_province_is_told(loaded: Loaded) -> None:
    rows = loaded.snapshot.connection.rows(
        "select index_id, points, scorable_points from scores "
        "where unit_code = $unit and period = $year and kind = 'total' and index_id like 'dti_%' order by 1",
        {"unit": PROVINCE_CODE, "year": YEAR},
    )
    assert rows == [
        ("dti_commune_template", None, Decimal("80.00")),
        ("dti_province_example", None, Decimal("50.00")),
    ]


def test_digital_transformation_is_judged_by_the_year(loaded: Loaded) -> None:
    rows = loaded.snapshot.connection.rows("select distinct index_id, period from scores where index_id like 'dti_%'")
    assert set(rows) == {
        ("dti_commune_template", "2025"), ("dti_commune_template", "2026"), ("dti_province_example", "2026"),
    }  # fmt: skip


def test_two_packs_are_shown_side_by_side(loaded: Loaded, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOLDER_KEY_VARIABLE, "k" * 32)
    words = ["--config", str(loaded.config), "scores", "--index", "dti_commune_template"]
    words += ["--compare", "dti_province_example", "--period", YEAR, "--level", "commune", "--format", "json"]
    answer = CliRunner().invoke(app, words)
    assert answer.exit_code == 0, answer.output
    rows = json.loads(answer.stdout)
    first, other = scores(loaded, "dti_commune_template"), scores(loaded, "dti_province_example")
    assert len(rows) == 114
    for row in rows:
        pair = (first[row["unit_code"]]["total"], other[row["unit_code"]]["total"])
        assert (Decimal(str(row["points"])), Decimal(str(row["other_points"]))) == pair
        assert Decimal(str(row["difference"])) == pair[1] - pair[0]
