"""The overview: what each card says, what is stale, what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from dashboards.components.kpi import Kpi, kpi_card, sentence
from dashboards.filters import Filters
from dashboards.pages import overview
from dashboards.theme import THEMES
from dashboards.view import Desk
from ioc.store.engine import open_writer
from ioc.store.questions import IndicatorRow, Reading
from tests.component_tree import as_sent
from tests.dashboards.conftest import NOW, SETTINGS, Ask
from tests.sample_mart import OneMart, OpenMart, open_sample_mart, write_sample_mart


def texts(node: Any) -> str:
    """Every text of a rendered tree, in its order."""
    if isinstance(node, dict):
        return " ".join(texts(node.get("props", {}).get(name)) for name in ("title", "children", "tree"))
    if isinstance(node, list):
        return " ".join(map(texts, node))
    return node if isinstance(node, str) else ""


def words_of(ask: Ask, place: str, **query: str) -> str:
    answer = ask(place, **query)
    assert answer.status_code == 200
    return texts(answer.json["response"][place]["children"]).replace("\u00a0", " ")


def test_a_card_says_value_counts_target_state_changes_and_data_time(ask: Ask) -> None:
    words = words_of(ask, "overview-figures")
    for part in (
        "Hồ sơ nộp trực tuyến (766)",
        "64,82",
        "31.330 trên 48.336 hồ sơ",
        "Mục tiêu ≥ 50 % (địa phương)",
        "Đạt",
        "▲ 0,51 điểm %",
        "so với cùng kỳ",
        "Vượt mục tiêu 14,82 điểm %.",
        "Số liệu đến 17:00 31/10/2026",
    ):
        assert part in words


def test_a_missing_value_is_neither_zero_nor_green(ask: Ask, desk: Desk) -> None:
    assert "chưa có số liệu" in words_of(ask, "overview-figures")
    view = desk.view()
    assert view is not None
    period = view.period(Filters())
    assert period is not None
    kpi = next(
        kpi for kpi in overview.read_kpis(view, "31", period) if kpi.indicator.indicator == "dossier_satisfaction"
    )
    assert kpi.reading is not None
    assert (kpi.reading.value, kpi.reading.status) == (None, "not_assessed")


def test_only_refused_rows_that_wait_are_a_concern(ask: Ask) -> None:
    assert "Hồ sơ một cửa: 24 dòng bị loại, chờ xử lý" in words_of(ask, "overview-places")


def test_mended_rows_are_no_concern(mended: Ask) -> None:
    words = words_of(mended, "overview-places")
    assert "24 dòng bị loại" not in words
    assert "2 dòng bị loại, chờ xử lý" in words


def test_freshness_is_judged_by_the_clock(mart: OpenMart) -> None:
    def stale_cards(now: datetime) -> int:
        desk = Desk(OneMart(mart), SETTINGS, clock=lambda: now)
        return json.dumps(desk.show({}, overview.show_figures)).count("flag-stale")

    assert stale_cards(NOW) == 0
    assert stale_cards(datetime(2026, 11, 21)) == 1
    assert stale_cards(datetime(2026, 12, 21)) == 8


def _plain(component: Any) -> Any:
    return component.to_plotly_json()


def test_the_ranking_names_the_best_and_the_worst(ask: Ask) -> None:
    words = words_of(ask, "overview-score")
    assert "Cao nhất" in words
    assert "Thấp nhất" in words
    assert "114 đơn vị" in words
    assert "79,28  /100" in words
    assert "Khá" in words


def test_the_map_has_a_twin_table_with_the_same_units(ask: Ask) -> None:
    figure = json.dumps(ask("overview-places").json)
    assert figure.count("/units/") == 114
    table = words_of(ask, "overview-places", view="table")
    assert "Xem dạng sơ đồ" in table
    assert table.count(" trên ") >= 114


def test_the_attention_list_begins_with_the_worst(ask: Ask) -> None:
    words = words_of(ask, "overview-places")
    assert "24 dòng bị loại" in words
    assert "Không đạt" not in words.split("Cần chú ý")[0].split("Tải CSV")[0]
    assert words.index("Số hóa hồ sơ: 63,19 %") < words.index("24 dòng bị loại")


def test_the_wall_shows_fewer_words_and_no_actions(ask: Ask) -> None:
    wall, desk_words = (words_of(ask, "overview-figures", **query) for query in ({"kiosk": "1"}, {}))
    assert "64,82" in wall
    assert "Mục tiêu" not in wall
    assert len(wall) < len(desk_words) / 2
    assert "Tải CSV" not in words_of(ask, "overview-places", kiosk="1")


@pytest.mark.parametrize("query", [{"period": "1999-01"}, {"period": "nonsense"}])
def test_a_period_without_figures_says_so(ask: Ask, query: dict[str, str]) -> None:
    assert "Không có số liệu của kỳ" in words_of(ask, "overview-figures", **query)


def test_an_unknown_indicator_leaves_an_empty_place_and_no_fault(ask: Ask) -> None:
    assert "Chưa có số liệu của chỉ tiêu này" in words_of(ask, "overview-places", indicator="no_such")


def test_without_a_snapshot_each_place_says_so(desk: Desk) -> None:
    empty = Desk(OneMart(None), SETTINGS)
    assert "Chưa có số liệu" in str(empty.show({}, overview.show_figures))


def test_a_fault_is_told_without_a_stack_trace(desk: Desk) -> None:
    def broken(view: Any, filters: Filters) -> Any:
        raise ZeroDivisionError("secret detail")

    shown = str(desk.show({}, broken))
    assert "Phần này gặp lỗi" in shown
    assert "secret" not in shown


def make_kpi(**changes: Any) -> Kpi:
    row = IndicatorRow(
        "ontime_766",
        5,
        "Đúng hạn",
        "On time",
        "766-2",
        "",
        "",
        "percent",
        "up",
        2,
        0.95,
        0.05,
        "null",
        "local",
        "",
        "x",
    )
    values: dict[str, Any] = {
        "indicator": "ontime_766",
        "unit_code": "31",
        "unit_name": "Hải Phòng",
        "short_name": "Hải Phòng",
        "level": "province",
        "parent_code": None,
        "period": "2026-10",
        "series": "dossiers",
        "is_leading": True,
        "numerator": 900,
        "denominator": 1000,
        "value": 0.9,
        "target": 0.95,
        "status": "at_risk",
        "flags": [],
        "rank": None,
        "rank_of": None,
        "previous_value": None,
        "last_year_value": None,
        "as_of": None,
        "fresh_until": None,
    }
    return Kpi(indicator=row, reading=Reading(**(values | changes)), trend=[], flags=[])


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "Còn cách mục tiêu 5,00 điểm %, tương ứng 50 hồ sơ."),
        ({"value": 0.95, "numerator": 950}, "Vừa đúng mục tiêu."),
        ({"value": 0.97, "numerator": 970}, "Vượt mục tiêu 2,00 điểm %."),
        (
            {"value": 0.947, "numerator": 947, "status": "on_target"},
            "Còn cách mục tiêu 0,30 điểm %; kỳ trước đã đạt, chênh lệch nhỏ nên vẫn tính là đạt.",
        ),
        ({"value": None}, "Chưa đủ số liệu để đánh giá kỳ này."),
        ({"target": None, "last_year_value": 0.8}, "Cao hơn cùng kỳ năm trước 10,00 điểm %."),
        ({"target": None}, "Chỉ tiêu này chưa đặt mục tiêu."),
    ],
)
def test_one_sentence_in_words(changes: dict[str, Any], words: str) -> None:
    assert sentence(make_kpi(**changes)).replace("\u00a0", " ") == words


def test_a_dated_target_is_shown_with_its_day() -> None:
    kpi = make_kpi()
    dated = replace(kpi, indicator=replace(kpi.indicator, target_due=date(2030, 12, 31)))
    assert "đến 31/12/2030" in texts(as_sent(kpi_card(dated, THEMES["light"])))
    assert "đến 31/12/2030" not in texts(as_sent(kpi_card(kpi, THEMES["light"])))


def test_a_card_of_a_running_period_says_what_it_is_compared_with() -> None:
    changes = {"previous_value": 0.88, "last_year_value": 0.8}
    parts = {"compared_previous": "2026-10-01..2026-10-20", "compared_last_year": "2025-11"}
    running = texts(as_sent(kpi_card(make_kpi(**changes, **parts), THEMES["light"])))
    assert "so với 01–20/10/2026" in running
    assert "so với tháng 11/2025" in running
    whole = texts(as_sent(kpi_card(make_kpi(**changes), THEMES["light"])))
    assert "so với kỳ trước" in whole
    assert "01–20" not in whole


def test_the_table_of_places_tells_how_sure_each_place_is(ask: Ask) -> None:
    shown = words_of(ask, "overview-places", view="table")
    assert "20 (16–27)" in shown
    assert "Không xếp hạng đơn vị ít hồ sơ" in shown
    assert "Xếp hạng mọi đơn vị" in words_of(ask, "overview-places", view="table", without="small")


def test_departments_are_not_ranked_among_communes(tmp_path: Path) -> None:
    path = tmp_path / "mart.duckdb"
    write_sample_mart(path)
    writer = open_writer(path)
    code = writer.row("select min(unit_code) from units where level = 'commune'")[0]
    for table in ("units", "readings", "scores"):
        writer.execute(f"update {table} set level = 'department' where unit_code = $code", {"code": code})
    writer.close()
    desk = Desk(OneMart(open_sample_mart(path)), SETTINGS, clock=lambda: NOW)
    shown = json.dumps(desk.show({}, overview.show_score), ensure_ascii=False)
    assert "113 đơn vị" in shown
