"""The overview in a real browser: on a desk, on a phone, on a wall."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Site, Watched
from tests.sample_mart import OpenMart

pytestmark = pytest.mark.browser

SIZES = [(1920, 1080), (1366, 768), (390, 844)]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("address", ["/", "/?theme=dark", "/?view=table", "/?kiosk=1"])
def test_renders_without_errors_or_strangers(watched: Watched, address: str, size: tuple[int, int]) -> None:
    watched.page.set_viewport_size({"width": size[0], "height": size[1]})
    page = watched.open(address)
    expect(page.locator(".kpi")).to_have_count(8)
    expect(page.locator(".banner-simulated")).to_have_text("DỮ LIỆU MÔ PHỎNG")
    expect(page.locator(".panel-places")).to_be_visible()
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= room
    assert (watched.errors, watched.elsewhere) == ([], [])


def test_a_choice_goes_into_the_address_and_the_address_shows_the_same(watched: Watched, site: Site) -> None:
    page = watched.open("/")
    page.get_by_label("Kỳ", exact=True).first.click()
    page.get_by_role("option", name="Tháng 9/2026").click()
    expect(page).to_have_url(re.compile(r"period=2026-09"))
    expect(page.locator(".bar-heading span")).to_have_text("Tháng 9/2026")
    chosen = page.locator(".kpis").inner_text()
    again = watched.open(page.url.removeprefix(site.base))
    expect(again.locator(".bar-heading span")).to_have_text("Tháng 9/2026")
    assert again.locator(".kpis").inner_text() == chosen
    page.go_back()
    assert watched.errors == []


def test_back_leads_to_the_former_choice(watched: Watched) -> None:
    page = watched.open("/")
    page.get_by_label("Kỳ", exact=True).first.click()
    page.get_by_role("option", name="Tháng 9/2026").click()
    expect(page.locator(".bar-heading span")).to_have_text("Tháng 9/2026")
    page.go_back()
    expect(page.locator(".bar-heading span")).to_have_text("Tháng 10/2026")


def test_indicators_are_found_without_accents(watched: Watched) -> None:
    page = watched.open("/")
    box = page.get_by_label("Chỉ tiêu trên sơ đồ").first
    box.click()
    box.fill("so hoa ho so")
    page.get_by_role("option", name="Số hóa hồ sơ").click()
    expect(page.locator(".panel-places h2")).to_have_text("Số hóa hồ sơ")


def test_the_table_is_the_map_in_words(watched: Watched) -> None:
    page = watched.open("/")
    expect(page.locator(".panel-places .main-svg").first).to_be_visible()
    page.get_by_role("link", name="Xem dạng bảng").click()
    expect(page.locator(".panel-places tbody tr")).to_have_count(114)
    expect(page).to_have_url(re.compile("view=table"))


def test_a_commune_of_the_ranking_leads_to_its_page(watched: Watched) -> None:
    page = watched.open("/")
    page.locator(".ranked-name").first.click()
    expect(page).to_have_url(re.compile(r"/units/\d{5}"))


def test_a_mark_of_the_schema_leads_to_its_page(watched: Watched) -> None:
    page = watched.open("/")
    mark = page.locator(".scatterlayer .point").nth(20)
    mark.scroll_into_view_if_needed()
    box = mark.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".hoverlayer .hovertext")).to_contain_text("hạng")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page).to_have_url(re.compile(r"/units/\d{5}"))


class TestWall:
    """A screen that nobody touches for weeks."""

    @pytest.mark.parametrize("size", [(1920, 1080), (3840, 2160)], ids=["full-hd", "4k"])
    def test_is_one_picture_with_figures_to_be_read_from_afar(self, watched: Watched, size: tuple[int, int]) -> None:
        watched.page.set_viewport_size({"width": size[0], "height": size[1]})
        page = watched.open("/?kiosk=1")
        expect(page.locator(".kpi")).to_have_count(8)
        assert page.evaluate("document.documentElement.scrollHeight <= window.innerHeight")
        figure_px = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.kpi-value')).fontSize)")
        assert figure_px >= 60 * size[1] / 1080
        clipped = """[...document.querySelectorAll('.kpi, .kpi-state, .panel')]
            .filter(node => node.scrollHeight > node.clientHeight + 2 || node.scrollWidth > node.clientWidth + 2)
            .map(node => node.className + ': ' + node.innerText)"""
        assert page.evaluate(clipped) == []
        expect(page.locator("nav")).to_have_count(0)

    def test_redraws_itself_when_a_snapshot_is_published(self, watched: Watched, site: Site) -> None:
        watched.page.clock.install()
        page = watched.open("/?kiosk=1")
        expect(page.locator(".kpi")).to_have_count(8)
        site.reader.mart = OpenMart("ioc-next", site.mart.published_at, site.mart.connection)
        with page.expect_request(
            lambda request: "overview" in (request.post_data or "") and "ioc-next" in str(request.post_data)
        ):
            page.clock.run_for(11_000)
        expect(page.locator(".kpi")).to_have_count(8)

    def test_keeps_its_picture_and_says_since_when_the_server_is_away(self, watched: Watched) -> None:
        watched.page.clock.install()
        page = watched.open("/?kiosk=1")
        expect(page.locator(".kpi")).to_have_count(8)
        page.route("**/*", lambda route: route.abort())
        page.clock.run_for(11_000)
        expect(page.locator("#shell-link-state")).to_contain_text("Mất kết nối với máy chủ từ")
        expect(page.locator(".kpi")).to_have_count(8)
        page.unroute_all()
        page.clock.run_for(11_000)
        expect(page.locator("#shell-link-state")).to_be_hidden()


def test_on_a_desk_a_new_snapshot_is_offered_not_forced(watched: Watched, site: Site) -> None:
    watched.page.clock.install()
    page = watched.open("/")
    expect(page.locator(".kpi")).to_have_count(8)
    site.reader.mart = OpenMart("ioc-next", site.mart.published_at, site.mart.connection)
    page.clock.run_for(11_000)
    expect(page.locator("#shell-link-state")).to_contain_text("Đã có số liệu mới")
    page.get_by_role("button", name="Xem số liệu mới").click()
    expect(page.locator("#shell-link-state")).to_be_hidden()


def test_before_the_first_snapshot_and_after_it(watched: Watched, site: Site) -> None:
    site.reader.mart = None
    watched.page.clock.install()
    page = watched.open("/")
    expect(page.locator(".message").first).to_contain_text("Chưa có số liệu")
    site.reader.mart = site.mart
    page.clock.run_for(11_000)
    expect(page.locator(".kpi")).to_have_count(8)


def test_the_keyboard_reaches_the_figures(watched: Watched) -> None:
    page = watched.open("/")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
