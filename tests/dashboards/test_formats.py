"""Numbers, dates and ages as Vietnamese officials write them."""

from datetime import datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboards.formats import (
    format_age,
    format_change,
    format_moment,
    format_number,
    format_percent,
    format_period,
    format_ratio,
)
from ioc.words import use_language

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.8, 1, "1.234.567,8"),
        (0, 0, "0"),
        (0.125, 2, "0,13"),
        (2.675, 2, "2,68"),
        (-3, 0, "−3"),
        (None, 2, "—"),
    ],
)
def test_writes_numbers_with_dots_and_comma(value: float | None, decimals: int, text: str) -> None:
    assert format_number(value, decimals) == text


def test_writes_numbers_the_english_way_in_english() -> None:
    with use_language("en"):
        assert format_number(1234567.8, 1) == "1,234,567.8"


def test_writes_a_fraction_as_percent() -> None:
    assert format_percent(0.9177) == f"91,77{SPACE}%"
    assert format_percent(None) == "—"


def test_a_change_of_percentages_is_in_percentage_points() -> None:
    assert format_change(-0.0051, "percent") == "0,51 điểm %"
    assert format_change(Decimal("-9"), "dossiers", 0) == "9"


def test_names_both_parts_of_a_ratio_or_none() -> None:
    assert format_ratio(1048, 1142, "online_submission_766") == f"1.048 trên 1.142{SPACE}hồ sơ"
    assert format_ratio(None, 1142, "online_submission_766") == ""


def test_two_digit_days_and_months() -> None:
    assert format_moment(datetime(2026, 1, 5, 7, 3)) == "07:03 05/01/2026"
    assert format_moment(datetime(2026, 1, 5)) == "05/01/2026"


@pytest.mark.parametrize(
    ("then", "words"),
    [
        (datetime(2026, 11, 21, 11, 59, 40), "vừa xong"),
        (datetime(2026, 11, 21, 11, 15), "45 phút trước"),
        (datetime(2026, 11, 21, 9, 0), "3 giờ trước"),
        (datetime(2026, 11, 18, 9, 0), "3 ngày trước"),
        (None, "chưa có số liệu"),
    ],
)
def test_says_how_old_something_is(then: datetime | None, words: str) -> None:
    assert format_age(then, datetime(2026, 11, 21, 12, 0)) == words


def test_names_periods() -> None:
    assert format_period("2026-10") == "Tháng 10/2026"


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2))
def test_a_written_number_can_be_read_back(value: Decimal) -> None:
    text = format_number(value, 2)
    assert Decimal(text.replace("−", "-").replace(".", "").replace(",", ".")) == value
