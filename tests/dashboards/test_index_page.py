"""The index page: ranking, where points are lost, and every criterion."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import TestResponse

from dashboards.components.losses import losing_criteria, loss_sentence
from dashboards.filters import Filters
from dashboards.pages.index_card import parts_cell, published_cell
from dashboards.pages.index_scores import Ranked, read_ranking
from dashboards.view import Desk, View
from ioc.access import Scope
from ioc.store.score_questions import NodeScore
from tests.component_tree import body_rows, of_type, with_class, with_id, words
from tests.sample_mart import SITE_UNIT, OneMart

Ask = Callable[..., TestResponse]
INDEX = "qd766_portal_2026"
NODE = NodeScore(
    node="3.6",
    kind="criterion",
    parent_node="TTTT",
    position=1,
    name_vi="Hồ sơ thanh toán trực tuyến",
    name_en="Paid online",
    max_points=Decimal(6),
    rule_vi="6 × tỷ lệ",
    rule_en="6 × rate",
    is_inherited=False,
    indicator="pay_dossier_online",
    evidence="observed",
    legal_source="766/QĐ-TTg",
    points=Decimal("2.50"),
    basis="computed",
    published_points=Decimal("2.50"),
    scorable_points=Decimal(6),
    numerator=Decimal(25),
    denominator=Decimal(60),
    rank=None,
    rank_of=None,
    previous_points=None,
    flags=(),
    as_of=None,
    fresh_until=None,
)


def show(ask: Ask, place: str, **query: Any) -> Any:
    return ask(f"index-{place}", index=INDEX, **query).get_json()["response"]


def ranking(view: View, **chosen: str) -> list[Ranked]:
    period = view.period(Filters())
    assert period is not None
    return read_ranking(view, Filters(**chosen), INDEX, period)


@pytest.fixture
def view(desk: Desk) -> View:
    view = desk.view()
    assert view is not None
    return view


def test_ranking_lists_every_commune_by_total(ask: Ask) -> None:
    rows = with_id(show(ask, "ranking"), "index-ranking-grid")["props"]["rowData"]
    assert len(rows) == 114
    points = [row["points"] for row in rows]
    assert points == sorted(points, reverse=True)
    assert rows[0]["rank"] == 1


def test_ranking_by_a_group_shows_that_groups_points(ask: Ask) -> None:
    rows = with_id(show(ask, "ranking", group="TTTT"), "index-ranking-grid")["props"]["rowData"]
    assert {row["max"] for row in rows} == {10.0}
    assert all(row["points"] <= row["total"] for row in rows)


def test_inherited_points_can_be_left_out_of_the_ranking(ask: Ask) -> None:
    whole, own = show(ask, "ranking"), show(ask, "ranking", without="inherited")
    before, after = (
        {row["unit"]: row for row in with_id(answer, "index-ranking-grid")["props"]["rowData"]}
        for answer in (whole, own)
    )
    assert {row["max"] for row in after.values()} == {88.0}
    assert all(row["points"] < before[unit]["points"] for unit, row in after.items())
    assert sorted(row["rank"] for row in after.values())[0] == 1
    # bands are for all points
    assert {row["band"] for row in after.values()} == {""}
    assert "Không tính điểm kế thừa" in words(whole)
    assert "Tính cả điểm kế thừa" in words(own)
    assert "tối đa 88 điểm" in words(own)
    assert all("without=inherited" in row["href"] for row in after.values())


def test_names_are_found_without_accents(ask: Ask) -> None:
    rows = with_id(show(ask, "ranking"), "index-ranking-grid")["props"]["rowData"]
    assert [row["name"] for row in rows if "thuy nguyen" in row["search"]] == ["Phường Thủy Nguyên"]


def test_a_place_in_the_ranking_leads_to_that_units_points(ask: Ask) -> None:
    grid = with_id(show(ask, "ranking", unit="11557", period="2026-09"), "index-ranking-grid")["props"]
    chosen = [row for row in grid["rowData"] if row["chosen"]]
    assert [row["unit"] for row in chosen] == ["11557"]
    assert chosen[0]["href"] == f"/indices/{INDEX}?unit=11557&period=2026-09"
    assert grid["scrollTo"]["rowIndex"] == grid["rowData"].index(chosen[0])


def test_movement_is_the_difference_of_places(view: View) -> None:
    ranked = ranking(view)
    before = {one.score.unit_code: one.score.previous_points or Decimal(0) for one in ranked}
    assert any(one.moved for one in ranked)
    for one in ranked[:10]:
        place_before = 1 + sum(other > before[one.score.unit_code] for other in before.values())
        assert one.score.rank is not None
        assert one.moved == place_before - one.score.rank


def test_within_a_scope_only_its_units_are_ranked_and_no_movement_is_guessed(reader: OneMart, desk: Desk) -> None:
    scope = Scope(detail=frozenset({"11557"}), compare=frozenset({"11560"}))
    view = Desk(reader, desk.settings, clock=desk.clock, scope_of=lambda: scope).view()
    assert view is not None
    ranked = ranking(view)
    assert {one.score.unit_code for one in ranked} <= {"11557", "11560"}
    assert ranked
    assert {one.moved for one in ranked} == {None}


def test_each_criterion_shows_points_loss_parts_rule_and_basis(ask: Ask) -> None:
    page = show(ask, "criteria", unit="11557")
    rows = body_rows(page)
    assert len(rows) == 6 + 21
    first = next(row for row in rows if "node-criterion" in row["props"]["className"])
    text = words(first)
    assert "1.1" in text
    assert "Điểm tối đa × tỷ lệ" in text
    assert "/6" in text
    assert "Kế thừa" in text
    assert " trên " in text


def test_by_loss_the_greatest_loss_comes_first_and_groups_step_aside(ask: Ask) -> None:
    rows = body_rows(show(ask, "criteria", unit="11557", sort="loss"))
    assert len(rows) == 21
    lost = [float(words(with_class(row, "lost")[0]).replace("−", "").replace(",", ".")) for row in rows]
    assert lost == sorted(lost, reverse=True)


def test_the_head_says_the_rank_and_where_most_points_are_lost(ask: Ask) -> None:
    page = show(ask, "card", unit="11557")
    assert "114" in words(with_class(page, "rank-line")[0])
    bars = of_type(with_class(page, "losses")[0], "Li")
    assert len(bars) == 7


def test_the_whole_site_has_a_card_but_no_rank(ask: Ask) -> None:
    page = show(ask, "card", unit=SITE_UNIT)
    assert not with_class(page, "rank-line")
    assert "Thành phố Hải Phòng" in words(page)


def test_an_unknown_index_is_said_to_be_unknown(ask: Ask) -> None:
    page = ask("index-card", index="no_such").get_json()["response"]
    assert with_class(page, "message-missing")


def test_a_period_without_points_has_an_empty_look(ask: Ask) -> None:
    page = show(ask, "card", period="2031-01")
    assert with_class(page, "message-empty")


def test_a_number_that_nothing_is_counted_for_is_no_share() -> None:
    assert "25 trên 60" in words(parts_cell(NODE))
    assert words(parts_cell(replace(NODE, numerator=Decimal(4), denominator=Decimal(1), whole=Decimal(1)))) == "4"
    published = replace(NODE, numerator=Decimal("56.83"), denominator=Decimal(100), whole=Decimal(100))
    assert words(parts_cell(published)) == "56,83 %"


def test_computed_beside_published_says_by_how_much_they_differ() -> None:
    agreeing = words(published_cell(NODE))
    differing = words(published_cell(replace(NODE, published_points=Decimal("2.85"))))
    assert "2,50" in agreeing
    assert "−0,35" in differing
    assert "mark-at_risk" in json.dumps(published_cell(replace(NODE, published_points=Decimal("2.85"))))


def test_points_taken_from_the_portal_are_not_compared_with_themselves() -> None:
    assert "mark" not in json.dumps(published_cell(replace(NODE, basis="published")))


def test_unknown_points_are_neither_lost_nor_kept() -> None:
    unknown = replace(NODE, points=None, basis=None)
    assert unknown.lost_points is None
    assert losing_criteria([unknown]) == []


def test_the_sentence_of_losses_names_the_share_of_the_first_three() -> None:
    lost = ["3", "1", "1", "1"]
    nodes = [replace(NODE, node=str(n), position=n, points=Decimal(6) - Decimal(p)) for n, p in enumerate(lost)]
    sentence = loss_sentence(losing_criteria(nodes)).replace("\u00a0", " ")
    assert "6,00" in sentence
    assert "83 %" in sentence


def test_full_points_are_no_loss() -> None:
    assert losing_criteria([replace(NODE, points=Decimal(6))]) == []


def test_a_stale_score_says_so(reader: OneMart, desk: Desk) -> None:
    late = Desk(reader, desk.settings, clock=lambda: datetime(2027, 1, 5, 9, 0)).view()
    assert late is not None
    assert late.flags(ranking(late)[0].score)[0] == "stale"
