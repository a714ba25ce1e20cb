"""The page of one unit: what changed and why, and whether its targets will be met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from werkzeug.test import TestResponse

from dashboards.filters import Filters
from dashboards.pages.unit_outlook import show_outlook
from dashboards.pages.unit_why import show_why
from dashboards.view import Desk, View
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Evidence, Target, Text
from ioc.units import REFERENCE
from tests.component_tree import as_sent, body_rows, of_type, with_class, words
from tests.sample_mart import OneMart

Ask = Callable[..., TestResponse]
UNIT = "11557"
TOLD = Text("mục tiêu thử", "a target to try")


def show(ask: Ask, place: str, **query: Any) -> Any:
    return ask(f"unit-{place}", **{"unit": UNIT, **query}).get_json()["response"]


@pytest.fixture
def view(desk: Desk) -> View:
    view = desk.view()
    assert view is not None
    return view


def _aiming(reader: OneMart, desk: Desk, target: Target | None) -> View:
    """A view whose catalogue has one target, that of online submission."""
    catalog = load_catalog(REFERENCE.parent / "catalog", indices=[])
    indicators = tuple(
        replace(one, target=target if one.id == "online_submission_simple" else None) for one in catalog.indicators
    )
    settings = replace(desk.settings, catalog=replace(catalog, indicators=indicators))
    view = Desk(reader, settings, clock=desk.clock).view()
    assert view is not None
    return view


def test_the_points_that_moved_most_stand_first_and_with_their_sign(ask: Ask) -> None:
    points = with_class(show(ask, "why"), "why-points")[0]
    items = [words(item) for item in of_type(points, "Li")]
    amounts = [float(item.split()[1].replace(",", ".")) for item in items]
    assert len(items) == 3
    assert amounts == sorted(amounts, reverse=True)
    assert all(item[0] in "▲▼" for item in items)


def _online_row(view: View) -> Any:
    """The row of the one rate whose fields are all known in the sample."""
    rows = body_rows(as_sent(show_why(view, Filters(unit=UNIT, period="2026-08"))))
    return next(row for row in rows if "Hồ sơ trực tuyến (06a)" in words(row))


def test_a_rate_names_the_fields_that_moved_it(view: View) -> None:
    causes = [words(cause) for cause in of_type(with_class(_online_row(view), "why-causes")[0], "Div")]
    assert causes
    assert all(cause.endswith(("Hộ tịch", "Đất đai")) for cause in causes)


def test_doing_better_and_having_other_dossiers_add_up_to_the_change(view: View) -> None:
    change, better, other = (_signed(words(cell)) for cell in of_type(_online_row(view), "Td")[2:5])
    assert change == pytest.approx(better + other, abs=0.011)


def _signed(text: str) -> float:
    """`▲ 0,51 điểm %` as a number."""
    if text.startswith("="):
        return 0.0
    arrow, amount, *_unit = text.split()
    return float(amount.replace(",", ".")) * (1 if arrow == "▲" else -1)


def test_the_first_period_says_that_there_is_none_before(ask: Ask) -> None:
    assert "Tháng 7/2025 là kỳ đầu tiên" in words(show(ask, "why", period="2025-07"))


def test_a_running_period_is_not_explained_before_it_is_over(ask: Ask) -> None:
    assert "chưa kết thúc" in words(show(ask, "why", period="2026"))


def test_a_dated_target_is_foreseen_with_an_interval_and_how_often_that_was_right(reader: OneMart, desk: Desk) -> None:
    target = Target(Decimal("0.7"), Decimal("0.05"), Evidence.LOCAL, TOLD, due=date(2027, 12, 31))
    (row,) = body_rows(as_sent(show_outlook(_aiming(reader, desk, target), Filters(unit=UNIT))))
    shown = words(row)
    assert "≥ 70,0 % đến 31/12/2027" in shown
    assert any(course in shown for course in ("đúng tiến độ", "có nguy cơ", "ngoài tầm với"))
    expected, low, high = (float(part.replace(",", ".")) for part in _percents(row)[2:5])
    assert low <= expected <= high
    assert " trên 33" in shown


def _percents(row: Any) -> list[str]:
    return [word for word in words(row).split() if word[0].isdigit() and "," in word]


@pytest.mark.parametrize("due", [None, datetime(2026, 6, 30).date()])
def test_a_target_without_a_date_or_of_the_past_is_not_foreseen(reader: OneMart, desk: Desk, due: date | None) -> None:
    target = Target(Decimal("0.7"), Decimal("0.05"), Evidence.LOCAL, TOLD, due=due)
    assert not body_rows(as_sent(show_outlook(_aiming(reader, desk, target), Filters(unit=UNIT))))


def test_an_unknown_unit_leaves_no_empty_panels(ask: Ask) -> None:
    for place in ("why", "outlook"):
        assert not words(show(ask, place, unit="99999"))
