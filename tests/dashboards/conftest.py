"""A served sample: the application over a believable mart, and questions put to it as a browser does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from dashboards.app import create_app
from dashboards.view import Desk, Settings
from ioc.store.engine import open_writer
from tests.sample_mart import SITE_UNIT, OneMart, OpenMart, open_sample_mart, write_sample_mart

NOW = datetime(2026, 11, 2, 9, 0)
SETTINGS = Settings(site_name="IOC thử", site_unit=SITE_UNIT, index_ids=("qd766_portal_2026",))

Ask = Callable[..., TestResponse]


@pytest.fixture(scope="session")
def mart(tmp_path_factory: pytest.TempPathFactory) -> OpenMart:
    path: Path = tmp_path_factory.mktemp("mart") / "mart.duckdb"
    write_sample_mart(path)
    return open_sample_mart(path)


@pytest.fixture
def reader(mart: OpenMart) -> OneMart:
    return OneMart(mart)


@pytest.fixture
def desk(reader: OneMart) -> Desk:
    return Desk(reader, SETTINGS, clock=lambda: NOW)


@pytest.fixture
def client(reader: OneMart) -> FlaskClient:
    return create_app(reader, SETTINGS, clock=lambda: NOW).server.test_client()


@pytest.fixture
def ask(client: FlaskClient) -> Ask:
    """Asks one callback for the children of a place, with a query as the shell stores it."""

    def ask_place(place: str, **query: Any) -> TestResponse:
        inputs = [
            {"id": "shell-query", "property": "data", "value": query},
            {"id": "shell-version", "property": "data", "value": None},
        ]
        body = {
            "output": f"{place}.children",
            "outputs": {"id": place, "property": "children"},
            "inputs": inputs,
            "changedPropIds": ["shell-query.data"],
        }
        return client.post("/_dash-update-component", json=body)

    return ask_place


@pytest.fixture
def mended(tmp_path: Path, reader: OneMart, ask: Ask) -> Ask:
    """As ask, of a snapshot in which all refused rows of one_stop are mended; its loads still tell of them."""
    path = tmp_path / "mended.duckdb"
    write_sample_mart(path)
    connection = open_writer(path)
    connection.execute("update sources set waiting = 0 where source_id = 'one_stop'")
    connection.execute("delete from quarantine where source_id = 'one_stop'")
    connection.close()
    reader.mart = open_sample_mart(path, snapshot_id="ioc-20261101T014000Z-mended")
    return ask


@pytest.fixture
def open_address(client: FlaskClient) -> Ask:
    """Opens an address as the shell's router does."""

    def open_path(path: str, search: str = "", shown: dict[str, Any] | None = None) -> TestResponse:
        outputs = [
            ("shell-header", "children"),
            ("shell-page", "children"),
            ("shell", "className"),
            ("shell-theme", "forceColorScheme"),
            ("shell-title", "data"),
            ("shell-query", "data"),
        ]
        body = {
            "output": ".." + "...".join(f"{name}.{part}" for name, part in outputs) + "..",
            "outputs": [{"id": name, "property": part} for name, part in outputs],
            "inputs": [
                {"id": "shell-url", "property": "pathname", "value": path},
                {"id": "shell-url", "property": "search", "value": search},
                {"id": "shell-version", "property": "data", "value": None},
            ],
            "state": [{"id": "shell-query", "property": "data", "value": shown}],
            "changedPropIds": ["shell-url.pathname"],
        }
        return client.post("/_dash-update-component", json=body)

    return open_path
