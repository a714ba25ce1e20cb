"""The frame: addresses, banners, headers, the interface beside the pages."""

from __future__ import annotations

from typing import Any

import pytest
from dash import Dash
from dash.development.base_component import Component
from flask.testing import FlaskClient

from dashboards.app import create_app
from dashboards.filters import read_search
from dashboards.pages import PAGES
from dashboards.view import Settings
from tests.dashboards.conftest import NOW, SETTINGS, Ask
from tests.sample_mart import OneMart


def ids_of(component: Component) -> list[str]:
    return [str(part.id) for part in [component, *component._traverse()] if hasattr(part, "id")]


def test_opens_the_overview(open_address: Ask) -> None:
    answer = open_address("/").json["response"]
    assert answer["shell-title"]["data"] == "Tổng quan · IOC thử"
    assert "DỮ LIỆU MÔ PHỎNG" in str(answer["shell-header"]["children"])
    assert answer["shell-theme"]["forceColorScheme"] == "light"


def test_a_choice_on_the_same_page_does_not_build_it_anew(open_address: Ask) -> None:
    shown = open_address("/").json["response"]["shell-query"]["data"]
    again = open_address("/", "?period=2026-09", shown).json["response"]
    assert "shell-page" not in again
    assert again["shell-query"]["data"]["period"] == "2026-09"


def test_the_wall_has_no_navigation(open_address: Ask) -> None:
    wall = open_address("/", "?kiosk=1").json["response"]
    desk = open_address("/").json["response"]
    assert "'Nav'" not in str(wall["shell-header"]["children"])
    assert "'Nav'" in str(desk["shell-header"]["children"])
    assert wall["shell-theme"]["forceColorScheme"] == "dark"


def test_an_unknown_address_says_so_in_vietnamese(open_address: Ask, client: FlaskClient) -> None:
    assert "Không tìm thấy trang" in str(open_address("/nowhere").json["response"]["shell-page"])
    assert client.get("/nowhere").status_code == 404
    assert client.get("/").status_code == 200


def test_english_on_request(open_address: Ask) -> None:
    answer = open_address("/", "?lang=en").json["response"]
    assert answer["shell-title"]["data"] == "Overview · IOC thử"


def test_an_open_server_says_that_it_is_open(reader: OneMart) -> None:
    settings = Settings(site_name="x", site_unit="31", is_open=True)
    app = create_app(reader, settings, clock=lambda: NOW)
    client = app.server.test_client()
    assert b"_dash-config" in client.get("/").data
    from dashboards.shell import show_page
    from dashboards.view import Desk

    header = show_page(Desk(reader, settings), PAGES, "/", "", None)[0]
    assert "không cần đăng nhập" in str(header)


def test_without_a_snapshot_everything_still_answers(mart: Any) -> None:
    client = create_app(OneMart(None), SETTINGS, clock=lambda: NOW).server.test_client()
    assert client.get("/healthz").status_code == 200
    ready = client.get("/readyz")
    assert ready.status_code == 503
    assert ready.json["error"]["code"] == "no_snapshot"
    assert client.get("/api/v1/version").json["snapshot_id"] is None


def test_the_version_changes_only_with_the_snapshot(client: FlaskClient) -> None:
    first = client.get("/api/v1/version")
    assert first.json == {
        "snapshot_id": "ioc-20261101T013000Z-test",
        "published_at": "2026-11-01T08:30:00",
        "data_as_of": "2026-10-31T17:00:00",
    }
    again = client.get("/api/v1/version", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


def test_counts_what_it_answered(client: FlaskClient) -> None:
    client.get("/healthz")
    assert b'ioc_requests_total{status="200"}' in client.get("/metrics").data
    assert client.get("/readyz").json["status"] == "ready"


@pytest.mark.parametrize("path", ["/", "/api/v1/version", "/_dash-layout"])
def test_every_answer_carries_the_security_headers(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert "script-src 'self' 'sha256-" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"].split("style-src")[0]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_nothing_in_the_frame_comes_from_elsewhere(client: FlaskClient) -> None:
    page = client.get("/").data.decode()
    assert "http://" not in page
    assert "https://" not in page
    assert 'lang="vi"' in page


def test_ids_are_unique_and_carry_the_name_of_their_page() -> None:
    every: list[str] = []
    for page in PAGES:
        ids = ids_of(page.layout())
        assert [name for name in ids if not name.startswith((f"{page.NAME}-", "{"))] == []
        every += ids
    assert len(every) == len(set(every))


def test_two_applications_in_one_process_both_have_their_callbacks(reader: OneMart) -> None:
    apps: list[Dash] = [create_app(reader, SETTINGS) for _ in range(2)]
    counts = []
    for app in apps:
        app.server.test_client().get("/")
        counts.append(len(app.callback_map))
    assert counts[0] == counts[1] > 3


def test_reads_an_address_query() -> None:
    assert read_search("?a=1&b=%C4%90") == {"a": "1", "b": "Đ"}
