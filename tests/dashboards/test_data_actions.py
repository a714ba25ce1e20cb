"""Handing in and correcting through the Data page: who may, what is shown, what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.app import create_app, read_settings
from dashboards.pages.data_columns import column_word
from dashboards.pages.data_desk import read_row_name, show_desk
from dashboards.pages.data_timeline import day_kind, show_timeline
from dashboards.pages.data_upload import show_upload
from dashboards.runs import ControlRunLog, SourceDay
from dashboards.view import Desk, Settings
from ioc.config import load_config
from ioc.intake import (
    Alias,
    Confirmed,
    Correctable,
    Correction,
    IntakeError,
    LandedLoad,
    Preview,
    PreviewColumn,
    Recorded,
    RefusedAgainError,
    RefusedField,
    RefusedRow,
    RunRequest,
    UnitSuggestion,
    UploadSource,
)
from ioc.store.control import JobRecord, LoadRecord, Outcome, RunRecord, open_control
from ioc.store.engine import open_memory
from ioc.store.warehouse import read_sql
from tests.component_tree import as_sent, with_class, words
from tests.dashboards.conftest import NOW, SETTINGS
from tests.sample_mart import OneMart

OWN = {"X-Ioc-Action": "1", "Origin": "http://localhost"}
LIMIT = 1000


class Port:
    """A port that remembers what it was asked; what it answers is a believable file and row."""

    def __init__(self) -> None:
        self.confirmed: list[tuple[str, str, bytes, str]] = []
        self.corrections: list[Correction] = []

    def upload_sources(self) -> Sequence[UploadSource]:
        return (UploadSource("register", "certificates"), UploadSource("staff", "staff"))

    def limit_bytes(self) -> int:
        return LIMIT

    def units(self) -> Sequence[UnitSuggestion]:
        return (UnitSuggestion("11560", "Phường Thủy Nguyên", 100),)

    def preview(self, source_id: str, name: str, content: bytes) -> Preview:
        if source_id == "nowhere":
            raise IntakeError("không có nguồn này")
        began = Preview(source_id, "staff", name, "ab" * 32, len(content))
        if content == b"broken":
            return replace(began, error="không đọc được tệp", error_class="UNREADABLE")
        return replace(
            began,
            rows_in=3,
            good=2,
            refused=1,
            reasons={"UNKNOWN_UNIT": 1},
            refusals=(RefusedField(4, "B4", "unit_code", "UNKNOWN_UNIT", "H24.999"),),
            columns=(PreviewColumn("unit_code", "Mã đơn vị", "B", 3),),
            typed_columns=("unit_code", "register_as_of", "staff_required"),
            typed_rows=((2, "11560", date(2026, 10, 31), 1234),),
            warnings=("INTEGRITY: ô C12: tổng không khớp",),
        )

    def confirm(self, source_id: str, name: str, content: bytes, *, sha256: str) -> Confirmed:
        self.confirmed.append((source_id, name, content, sha256))
        return Confirmed(source_id, f"upload-x/{name}", self.request_run(source_id))

    def refused_row(self, load: LandedLoad, row_no: int) -> RefusedRow:
        problem = Correctable("unit_code", "unit_code", "UNKNOWN_UNIT", "H31.999", self.units())
        return RefusedRow(load, row_no, {"unit_code": "H31.999", "unit_name": "Phường Thuỷ Nguyên"}, (problem,))

    def aliases_of(self, row: RefusedRow, values: Any) -> Sequence[Alias]:
        return (Alias("H31.999", values["unit_code"]),)

    def correct(self, correction: Correction, loads: Sequence[LandedLoad]) -> Recorded:
        if any(row.changes == {"staff_required": "nhiều"} for row in correction.rows):
            raise RefusedAgainError("vẫn bị loại ({faults})", [("staff_required", "VALUE")])
        self.corrections.append(correction)
        return Recorded("c1", len(correction.rows), self.request_run(correction.source_id))

    def request_run(self, source_id: str) -> RunRequest:
        return RunRequest(source_id, NOW, by_scheduler=False)


@pytest.fixture
def port() -> Port:
    return Port()


@pytest.fixture
def served(reader: OneMart, port: Port) -> FlaskClient:
    return create_app(reader, replace(SETTINGS, intake=port), clock=lambda: NOW).server.test_client()


def send(client: FlaskClient, action: str, content: bytes, *, source: str = "staff", **more: Any) -> TestResponse:
    headers = {**OWN, "X-Ioc-File": "C%C3%A1n%20b%E1%BB%99.csv", **more.pop("headers", {})}
    query = {"source": source, **more}
    return client.post(f"/data/actions/{action}", query_string=query, data=content, headers=headers)


def test_a_preview_is_shown_in_words(served: FlaskClient) -> None:
    shown = words(send(served, "preview", b"x").get_json()["children"])
    for text in (
        "Cán bộ.csv",
        "2 dòng hợp lệ",
        "không rõ đơn vị",
        "B4",
        "H24.999",
        "1.234",
        "31/10/2026",
        "mâu thuẫn",
        "ô C12",
    ):
        assert text in shown
    assert "UNKNOWN_UNIT" not in shown


def test_a_file_that_cannot_be_read_offers_nothing_to_confirm(served: FlaskClient) -> None:
    told = send(served, "preview", b"broken").get_json()["children"]
    assert "không đọc được tệp" in words(told)
    assert "confirm" not in str(told)


def test_only_a_confirmed_file_is_taken(served: FlaskClient, port: Port) -> None:
    send(served, "preview", b"x")
    assert port.confirmed == []
    answer = send(served, "confirm", b"x", sha256="ab")
    assert port.confirmed == [("staff", "Cán bộ.csv", b"x", "ab")]
    assert "Cán bộ.csv" in words(answer.get_json()["children"])


def test_what_the_port_refuses_is_said(served: FlaskClient) -> None:
    answer = send(served, "preview", b"x", source="nowhere")
    assert (answer.status_code, answer.get_json()["message"]) == (422, "không có nguồn này")


def test_a_file_over_the_limit_is_not_read(served: FlaskClient) -> None:
    assert send(served, "preview", b"x" * (LIMIT + 1)).status_code == 422


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Ioc-Action": ""},
        {"Origin": "http://elsewhere.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"X-Forwarded-For": "10.0.0.9"},
        {"Forwarded": "for=10.0.0.9"},
        {"Host": "ioc.example"},
    ],
)
@pytest.mark.parametrize("action", ["preview", "confirm", "correct", "replay", "run", "state"])
def test_nobody_from_elsewhere_may_do_anything(
    served: FlaskClient, port: Port, action: str, headers: dict[str, str]
) -> None:
    answer = send(served, action, b"x", headers=headers)
    assert answer.status_code == 403
    assert answer.get_json()["message"]
    assert (port.confirmed, port.corrections) == ([], [])


def test_another_machine_may_not_even_with_the_right_headers(served: FlaskClient) -> None:
    answer = served.post(
        "/data/actions/run", headers=OWN, json={"source": "staff"}, environ_base={"REMOTE_ADDR": "10.0.0.9"}
    )
    assert answer.status_code == 403


def test_a_server_that_others_reach_says_why_it_takes_nothing(tmp_path: Path, reader: OneMart) -> None:
    (tmp_path / "config.yaml").write_text(
        "site: {name: Thử, unit: '31'}\nweb: {host: 0.0.0.0, allow_open: true}\nsources: {}\n"
    )
    settings = read_settings(load_config(tmp_path / "config.yaml", environ={}), intake=Port)
    assert settings.intake is None
    shown = as_sent(Desk(reader, settings, clock=lambda: NOW).show({}, show_upload))
    assert "chưa có đăng nhập" in words(shown)
    assert not with_class(shown, "drop-zone")


def test_without_a_port_there_is_nothing_to_hand_in(client: FlaskClient, desk: Desk) -> None:
    assert send(client, "run", b"{}").status_code == 403
    assert not with_class(as_sent(desk.show({}, show_upload)), "upload-panel")


def test_the_desk_shows_the_row_and_the_unit_that_may_be_meant(reader: OneMart, port: Port) -> None:
    desk = Desk(reader, replace(SETTINGS, intake=port), clock=lambda: NOW)
    shown = as_sent(desk.show({"row": "2-17"}, show_desk))
    text = words(shown)
    for part in ("Phường Thuỷ Nguyên", "không rõ đơn vị", "Phường Thủy Nguyên", "100 %"):
        assert part in text
    assert with_class(shown, "row-desk")[0]["props"]["data-desk-row"] == "2-17"
    for row in ("", "99-1", "2", "x-y"):
        assert not with_class(as_sent(desk.show({"row": row}, show_desk)), "desk-panel")


def test_nothing_is_remembered_before_somebody_ticks_it(reader: OneMart, port: Port, served: FlaskClient) -> None:
    desk = Desk(reader, replace(SETTINGS, intake=port), clock=lambda: NOW)
    (box,) = with_class(as_sent(desk.show({"row": "2-17"}, show_desk)), "remember")
    assert [option["value"] for option in box["props"]["options"]] == ["yes"]
    assert box["props"]["value"] == []
    told = {"row": "2-17", "changes": {"unit_code": "11560"}, "remember": False}
    served.post("/data/actions/correct", headers=OWN, json=told)
    assert [list(correction.aliases) for correction in port.corrections] == [[]]


def test_a_correction_goes_to_the_port_with_what_is_to_be_remembered(served: FlaskClient, port: Port) -> None:
    told = {"row": "2-17", "changes": {"unit_code": " 11560 ", "as_of": ""}, "remember": True}
    answer = served.post("/data/actions/correct", headers=OWN, json=told)
    assert answer.status_code == 200
    (correction,) = port.corrections
    assert (correction.source_id, correction.by, correction.is_replay) == ("register", "web", True)
    assert [(row.load_id, row.row_no, row.changes) for row in correction.rows] == [(2, 17, {"unit_code": "11560"})]
    assert list(correction.aliases) == [Alias("H31.999", "11560")]


@pytest.mark.parametrize(
    "told",
    [{}, [], {"row": "2-17", "changes": {}}, {"row": "99-1", "changes": {"a": "b"}}, {"row": "2-17", "changes": 5}],
)
def test_a_correction_that_says_nothing_is_refused(served: FlaskClient, port: Port, told: Any) -> None:
    assert served.post("/data/actions/correct", headers=OWN, json=told).status_code == 422
    assert port.corrections == []


def test_a_correction_that_is_refused_again_names_field_and_reason_in_words(served: FlaskClient, port: Port) -> None:
    told = {"row": "1-4", "changes": {"staff_required": "nhiều"}}
    answer = served.post("/data/actions/correct", json=told, headers=OWN)
    assert answer.status_code == 422
    assert answer.get_json()["message"] == "vẫn bị loại (người cần chứng thư số: giá trị không hợp lệ)"
    assert port.corrections == []


def test_the_same_wish_twice_is_two_wishes(served: FlaskClient, port: Port) -> None:
    for _time in range(2):
        served.post("/data/actions/replay", headers=OWN, json={"source": "staff"})
    assert len(port.corrections) == 2


def test_the_browser_is_told_how_the_run_went(reader: OneMart, port: Port, tmp_path: Path) -> None:
    control = open_control("sqlite", store=tmp_path)
    run = RunRecord("r1", "correction", NOW + timedelta(seconds=1), NOW + timedelta(seconds=3), "done")
    load = LoadRecord("r1", 1, "staff", "staff", "a.csv#3", True, None, 2, 1, 0, 1, 0, None, None)
    settings: Settings = replace(SETTINGS, intake=port, run_log=ControlRunLog("sqlite", store=tmp_path))
    client = create_app(reader, settings, clock=lambda: NOW).server.test_client()
    wish = {"source": "staff", "since": NOW.isoformat()}
    assert client.post("/data/actions/state", headers=OWN, json=wish).get_json()["done"] is False
    control.mirror_run(run, [load])
    control.close()
    told = client.post("/data/actions/state", headers=OWN, json=wish).get_json()
    assert told["done"] is True
    assert "1 dòng nạp mới" in words(told["children"])
    later = {**wish, "since": (NOW + timedelta(hours=1)).isoformat()}
    assert client.post("/data/actions/state", headers=OWN, json=later).get_json()["done"] is False


def test_a_row_of_the_address_is_read_or_not() -> None:
    assert read_row_name("12-345") == (12, 345)
    assert [read_row_name(text) for text in (None, "", "12", "12-", "-3", "a-b")] == [None] * 6


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (None, "none"),
        (SourceDay(NOW.date(), done=3), "done"),
        (SourceDay(NOW.date(), done=3, failed=1), "mixed"),
        (SourceDay(NOW.date(), failed=1), "failed"),
        (SourceDay(NOW.date(), done=3, missed=1), "missed"),
    ],
)
def test_a_day_is_as_bad_as_the_worst_on_it(day: SourceDay | None, kind: str) -> None:
    assert day_kind(day) == kind


def test_the_strip_tells_runs_and_missed_times_of_thirty_days(reader: OneMart, tmp_path: Path) -> None:
    control = open_control("sqlite", store=tmp_path)
    for number, state in enumerate(("done", "failed")):
        at = datetime(2026, 10, 30 + number, 8)
        error = "TRANSPORT" if state == "failed" else None
        load = LoadRecord(f"r{number}", 1, "staff", "staff", "a", True, None, 0, 0, 0, 0, 0, error, error)
        asked = [("staff", 1, int(state == "failed"))]
        control.mirror_run(RunRecord(f"r{number}", "schedule", at, at, state), [load], sources=asked)
    control.record_job(JobRecord("source:staff", datetime(2026, 11, 1, 6), Outcome.MISSED, reason="x"))
    control.close()
    settings = replace(SETTINGS, run_log=ControlRunLog("sqlite", store=tmp_path))
    shown = as_sent(Desk(reader, settings, clock=lambda: NOW).show({}, show_timeline))
    assert len(with_class(shown, "strip")) == 4
    assert len(with_class(shown, "day-missed")) == 2
    assert "1 ngày có lỗi, 1 ngày bỏ lỡ" in str(shown)


def test_every_column_that_a_preview_may_show_has_words() -> None:
    connection = open_memory()
    connection.execute(read_sql("ioc.store", "warehouse.sql"))
    names = {
        name
        for (name,) in connection.rows("select column_name from duckdb_columns() where schema_name = 'facts'")
        if name not in ("version_id", "load_id", "by_load_id", "row_no")
    }
    connection.close()
    assert len(names) > 100
    assert sorted(name for name in names if column_word(name) == name) == []
