"""Each figure leads to the rows that it counts, a page of them at a time."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from dashboards.app import create_app
from dashboards.filters import Filters
from dashboards.pages import evidence_asked
from dashboards.pages.evidence import show_evidence
from dashboards.pages.evidence_asked import read_page
from dashboards.view import Desk, Settings, View
from etl.pipeline import run
from ioc.catalog.load import load_catalog
from ioc.store.snapshots import Reader
from tests.component_tree import as_sent, body_rows, of_type, words
from tests.dossier_files import CATALOG, dossier, make_site, write_lines

NOW = datetime(2026, 9, 2, 9, 0)
UNIT, PERIOD, ONLINE = "23614", "2026-08", "online_submission_simple"
ONLINE_COUNT, COUNTER_COUNT = 7, 3
"""How many dossiers came in which way."""


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """Of a real store with ten dossiers of a ward."""
    config = make_site(tmp_path_factory.mktemp("site"))
    channels = ["2"] * ONLINE_COUNT + ["1"] * COUNTER_COUNT
    rows = [dossier(number, KenhThucHien=channel) for number, channel in enumerate(channels, start=1)]
    write_lines(config.file.parent / "inbox" / "dossiers" / "2026-08.ndjson", rows)
    run(config, clock=lambda: NOW)
    return Reader(config.store.path)


@pytest.fixture(scope="module")
def settings() -> Settings:
    indices = ("qd766_portal_2026",)
    return Settings("IOC thử", "52", index_ids=indices, catalog=load_catalog(CATALOG, indices=indices))


@pytest.fixture
def view(reader: Reader, settings: Settings) -> Iterator[View]:
    found = Desk(reader, settings, clock=lambda: NOW).view()
    assert found is not None
    yield found
    found.connection.close()


def asked(**changes: str) -> Filters:
    return Filters(indicator=ONLINE, unit=UNIT, period=PERIOD).with_(**changes)


def show(view: View, filters: Filters) -> Any:
    return as_sent(show_evidence(view, filters))


def test_the_parts_stand_beside_what_their_rows_add_up_to(view: View) -> None:
    shown = words(show(view, asked()))
    assert f"{ONLINE_COUNT} dòng cộng lại được {ONLINE_COUNT}" in shown
    assert f"{ONLINE_COUNT + COUNTER_COUNT} dòng cộng lại được {ONLINE_COUNT + COUNTER_COUNT}" in shown
    assert "khác" not in shown


def test_each_row_names_its_dossier_its_file_and_its_row(view: View) -> None:
    rows = [words(row) for row in body_rows(show(view, asked()))]
    assert len(rows) == ONLINE_COUNT
    for number, row in enumerate(rows, start=1):
        assert f"H21.100-260803-{number:04}" in row
        assert f"2026-08.ndjson  · dòng {number}" in row
        assert "trực tuyến" in row


def test_the_other_part_is_a_link_away(view: View) -> None:
    links = [link["props"]["href"] for link in of_type(show(view, asked()), "Link")]
    assert [href for href in links if href.startswith("/evidence?") and "part=denominator" in href]
    assert len(body_rows(show(view, asked(part="denominator")))) == ONLINE_COUNT + COUNTER_COUNT


def test_pages_hold_every_row_once(view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence_asked, "PAGE_ROWS", 4)
    pages = [read_page(view, asked(part="denominator", page=str(number))) for number in (1, 2, 3)]
    assert [len(page.rows) for page in pages] == [4, 4, 2]
    assert len({row.row for page in pages for row in page.rows}) == ONLINE_COUNT + COUNTER_COUNT
    assert read_page(view, asked(part="denominator", page="99")).number == 3


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"indicator": "nothing"}, "Không có chỉ tiêu nothing"),
        ({"period": "2020-01"}, "Không có dòng nào để hiện"),
        ({"unit": "00004"}, "Không có dòng nào để hiện"),
    ],
)
def test_what_cannot_be_shown_says_why(view: View, changes: dict[str, str], reason: str) -> None:
    assert reason in words(show(view, asked(**changes)))


def test_without_an_indicator_the_page_says_how_to_get_here(view: View) -> None:
    assert "bấm vào một số liệu" in words(show(view, Filters(unit=UNIT, period=PERIOD)))


def test_the_file_holds_the_rows_of_both_parts(reader: Reader, settings: Settings) -> None:
    client = create_app(reader, settings, clock=lambda: NOW).server.test_client()
    answer = client.get("/exports/evidence.csv", query_string=asked().chosen())
    rows = list(csv.DictReader(io.StringIO(answer.data.decode(), newline="")))
    assert len(rows) == ONLINE_COUNT + ONLINE_COUNT + COUNTER_COUNT
    assert {row["file"] for row in rows} == {"2026-08.ndjson"}
    assert len({row["sha256"] for row in rows}) == 1
