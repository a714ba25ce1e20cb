"""What next, on the index page: the advice of the rules, and sliders that the score follows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboards.app import create_app
from dashboards.pages.index_advice import show_advice, show_sliders
from dashboards.view import Desk, Settings
from ioc.access import Scope
from ioc.scoring.advice import Advice, next_best
from ioc.scoring.advice_words import step_sentence
from ioc.scoring.what_if import ScoreStanding, read_standing, rule_calculator
from tests.advised_mart import ADVISED, IDLE, INDEX, MONTH, PROVINCE, catalog, index, write_advised_mart
from tests.component_tree import body_rows, of_type, walk, with_class, words
from tests.dashboards.conftest import NOW
from tests.sample_mart import OneMart, OpenMart, open_sample_mart

SETTINGS = Settings(site_name="IOC thử", site_unit=PROVINCE, index_ids=(INDEX,), catalog=catalog())
QUERY = {"index": INDEX, "unit": ADVISED, "period": MONTH}


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> OpenMart:
    path: Path = tmp_path_factory.mktemp("advised") / "mart.duckdb"
    write_advised_mart(path)
    return open_sample_mart(path)


@pytest.fixture(scope="module")
def advised(mart: OpenMart) -> Iterator[tuple[ScoreStanding, Advice]]:
    standing = read_standing(mart.connection, Scope.everything(), index=index(), unit=ADVISED, period=MONTH)
    with rule_calculator() as calculator:
        yield standing, next_best(calculator, mart.connection, Scope.everything(), standing=standing)


def ask(mart: OpenMart, place: str, query: dict[str, str] | None = None, *, settings: Settings = SETTINGS) -> Any:
    client = create_app(OneMart(mart), settings, clock=lambda: NOW).server.test_client()
    body = {
        "output": f"index-{place}.children",
        "outputs": {"id": f"index-{place}", "property": "children"},
        "inputs": [
            {"id": "shell-query", "property": "data", "value": query or QUERY},
            {"id": "shell-version", "property": "data", "value": None},
        ],
        "changedPropIds": ["shell-query.data"],
    }
    return client.post("/_dash-update-component", json=body).get_json()["response"]


def slide(mart: OpenMart, counts: dict[str, int | None], query: dict[str, str] | None = None) -> Any:
    """Moves the sliders as the browser does."""
    client = create_app(OneMart(mart), SETTINGS, clock=lambda: NOW).server.test_client()
    ids = [{"type": "index-whatif", "node": node} for node in counts]
    pattern = '{"node":["ALL"],"type":"index-whatif"}'
    body = {
        "output": "index-outcome.children",
        "outputs": {"id": "index-outcome", "property": "children"},
        "inputs": [
            [{"id": one, "property": "value", "value": value} for one, value in zip(ids, counts.values(), strict=True)]
        ],
        "state": [
            [{"id": one, "property": "id", "value": one} for one in ids],
            {"id": "shell-query", "property": "data", "value": query or QUERY},
        ],
        "changedPropIds": [f"{pattern}.value"],
    }
    return client.post("/_dash-update-component", json=body).get_json()["response"]


def test_each_criterion_with_cases_has_a_row_with_its_sentence(
    mart: OpenMart, advised: tuple[ScoreStanding, Advice]
) -> None:
    advice = advised[1]
    shown = ask(mart, "advice")
    rows = body_rows(shown)
    assert len(rows) == len({step.criterion.node for step in advice.steps})
    assert step_sentence(advice.steps[0]) in words(rows[0])
    assert f"+{advice.steps[0].count}" in words(rows[0])
    assert "là lên loại Khá" in words(shown)


def test_criteria_without_advice_say_why(mart: OpenMart, advised: tuple[ScoreStanding, Advice]) -> None:
    left = of_type(with_class(ask(mart, "advice"), "left-out")[0], "Li")
    assert len(left) == len(advised[1].left_out)
    assert " ".join(words(left[0]).split()) == "1.1 TTHC công bố đúng hạn: điểm lấy theo tỉnh"


def test_there_is_a_slider_up_to_the_cases_that_there_are(
    mart: OpenMart, advised: tuple[ScoreStanding, Advice]
) -> None:
    node = advised[0].nodes["3.3"]
    sliders = {
        found["props"]["id"]["node"]: found["props"] for found in walk(ask(mart, "whatif")) if found["type"] == "Slider"
    }
    assert node.numerator is not None and node.denominator is not None
    assert sliders["3.3"]["max"] == node.denominator - node.numerator
    assert "1.1" not in sliders
    assert {found["value"] for found in sliders.values()} == {0}


def test_the_score_follows_the_sliders(mart: OpenMart, advised: tuple[ScoreStanding, Advice]) -> None:
    step = next(one for one in advised[1].steps if one.criterion.node == "3.3")
    shown = " ".join(words(slide(mart, {"3.3": step.count, "2.1": 0, "4.1": None})).split())
    assert f"→ {str(step.total_after).replace('.', ',')}" in shown
    assert "3.3 Hồ sơ nộp trực tuyến" in shown
    assert "4.1" not in shown


def test_sliders_at_rest_show_the_score_as_it_is(mart: OpenMart, advised: tuple[ScoreStanding, Advice]) -> None:
    shown = words(slide(mart, {"3.3": 0}))
    assert str(advised[0].nodes["total"].points).replace(".", ",") in shown
    assert "→" not in shown


def test_more_than_there_is_cannot_be(mart: OpenMart) -> None:
    assert "không thể lớn hơn mẫu số" in words(slide(mart, {"3.3": 99_999}))


def test_an_idle_commune_is_shown_what_it_can_do(mart: OpenMart) -> None:
    shown = words(ask(mart, "advice", {**QUERY, "unit": IDLE}))
    assert "kỳ này không có trường hợp nào để tính" in shown


def test_without_points_there_is_a_reason(mart: OpenMart) -> None:
    query = {**QUERY, "unit": PROVINCE}
    assert "chưa có điểm" in words(ask(mart, "advice", query))
    assert not words(ask(mart, "whatif", query))
    assert not words(slide(mart, {}, query))


def test_without_rules_the_section_is_silent(mart: OpenMart) -> None:
    settings = replace(SETTINGS, catalog=None)
    assert not words(ask(mart, "advice", settings=settings))


def test_in_english_everything_is_english(mart: OpenMart) -> None:
    shown = words(ask(mart, "advice", {**QUERY, "lang": "en"}))
    assert "more dossiers submitted online of 412 dossiers received: item 3.3 reaches" in shown


def test_a_reader_without_the_unit_in_scope_gets_no_advice(mart: OpenMart) -> None:
    scope = Scope(detail=frozenset({IDLE}), compare=None)
    desk = Desk(OneMart(mart), SETTINGS, clock=lambda: NOW, scope_of=lambda: scope)
    assert "chưa có điểm" in words(desk.show(QUERY, show_advice))
    assert not words(desk.show(QUERY, show_sliders))
