"""The portal's published points of 45 communes come out exactly, from its answers to `ioc scores`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from etl.pipeline import run
from etl.portal_replay import ReplayServer
from ioc.config import load_config
from ioc.store.snapshots import OpenSnapshot, Reader
from tests.golden_answers import CRITERIA, GOLDEN, GROUPS, ROOT_ID, Row, golden_rows, write_answers

CONFIG = """
site: {{name: Gia Lai, unit: "52"}}
store: {{path: store}}
catalog: {{path: {catalog}, indices: [qd766_portal_2026]}}
sources:
  portal:
    kind: national_portal
    enabled: true
    base_url: "{url}"
    root_department_id: "{root}"
    periods: ["2026"]
    min_delay_s: 0
"""
STATED_AT = datetime(2026, 10, 10, 8, 0)
CATALOG = Path(__file__).parent.parent.parent / "data" / "catalog"

pytestmark = pytest.mark.skipif(not GOLDEN.exists(), reason=f"{GOLDEN} is not there: published figures NOT checked")


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSnapshot]:
    folder = tmp_path_factory.mktemp("golden")
    write_answers(folder / "answers", golden_rows())
    with ReplayServer(folder / "answers", stated_at=STATED_AT) as portal:
        text = CONFIG.format(catalog=CATALOG, url=portal.base_url, root=ROOT_ID)
        (folder / "config.yaml").write_text(text, encoding="utf-8")
        config = load_config(folder / "config.yaml", environ=os.environ)
        report = run(config, clock=lambda: datetime(2026, 10, 10, 9, 0))
    assert not report.failed, [load.message for source in report.sources for load in source.failures]
    opened = Reader(config.store.path).current()
    assert opened is not None
    yield opened
    opened.connection.close()


Points = dict[tuple[str, str], tuple[Decimal | None, str | None, Decimal | None]]


@pytest.fixture(scope="module")
def points(snapshot: OpenSnapshot) -> Points:
    """(commune, node) → points, basis, published points."""
    rows = snapshot.connection.rows(
        "select unit_code, node, points, basis, published_points from scores where period = '2026'"
    )
    return {(unit, node): (value, basis, published) for unit, node, value, basis, published in rows}


@pytest.mark.parametrize("row", golden_rows() if GOLDEN.exists() else [], ids=lambda row: row["departmentCode"])
def test_every_published_figure_of_a_commune_is_met_exactly(points: Points, row: Row) -> None:
    unit = row["commune_code"]
    for node, column in CRITERIA.items():
        assert points[unit, node][0] == Decimal(row[column]), node
    for node, column in GROUPS.items():
        value, basis, published = points[unit, node]
        assert value == published == Decimal(row[column]), node
        assert basis == ("published" if node in ("CLGQ", "TTTT") else "computed"), node
    total, basis, published = points[unit, "total"]
    assert total == published == Decimal(row["totalScore"])
    assert basis == "published"


def test_payment_parts_whose_counts_are_published_are_computed(points: Points) -> None:
    for row in golden_rows():
        share = Decimal(row["pay_ok"]) / Decimal(row["pay_obl"]) if Decimal(row["pay_obl"]) else Decimal(0)
        percent = round(share * 100, 6).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        expected = (6 * percent / 100).quantize(Decimal("0.01"), rounding="ROUND_HALF_UP")
        assert points[row["commune_code"], "3.6"][:2] == (expected, "computed")
        assert points[row["commune_code"], "3.5"][0] is None


def test_inherited_points_are_marked(points: Points) -> None:
    assert {points[row["commune_code"], "1.1"][1] for row in golden_rows()} == {"inherited"}


def test_full_marks_for_nothing_to_judge_are_marked(points: Points) -> None:
    without = [row for row in golden_rows() if row["pet_d"] == "0"]
    assert without
    assert {points[row["commune_code"], "5.2"][:2] for row in without} == {(Decimal(6), "by_rule")}


def test_the_portals_own_time_is_the_time_of_its_figures(snapshot: OpenSnapshot) -> None:
    assert snapshot.connection.rows("select distinct as_of from scores") == [(STATED_AT,)]


def test_a_figure_flagged_by_the_portal_stays_flagged(snapshot: OpenSnapshot) -> None:
    flags = snapshot.connection.rows(
        "select distinct flags from readings where indicator = 'dossier_sync_rate' and level = 'commune'"
    )
    assert flags == [(["source_flag"],)]
