"""Which periods a screen offers and which one it shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from dashboards.spans import Span, choose_period, newest, span_of, trend_kind
from ioc.periods import parse_period
from ioc.store.questions import PeriodRow
from tests.component_tree import with_class, words
from tests.dashboards.conftest import Ask

AS_OF = datetime(2026, 11, 20, 17)
NAMES = (
    "2026", "2026-H2", "2026-Q4", "vpcp:2026-12", "vpcp:2026-Q4", "2026-11", "2026-01-01..2026-11-30", "vpcp:2026-11",
    "2026-10", "2025-11-01..2026-10-31", "2026-01-01..2026-10-31", "vpcp:2026-10", "2026-10-10..2026-10-25",
)  # fmt: skip
"""The newest end first, as the mart has them."""


def row(name: str) -> PeriodRow:
    period = parse_period(name)
    return PeriodRow(name, str(period.kind), period.start, period.end, str(period.calendar))


PERIODS = tuple(map(row, NAMES))


@pytest.mark.parametrize(
    ("name", "span"),
    [
        ("2026-10", Span.CALENDAR), ("2026-H2", Span.CALENDAR), ("2026", Span.CALENDAR),
        ("2026-01-01..2026-10-31", Span.TO_DATE), ("2025-11-01..2026-10-31", Span.ROLLING),
        ("vpcp:2026-11", Span.REPORTED), ("vpcp:2026-Q4", Span.REPORTED), ("2026-10-10..2026-10-25", Span.OTHER),
    ],
)  # fmt: skip
def test_each_period_belongs_to_one_family(name: str, span: Span) -> None:
    assert span_of(row(name)) is span


@pytest.mark.parametrize(
    ("name", "span", "chosen"),
    [
        (None, None, "2026-10"),
        ("2026-Q4", None, "2026-Q4"),
        ("vpcp:2026-12", None, "vpcp:2026-12"),
        ("2030-01", None, None),
        # another family: the period of the same name, else the newest that is over
        ("2026-10", "vpcp", "vpcp:2026-10"),
        ("vpcp:2026-Q4", "calendar", "2026-Q4"),
        (None, "vpcp", "vpcp:2026-11"),
        ("2026-10", "rolling", "2025-11-01..2026-10-31"),
        ("2026-10", "ytd", "2026-01-01..2026-10-31"),
        ("2025-11-01..2026-10-31", "calendar", "2026-10"),
        ("2026-10", "no such family", "2026-10"),
    ],
)
def test_the_shown_period_follows_the_address(name: str | None, span: str | None, chosen: str | None) -> None:
    found = choose_period(PERIODS, name=name, span=span, as_of=AS_OF)
    assert (found and found.period) == chosen


def test_where_nothing_is_over_the_newest_that_has_begun_is_shown() -> None:
    early = [row(name) for name in ("2026-12", "2026-11")]
    assert newest(early, AS_OF) == row("2026-11")
    assert newest([row("2026-12")], AS_OF) == row("2026-12")
    assert newest([], AS_OF) is None


def test_a_trend_is_made_of_periods_that_follow_each_other() -> None:
    assert trend_kind(row("vpcp:2026-Q4")) == ("quarter", "vpcp")
    assert trend_kind(row("2025-11-01..2026-10-31")) == ("rolling", "gregorian")
    assert trend_kind(row("2026-01-01..2026-10-31")) == ("month", "gregorian")


def selects(tree: Any) -> dict[str, Any]:
    """The selects of a page by the field that they set."""
    found = {}
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node.values())
            if node.get("type") == "Select":
                found[node["props"]["id"]["name"]] = node["props"]
        elif isinstance(node, list):
            stack.extend(node)
    return found


def test_periods_are_offered_by_family_and_year(ask: Ask) -> None:
    shown = selects(ask("unit-card", unit="11557").get_json())
    assert [option["value"] for option in shown["span"]["data"]] == ["calendar", "ytd", "rolling", "vpcp"]
    assert shown["span"]["value"] == "calendar"
    years = shown["period"]["data"]
    assert [year["group"] for year in years] == ["2026", "2025"]
    assert [option["label"] for option in years[0]["items"]][:2] == ["Tháng 10/2026", "Tháng 9/2026"]
    assert [option["label"] for option in years[0]["items"]][-2:] == ["Quý I/2026", "Năm 2026"]
    # what belongs to another family is not among them
    assert not any(":" in option["value"] or ".." in option["value"] for year in years for option in year["items"])


def test_another_family_shows_its_newest_period(ask: Ask) -> None:
    answer = ask("unit-card", unit="11557", span="vpcp").get_json()
    shown = selects(answer)
    assert shown["period"]["value"] == "vpcp:2026-10"
    assert {option["value"].partition(":")[0] for year in shown["period"]["data"] for option in year["items"]} == {
        "vpcp"
    }
    assert shown["period"]["data"][0]["items"][0]["label"] == "Tháng 11/2026 (15/10–14/11/2026)"
    assert "Tháng 10/2026 (từ 15/09/2026 đến 14/10/2026)" in words(with_class(answer, "bar-heading"))
