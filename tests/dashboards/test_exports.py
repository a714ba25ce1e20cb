"""Downloads: exactly the rows of the view, readable by programs, safe in a spreadsheet, within the scope."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from dashboards.exports.csv_lines import BYTE_ORDER_MARK, FORMULA_STARTS, machine_lines, spreadsheet_lines
from dashboards.exports.routes import register
from dashboards.exports.tables import TABLES, Table
from dashboards.view import Desk
from ioc.access import Scope
from tests.component_tree import body_rows, of_type, with_class, with_id
from tests.sample_mart import OneMart

Ask = Callable[..., TestResponse]
INDEX = "qd766_portal_2026"
UNIT = "11557"


def rows_of(answer: TestResponse) -> list[dict[str, str]]:
    assert answer.status_code == 200, answer.text
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8"), newline="")))
    assert answer.headers["X-Row-Count"] == str(len(rows))
    return rows


def shown(ask: Ask, place: str, **query: str) -> Any:
    return ask(place, **query).get_json()["response"]


def test_ranking_gives_the_grids_rows_in_their_order(client: FlaskClient, ask: Ask) -> None:
    for chosen in ({}, {"group": "CLGQ"}):
        rows = rows_of(client.get("/exports/ranking.csv", query_string={"index": INDEX, "period": "2026-10", **chosen}))
        grid = with_id(shown(ask, "index-ranking", index=INDEX, **chosen), "index-ranking-grid")["props"]["rowData"]
        assert [row["unit_code"] for row in rows] == [row["unit"] for row in grid]
        assert [float(row["points"]) for row in rows] == [row["points"] for row in grid]


def test_scores_give_the_criteria_of_the_unit_as_sorted(client: FlaskClient, ask: Ask) -> None:
    for chosen in ({}, {"sort": "loss"}):
        rows = rows_of(client.get("/exports/scores.csv", query_string={"index": INDEX, "unit": UNIT, **chosen}))
        table = body_rows(shown(ask, "index-criteria", index=INDEX, unit=UNIT, **chosen))
        assert len(rows) == len(table)
        assert [row["node"] in str(line) for row, line in zip(rows, table, strict=True)] == [True] * len(rows)


def test_readings_of_a_unit_are_the_rows_of_its_page(client: FlaskClient, ask: Ask) -> None:
    rows = rows_of(client.get(f"/exports/readings.csv?unit={UNIT}&period=2026-10"))
    assert len(rows) == len(body_rows(shown(ask, "unit-figures", unit=UNIT)))
    assert {row["unit_code"] for row in rows} == {UNIT}


def test_readings_of_an_indicator_are_the_communes_of_the_map(client: FlaskClient) -> None:
    rows = rows_of(client.get("/exports/readings.csv?unit=31&period=2026-10&indicator=online_submission_766"))
    assert len(rows) == 114
    assert {row["level"] for row in rows} == {"commune"}
    assert 0 < float(rows[0]["value"]) < 1


@pytest.mark.parametrize("field", [None, "Hộ tịch"])
def test_breakdown_gives_the_shown_fields_or_procedures(client: FlaskClient, ask: Ask, field: str | None) -> None:
    query = {"unit": UNIT, **({"field": field} if field else {})}
    rows = rows_of(client.get("/exports/breakdown.csv", query_string=query))
    table = body_rows(shown(ask, "unit-online", **query))
    assert len(rows) == len(table) > 0
    assert all((row["procedure_name"] or row["field_name"]) in str(line) for row, line in zip(rows, table, strict=True))


def test_satisfaction_gives_the_shown_fields(client: FlaskClient, ask: Ask) -> None:
    rows = rows_of(client.get(f"/exports/satisfaction.csv?unit={UNIT}&period=2026-10"))
    table = body_rows(shown(ask, "unit-satisfaction", unit=UNIT))
    assert len(rows) == len(table) > 0
    assert all(row["field_name"] in str(line) for row, line in zip(rows, table, strict=True))


@pytest.mark.parametrize("query", [{}, {"source": "register"}, {"source": "register", "reason": "MISSING"}])
def test_quarantine_gives_the_shown_rows(client: FlaskClient, ask: Ask, query: dict[str, str]) -> None:
    rows = rows_of(client.get("/exports/quarantine.csv", query_string=query))
    grid = with_id(shown(ask, "data-quarantine", **query), "data-quarantine-grid")["props"]["rowData"]
    assert [int(row["row_no"]) for row in rows] == [row["row_no"] for row in grid]


def test_the_other_tables_of_the_data_page(client: FlaskClient, ask: Ask) -> None:
    assert len(rows_of(client.get("/exports/sources.csv"))) == len(body_rows(shown(ask, "data-sources")))
    for name, place in (("loads", "loads"), ("reconciliations", "checks")):
        grid = with_id(shown(ask, f"data-{place}"), f"data-{place}-grid")["props"]["rowData"]
        assert len(rows_of(client.get(f"/exports/{name}.csv"))) == len(grid)


def test_channels_give_every_share_of_the_chart(client: FlaskClient, ask: Ask) -> None:
    columns = with_class(shown(ask, "unit-card", unit=UNIT), "column")
    parts = [part["props"]["style"] for part in of_type(columns, "Div") if "style" in part["props"]]
    rows = rows_of(client.get(f"/exports/channels.csv?unit={UNIT}"))
    assert sorted(f"{float(row['value']) * 100:.2f}%" for row in rows) == sorted(part["height"] for part in parts)


def test_for_programs_dates_are_iso_and_codes_stay_text() -> None:
    table = Table(
        ("unit_code", "as_of", "points", "flags", "value"),
        [("00123", datetime(2026, 10, 31, 17, 0), Decimal("5.8800"), ["stale", "small_n"], None)],
    )
    lines = "".join(machine_lines(table)).splitlines()
    assert lines == ["unit_code,as_of,points,flags,value", "00123,2026-10-31T17:00:00,5.88,stale;small_n,"]


def test_for_a_spreadsheet_headings_are_words_and_formulas_stay_text() -> None:
    table = Table(("unit_name", "value"), [('=HYPERLINK("http://x")', -1.5), ("@x", None)])
    text = "".join(spreadsheet_lines(table))
    assert text.startswith(BYTE_ORDER_MARK)
    rows = list(csv.reader(io.StringIO(text.removeprefix(BYTE_ORDER_MARK), newline="")))
    assert "unit_name" not in rows[0]
    assert rows[1] == ['\'=HYPERLINK("http://x")', "-1.5"]
    assert rows[2] == ["'@x", ""]


def test_the_two_forms_have_the_same_rows(client: FlaskClient) -> None:
    plain = client.get(f"/exports/readings.csv?unit={UNIT}")
    spreadsheet = client.get(f"/exports/readings.csv?unit={UNIT}&for=excel")
    assert spreadsheet.data.startswith(BYTE_ORDER_MARK.encode())
    assert spreadsheet.headers["X-Row-Count"] == plain.headers["X-Row-Count"]


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), st.integers(), st.none()
)


@given(st.lists(st.tuples(CELLS, CELLS), max_size=20))
def test_whatever_stands_in_a_cell_can_be_read_back(rows: list[tuple[Any, Any]]) -> None:
    text = "".join(machine_lines(Table(("a", "b"), rows)))
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert read[1:] == [["" if cell is None else str(cell) for cell in row] for row in rows]


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_no_text_becomes_a_formula(text: str) -> None:
    written = "".join(spreadsheet_lines(Table(("a", "b"), [(text, 1)]))).removeprefix(BYTE_ORDER_MARK)
    cell = list(csv.reader(io.StringIO(written, newline="")))[1][0]
    assert not cell.startswith(FORMULA_STARTS)


def test_only_the_scopes_rows_leave_the_house(reader: OneMart, desk: Desk) -> None:
    scope = Scope(detail=frozenset({UNIT}), compare=frozenset())
    server = Flask("test")
    register(server, Desk(reader, desk.settings, clock=desk.clock, scope_of=lambda: scope))
    client = server.test_client()
    ranked = rows_of(client.get("/exports/ranking.csv"))
    assert {row["unit_code"] for row in ranked} == {UNIT}
    assert rows_of(client.get("/exports/readings.csv?unit=31&indicator=ontime_766"))[0]["unit_code"] == UNIT
    assert rows_of(client.get("/exports/breakdown.csv?unit=11560")) == []
    assert rows_of(client.get("/exports/quarantine.csv")) == []
    assert rows_of(client.get("/exports/loads.csv")) == []


def test_faults_have_one_shape(client: FlaskClient) -> None:
    for address, status in (("/exports/nothing.csv", 404), ("/exports/readings.csv?period=2031-01", 400)):
        answer = client.get(address)
        assert answer.status_code == status
        assert set(answer.get_json()["error"]) == {"code", "message", "details"}
    assert "ranking" in client.get("/exports/nothing.csv").get_json()["error"]["message"]


def test_before_the_first_snapshot_there_is_nothing_to_give(client: FlaskClient, reader: OneMart) -> None:
    reader.mart = None
    assert client.get("/exports/sources.csv").status_code == 503


def test_the_files_name_is_harmless(client: FlaskClient) -> None:
    answer = client.get("/exports/loads.csv", query_string={"source": 'a"\r\nb/ă'})
    assert answer.headers["Content-Disposition"] == 'attachment; filename="loads_a---b--.csv"'


@pytest.mark.parametrize("name", sorted(TABLES.keys() - {"evidence"}))  # whose rows are not in the mart
def test_every_table_has_as_many_cells_as_columns(client: FlaskClient, name: str) -> None:
    answer = client.get(f"/exports/{name}.csv", query_string={"unit": UNIT})
    lines = list(csv.reader(io.StringIO(answer.data.decode(), newline="")))
    assert len(lines) > 1
    assert {len(line) for line in lines} == {len(lines[0])}
