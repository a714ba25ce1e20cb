"""The pages of the index, of a commune and of the data in a real browser, and what leaves them as files."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, ViewportSize, expect

from tests.browser.conftest import Site, Watched
from tests.sample_mart import open_sample_mart, write_long_mart

pytestmark = pytest.mark.browser

INDEX, UNIT, DATA = "/indices/qd766_portal_2026", "/units/11557", "/data"
PHONE, DESK = ViewportSize(width=390, height=844), ViewportSize(width=1366, height=768)
SCROLL_WIDTH = "document.documentElement.scrollWidth"
WHOLE = {
    INDEX: (".criteria tbody tr", ".ranking-panel .ag-row"),
    UNIT: (".figures tbody tr", ".breakdown tbody tr", ".peers tbody tr"),
    DATA: (".source-table tbody tr", ".load-panel .ag-row", ".quarantine-panel .ag-row", ".check-panel .ag-row"),
}
"""What stands on a page once it is whole."""
ROWS_OF_GRID = "[aria-rowcount]"


def open_whole(page: Page, base: str, address: str) -> Page:
    page.goto(base + address)
    for part in WHOLE.get(address.partition("?")[0], (".kpi",)):
        expect(page.locator(part).first).to_be_attached()
    return page


@pytest.mark.parametrize("address", [INDEX, f"{UNIT}?theme=dark", DATA])
def test_renders_without_errors_or_strangers(watched: Watched, address: str) -> None:
    watched.page.set_viewport_size(PHONE)
    page = open_whole(watched.page, watched.base, address)
    expect(page.locator(".banner-simulated")).to_have_text("DỮ LIỆU MÔ PHỎNG")
    expect(page.locator(".top")).to_contain_text("Số liệu đến 17:00 31/10/2026")
    assert page.evaluate(SCROLL_WIDTH) <= PHONE["width"]
    page.set_viewport_size(DESK)
    assert page.evaluate(SCROLL_WIDTH) <= DESK["width"]
    assert (watched.errors, watched.elsewhere) == ([], [])


def test_an_address_that_leads_nowhere_says_so_and_the_keyboard_leads_out(watched: Watched) -> None:
    watched.page.goto(f"{watched.base}/khong-co")
    expect(watched.page.locator(".message-missing")).to_contain_text("Không tìm thấy trang")
    watched.page.get_by_role("link", name="Về trang Tổng quan").focus()
    watched.page.keyboard.press("Shift+Tab")
    watched.page.keyboard.press("Tab")
    assert watched.page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)") >= 2
    watched.page.keyboard.press("Enter")
    expect(watched.page.locator(".kpi")).to_have_count(8)


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        (f"{INDEX}?period=2026-09&unit=11557&group=MDSH&sort=loss", ".bar-heading, .score, .criteria-panel"),
        (f"{UNIT}?period=2026&theme=dark", ".bar-heading, .score, .figures-panel, .peers-panel"),
    ],
    ids=["index", "unit"],
)
def test_a_view_opened_by_its_address_shows_the_same(watched: Watched, address: str, parts: str) -> None:
    first = open_whole(watched.page, watched.base, address).locator(parts).all_inner_texts()
    another = watched.page.context.new_page()
    another.set_viewport_size(DESK)
    second = open_whole(another, watched.base, address).locator(parts).all_inner_texts()
    another.close()
    assert second == first
    assert re.search(r"Tháng 9/2026|Năm 2026", first[0])


def test_choices_go_into_the_address_and_back_undoes_them(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, INDEX)
    heading = page.locator(".bar-heading span")
    page.get_by_label("Kỳ", exact=True).first.click()
    page.get_by_role("option", name="Tháng 9/2026").click()
    expect(heading).to_have_text("Tháng 9/2026")
    expect(page).to_have_url(re.compile(r"period=2026-09"))
    page.go_back()
    expect(heading).to_have_text("Tháng 10/2026")
    page.go_forward()
    expect(heading).to_have_text("Tháng 9/2026")
    assert watched.errors == []


def test_another_kind_of_period_shows_its_newest_one_and_finds_by_words(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, INDEX)
    page.get_by_label("Loại kỳ", exact=True).first.click()
    page.get_by_role("option", name="Kỳ báo cáo: ngày 15 đến ngày 14").click()
    expect(page.locator(".bar-heading span")).to_contain_text("Tháng 10/2026 (từ 15/09/2026 đến 14/10/2026)")
    expect(page).to_have_url(re.compile(r"span=vpcp"))
    page.get_by_label("Loại kỳ", exact=True).first.click()
    page.get_by_role("option", name="Tháng, quý, năm").click()
    expect(page.locator(".bar-heading span")).to_have_text("Tháng 10/2026")
    page.get_by_label("Kỳ", exact=True).first.click()
    page.get_by_label("Kỳ", exact=True).first.fill("quy iii")
    expect(page.get_by_role("option")).to_have_text(["Quý III/2026", "Quý III/2025"])
    assert watched.errors == []


def test_the_map_as_a_table_leaves_as_the_same_rows(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, "/?view=table")
    expect(page.locator(".panel-places tbody tr")).to_have_count(114)
    assert exported(page, ".panel-places", "unit_name") == shown(page, ".panel-places tbody tr > :nth-child(2)")


def test_criteria_and_ranking_leave_as_the_rows_shown(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, f"{INDEX}?sort=loss")
    assert exported(page, ".criteria-panel", "node") == shown(page, ".criteria tbody th b")
    assert len(exported(page, ".ranking-panel", "unit_name")) == rows_of_grid(page.locator(".ranking-panel")) == 114


def test_fields_lead_to_procedures_and_both_leave_as_the_rows_shown(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, UNIT)
    assert len(exported(page, ".figures-panel", "indicator")) == page.locator(".figures .figure-name").count()
    fields = shown(page, ".breakdown tbody th")
    assert exported(page, ".online-panel", "field_name") == fields
    page.locator(".breakdown tbody th a").first.click()
    expect(page.locator(".crumbs [aria-current]")).to_have_text(fields[0])
    expect(page.locator(".breakdown tbody th").first).to_contain_text("Thủ tục")
    procedures = page.locator(".breakdown tbody th").all_inner_texts()
    names = exported(page, ".online-panel", "procedure_name")
    assert len(names) == len(procedures) > 0
    assert all(name in words for name, words in zip(names, procedures, strict=True))
    page.go_back()
    expect(page.locator(".breakdown tbody tr")).to_have_count(len(fields))


def test_sources_loads_refused_rows_and_comparisons_leave_as_the_rows_shown(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, DATA)
    sources = exported(page, ".source-panel", "source_id")
    assert len(sources) == page.locator(".source-table tbody tr").count() > 0
    for panel, column in ((".load-panel", "load_id"), (".quarantine-panel", "row_no"), (".check-panel", "subject")):
        assert len(exported(page, panel, column)) == rows_of_grid(page.locator(panel)) > 0


def shown(page: Page, cells: str) -> list[str]:
    """What stands in cells, one text for each."""
    return [words.strip() for words in page.locator(cells).all_inner_texts()]


def rows_of_grid(panel: Locator) -> int:
    """How many rows a grid has, though it draws only those in sight."""
    counted = panel.locator(ROWS_OF_GRID).get_attribute("aria-rowcount")
    return int(counted or 0) - panel.locator(".ag-header-row").count()


def exported(page: Page, panel: str, column: str) -> list[str]:
    """One column of the file behind a panel's CSV link."""
    href = page.locator(panel).get_by_role("link", name="Tải CSV").get_attribute("href")
    answer = page.request.get(page.evaluate("href => new URL(href, location.href).href", href))
    assert answer.status == 200
    return [row[column] for row in csv.DictReader(answer.text().splitlines())]


KNOWN_TO_DASH = """() => {
  const node = document.getElementById("shell");
  let top = node[Object.keys(node).find(name => name.startsWith("__reactFiber"))];
  while (top.return) { top = top.return; }
  let found = 0;
  const left = [top];
  while (left.length) {
    const one = left.pop();
    if (one.memoizedProps && one.memoizedProps.componentPath !== undefined) { found += 1; }
    if (one.child) { left.push(one.child); }
    if (one.sibling) { left.push(one.sibling); }
  }
  return found;
}"""
"""How many components Dash keeps books on."""


@pytest.mark.parametrize("address", ["/", INDEX, UNIT, DATA])
def test_dash_keeps_books_on_few_components_however_many_elements_there_are(watched: Watched, address: str) -> None:
    page = open_whole(watched.page, watched.base, address)
    assert 20 < page.evaluate(KNOWN_TO_DASH) < 500


def test_a_long_grid_is_searched_sorted_and_scrolled_whole(watched: Watched, site: Site, tmp_path: Path) -> None:
    count = write_long_mart(tmp_path / "long.duckdb")
    site.reader.mart = open_sample_mart(tmp_path / "long.duckdb", snapshot_id="ioc-20261101T015000Z-long")

    def grid() -> Locator:
        page = open_whole(watched.page, watched.base, DATA)
        expect(page.locator("#data-checks-grid-rest")).to_contain_text("100 dòng đầu")
        return page.locator(".check-panel")

    panel = grid()
    panel.get_by_role("searchbox").fill("yet kieu")
    expect(panel.locator(ROWS_OF_GRID)).to_have_attribute("aria-rowcount", "4")
    panel.get_by_role("searchbox").fill("")
    expect(panel.locator(ROWS_OF_GRID)).to_have_attribute("aria-rowcount", str(count + 1))
    expect(watched.page.locator("#data-checks-grid-rest")).to_be_hidden()

    panel = grid()
    panel.scroll_into_view_if_needed()
    panel.locator(".ag-header-cell-text").first.click()
    expect(panel.locator(ROWS_OF_GRID)).to_have_attribute("aria-rowcount", str(count + 1))
    expect(panel.locator("[row-index='0']")).to_contain_text("Ái Quốc")

    panel = grid()
    panel.locator(".ag-body-viewport").evaluate("node => { node.scrollTop = node.scrollHeight; }")
    expect(panel.locator(ROWS_OF_GRID)).to_have_attribute("aria-rowcount", str(count + 1))
    assert watched.errors == []


def test_themes_fold_on_a_phone_and_unfold_by_the_keyboard(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, UNIT)
    opened = page.locator("details.theme[open]")
    expect(opened).to_have_count(page.locator("details.theme").count())
    watched.page.set_viewport_size(PHONE)
    page = open_whole(watched.page, watched.base, f"{UNIT}?theme=dark")
    expect(opened).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollHeight") < 10_500
    opened.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(opened).to_have_count(0)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    expect(opened).to_have_count(page.locator("details.theme[data-narrow]").count())


def test_a_link_within_a_table_leaves_the_page_loaded(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, UNIT)
    page.evaluate("window.isStillHere = true")
    page.locator(".peers tbody th a").first.click()
    expect(page).not_to_have_url(re.compile(UNIT))
    expect(page.locator(".peers tbody tr").first).to_be_attached()
    assert page.evaluate("window.isStillHere") is True
    assert watched.errors == []


def test_what_stands_in_a_select_gives_way_to_what_is_typed(watched: Watched) -> None:
    page = open_whole(watched.page, watched.base, UNIT)
    box = page.get_by_label("Đơn vị", exact=True).first
    box.click()
    page.keyboard.type("le chan")
    expect(box).to_have_value("le chan")
    expect(page.get_by_role("option")).to_have_count(1)


@pytest.mark.parametrize("address", [INDEX, UNIT, DATA])
def test_no_table_scrolls_sideways_on_a_desk(watched: Watched, address: str) -> None:
    page = open_whole(watched.page, watched.base, address)
    wider = "nodes => nodes.filter(node => node.scrollWidth > node.clientWidth + 1).map(node => node.ariaLabel)"
    assert page.locator(".lean-frame, .table-frame, .ag-body-horizontal-scroll-viewport").evaluate_all(wider) == []
