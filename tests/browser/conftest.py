"""A real server over the sample mart, and a Chromium that notes every error and every address it asks for."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from dashboards.app import create_app
from dashboards.view import Settings
from tests.sample_mart import SITE_UNIT, OneMart, OpenMart, open_sample_mart, write_sample_mart

# a shared machine may take its time to parse the chart library
expect.set_options(timeout=20_000)

NOW = datetime(2026, 11, 2, 9, 0)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Site:
    """A served application, whose snapshot a test may exchange."""

    base: str
    reader: OneMart
    mart: OpenMart


@dataclass
class Watched:
    """A page with what went wrong on it."""

    page: Page
    base: str
    errors: list[str] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)

    def open(self, address: str) -> Page:
        """Opens an address and waits until the figures stand."""
        self.page.goto(self.base + address)
        self.page.wait_for_load_state("networkidle")
        return self.page


def chromium_path() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium found: install the package chromium, or name one in CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def sample_mart(tmp_path_factory: pytest.TempPathFactory) -> OpenMart:
    path: Path = tmp_path_factory.mktemp("mart") / "mart.duckdb"
    write_sample_mart(path)
    return open_sample_mart(path)


@pytest.fixture(scope="session")
def served(sample_mart: OpenMart) -> Iterator[Site]:
    """One server for all tests, so that the browser keeps its scripts."""
    reader = OneMart(sample_mart)
    settings = Settings(site_name="IOC thử", site_unit=SITE_UNIT, index_ids=("qd766_portal_2026",))
    app = create_app(reader, settings, clock=lambda: NOW)
    server = make_server("127.0.0.1", 0, app.server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.server_port}", reader, sample_mart)
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(served: Site) -> Iterator[Site]:
    yield served
    served.reader.mart = served.mart


@pytest.fixture(scope="session")
def context(browser: Browser) -> Iterator[BrowserContext]:
    kept = browser.new_context(locale="vi-VN")
    yield kept
    kept.close()


@pytest.fixture
def watched(context: BrowserContext, site: Site) -> Iterator[Watched]:
    found = Watched(context.new_page(), site.base)
    found.page.set_viewport_size({"width": 1366, "height": 768})
    found.page.on("console", lambda note: found.errors.append(note.text) if note.type == "error" else None)
    found.page.on("pageerror", lambda error: found.errors.append(str(error)))
    found.page.on("request", lambda request: _note_elsewhere(found, request.url))
    yield found
    found.page.close()


def _note_elsewhere(found: Watched, address: str) -> None:
    if not address.startswith((found.base, "data:", "blob:")):
        found.elsewhere.append(address)
