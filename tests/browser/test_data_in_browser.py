"""Handing in a file and correcting a row in a real browser, over a real store and the product's own processes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, ViewportSize, expect
from werkzeug.serving import make_server

from dashboards.app import create_app, read_settings
from etl import pipeline
from etl.intake_desk import IntakeDesk
from ioc.config import Config, load_config
from ioc.store.snapshots import Reader
from ioc.store.warehouse import open_warehouse

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORMS = Path(__file__).parent.parent / "intake" / "form_06a"
HEADINGS = "Mã đơn vị;Tên đơn vị;Ngày số liệu;Số lãnh đạo;Số CBCC\n"
PATIENCE_MS = 120_000
PHONE = ViewportSize(width=390, height=844)
SCROLL_WIDTH = "document.documentElement.scrollWidth"


@dataclass
class Office:
    """A served installation of its own."""

    base: str
    config: Config
    page: Page
    errors: list[str]

    def open(self, address: str) -> Page:
        self.page.goto(self.base + address)
        return self.page

    def facts(self) -> dict[str, int]:
        with open_warehouse(self.config.store.path) as connection:
            return dict(connection.rows("select unit_code, staff_required from facts.staffs"))


@pytest.fixture
def office(tmp_path: Path, context: BrowserContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "forms").mkdir()
    (tmp_path / "inbox" / "a.csv").write_text(
        HEADINGS + "11560;Phường Thủy Nguyên;31/10/2026;7;60\nH24.1OO;UBND xã An Lảo;31/10/2026;8;61\n"
    )
    (tmp_path / "config.yaml").write_text(
        "site: {name: IOC thử, unit: '31'}\n"
        "sources: {staff: {kind: staff, path: inbox}, forms: {kind: form_06a, path: forms, schedule: null}}\n"
    )
    monkeypatch.setenv("PYTHONPATH", str(Path.cwd()))
    config = load_config(tmp_path / "config.yaml", environ={})
    report = pipeline.run(config, clock=lambda: datetime(2026, 11, 1, 6, 30))
    assert not report.failed, report.errors
    settings = read_settings(config, intake=lambda: IntakeDesk(config))
    server = make_server("127.0.0.1", 0, create_app(Reader(config.store.path), settings).server, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    page, errors = context.new_page(), list[str]()
    page.set_viewport_size({"width": 1366, "height": 768})
    page.on("console", lambda note: errors.append(note.text) if note.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield Office(f"http://127.0.0.1:{server.server_port}", config, page, errors)
    page.close()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_file_is_previewed_confirmed_and_loaded(office: Office, tmp_path: Path) -> None:
    file = tmp_path / "Cán bộ tháng 11.csv"
    file.write_text(HEADINGS + "11560;Phường Thủy Nguyên;20/11/2026;7;77\n;Phường Kiến An;20/11/2026;8;61\n")
    page = office.open("/data")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Chọn tệp").click()
    chooser.value.set_files(file)
    preview = page.locator("#data-upload-result")
    expect(preview).to_contain_text("Cán bộ tháng 11.csv")
    expect(preview).to_contain_text("1 dòng hợp lệ")
    expect(preview).to_contain_text("thiếu trường bắt buộc")
    assert page.evaluate(SCROLL_WIDTH) <= 1366
    assert [path.name for path in (tmp_path / "inbox").rglob("*") if path.is_file()] == ["a.csv"]
    preview.get_by_role("button", name="Tiếp nhận tệp này").click()
    expect(preview).to_contain_text("1 dòng nạp mới", timeout=PATIENCE_MS)
    assert 77 in office.facts().values()
    assert office.errors == []


def test_a_refused_row_is_corrected_with_the_suggested_unit(office: Office) -> None:
    page = office.open("/data?source=staff")
    page.locator(".quarantine-panel .ag-row a").first.click()
    desk = page.locator(".desk-panel")
    expect(desk).to_contain_text("UBND xã An Lảo")
    expect(desk.locator(".desk-field input")).to_be_focused()
    expect(desk.locator(".desk-field input")).to_be_in_viewport()
    expect(desk.locator(".desk-remember input")).not_to_be_checked()
    desk.get_by_role("button", name="Xã An Lão").click()
    expect(desk.locator(".desk-field input")).to_have_value("11629")
    desk.get_by_role("button", name="Hiệu chỉnh và nạp lại").click()
    expect(desk.locator("#data-desk-result")).to_contain_text("1 dòng nạp mới", timeout=PATIENCE_MS)
    assert office.facts()["11629"] == 61
    page = office.open("/data?source=staff")
    expect(page.locator(".correction-panel tbody tr")).to_contain_text("11629")
    expect(page.locator(".quarantine-panel .message-good")).to_be_visible()
    expect(page.locator(".source-table")).to_contain_text("không còn dòng chờ")
    page.set_viewport_size(PHONE)
    expect(page.locator(".strip").first).to_be_visible()
    assert page.evaluate(SCROLL_WIDTH) <= PHONE["width"]
    assert office.errors == []


def test_a_run_is_asked_for_with_a_button(office: Office) -> None:
    (office.config.file.parent / "inbox" / "b.csv").write_text(HEADINGS + "11629;Xã An Lão;20/11/2026;7;78\n")
    page = office.open("/data")
    page.locator("[data-action=run][data-source=staff]").click()
    expect(page.locator("#data-run-result")).to_contain_text("1 dòng nạp mới", timeout=PATIENCE_MS)
    assert 78 in office.facts().values()


@pytest.mark.parametrize(
    ("name", "said"),
    [("clean.xlsx", "kỳ từ 01/10/2026 đến 31/10/2026"), ("old_font.xlsx", "TCVN3"), ("old_font.csv", "TCVN3")],
)
def test_a_report_form_is_understood_before_it_is_taken(office: Office, name: str, said: str) -> None:
    page = office.open("/data?source=forms")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Chọn tệp").click()
    chooser.value.set_files(FORMS / name)
    preview = page.locator("#data-upload-result")
    expect(preview).to_contain_text(said)
    expect(preview).to_contain_text("dòng hợp lệ")
    assert page.evaluate(SCROLL_WIDTH) <= 1366
    if folder := os.environ.get("IOC_SCREENSHOTS"):
        page.locator(".upload-panel").screenshot(path=str(Path(folder) / f"{name}.png"))
    preview.get_by_role("button", name="Tiếp nhận tệp này").click()
    expect(preview).to_contain_text("dòng nạp mới", timeout=PATIENCE_MS)
    assert office.errors == []
