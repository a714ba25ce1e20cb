from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.errors import UsageError
from ioc.periods import (
    Calendar,
    Period,
    PeriodKind,
    half_of,
    month_of,
    months_between,
    parse_period,
    quarter_of,
    rolling_year,
    year_of,
    year_to_date,
)

days = st.dates(min_value=date(2000, 1, 1), max_value=date(2090, 12, 31))
years = st.integers(2000, 2090)
named = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "vpcp:"]),
    years,
    st.sampled_from(["", "-H1", "-H2", *(f"-Q{n}" for n in range(1, 5)), *(f"-{n:02}" for n in range(1, 13))]),
)
ranges = st.tuples(days, days).map(lambda pair: f"{min(pair)}..{max(pair)}")
rolling = days.map(lambda day: str(rolling_year(day)))
texts = st.one_of(named, days.map(str), ranges, rolling)
running = st.tuples(st.one_of(named, rolling, ranges), st.integers(0, 400)).map(
    lambda pair: (parse_period(pair[0]), parse_period(pair[0]).start + timedelta(days=pair[1]))
)
"""A period and a day that is not before it."""


@pytest.mark.parametrize(
    ("text", "kind", "start", "end"),
    [
        ("2026", "year", "2026-01-01", "2026-12-31"),
        ("2026-H1", "half", "2026-01-01", "2026-06-30"),
        ("2026-H2", "half", "2026-07-01", "2026-12-31"),
        ("2026-Q3", "quarter", "2026-07-01", "2026-09-30"),
        ("2028-02", "month", "2028-02-01", "2028-02-29"),
        ("2026-08-15", "day", "2026-08-15", "2026-08-15"),
        ("2026-08-01..2026-08-31", "range", "2026-08-01", "2026-08-31"),
        ("2026-01-01..2026-08-31", "ytd", "2026-01-01", "2026-08-31"),
        ("2026-01-01..2026-12-31", "ytd", "2026-01-01", "2026-12-31"),
        ("2025-01-01..2026-08-31", "range", "2025-01-01", "2026-08-31"),
        ("2025-11-01..2026-10-31", "rolling", "2025-11-01", "2026-10-31"),
        ("2025-03-01..2026-02-28", "rolling", "2025-03-01", "2026-02-28"),
        ("2025-11-01..2026-10-30", "range", "2025-11-01", "2026-10-30"),
        ("2025-10-01..2026-10-31", "range", "2025-10-01", "2026-10-31"),
        ("2025-11-15..2026-11-14", "range", "2025-11-15", "2026-11-14"),
        ("vpcp:2026-08", "month", "2026-07-15", "2026-08-14"),
        ("vpcp:2026-01", "month", "2025-12-15", "2026-01-14"),
        ("vpcp:2026-Q1", "quarter", "2025-12-15", "2026-03-14"),
        ("vpcp:2026-H1", "half", "2025-12-15", "2026-06-14"),
        ("vpcp:2026-H2", "half", "2026-06-15", "2026-12-14"),
        ("vpcp:2026", "year", "2025-12-15", "2026-12-14"),
    ],
)
def test_what_a_period_means(text: str, kind: str, start: str, end: str) -> None:
    period = parse_period(text)
    assert (period.kind, period.start.isoformat(), period.end.isoformat()) == (kind, start, end)
    assert period.calendar is (Calendar.VPCP if text.startswith("vpcp:") else Calendar.GREGORIAN)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "1889",
        "2026-13",
        "2026-8",
        "2026-٠٨",
        "2026-H3",
        "2026-Q0",
        "2026-02-30",
        "2026-08 2026-09",
        "2026-08-15..",
        "2026-08-31..2026-08-01",
        "vpcp:2026-08-15",
        "vpcp:2026-08-01..2026-08-31",
    ],
)
def test_a_period_that_there_is_not_is_refused_with_what_is_allowed(text: str) -> None:
    with pytest.raises(UsageError, match="2026-Q3"):
        parse_period(text)


@pytest.mark.parametrize(
    ("text", "previous", "last_year"),
    [
        ("2026", "2025", "2025"),
        ("2026-H1", "2025-H2", "2025-H1"),
        ("2026-Q1", "2025-Q4", "2025-Q1"),
        ("2026-01", "2025-12", "2025-01"),
        ("vpcp:2026-01", "vpcp:2025-12", "vpcp:2025-01"),
        ("2028-02-29", "2028-02-28", "2027-02-28"),
        ("2026-01-01..2026-08-31", "2026-01-01..2026-07-31", "2025-01-01..2025-08-31"),
        ("2026-01-01..2026-01-31", "2025-01-01..2025-12-31", "2025-01-01..2025-01-31"),
        ("2029-01-01..2029-02-28", "2029-01-01..2029-01-31", "2028-01-01..2028-02-29"),
        ("2026-08-11..2026-08-20", "2026-08-01..2026-08-10", "2025-08-11..2025-08-20"),
        ("2025-11-01..2026-10-31", "2025-10-01..2026-09-30", "2024-11-01..2025-10-31"),
        ("2027-03-01..2028-02-29", "2027-02-01..2028-01-31", "2026-03-01..2027-02-28"),
        ("2026-02-01..2027-01-31", "2026-01-01..2026-12-31", "2025-02-01..2026-01-31"),
    ],
)
def test_what_a_period_is_compared_with(text: str, previous: str, last_year: str) -> None:
    assert str(parse_period(text).previous()) == previous
    assert str(parse_period(text).same_last_year()) == last_year


@pytest.mark.parametrize(
    ("text", "until", "before", "last_year"),
    [
        ("2026-11", "2026-11-20", "2026-10-01..2026-10-20", "2025-11-01..2025-11-20"),
        ("2026-11", "2026-11-30", "2026-10", "2025-11"),
        ("2026-11", "2027-02-01", "2026-10", "2025-11"),
        ("2027-03", "2027-03-30", "2027-02", "2026-03-01..2026-03-30"),
        ("2028-02", "2028-02-28", "2028-01-01..2028-01-28", "2027-02"),
        ("2026-Q4", "2026-11-20", "2026-07-01..2026-08-20", "2025-10-01..2025-11-20"),
        ("2026-Q4", "2026-10-31", "2026-07", "2025-10"),
        ("2026-H2", "2026-11-30", "2026-01-01..2026-05-31", "2025-07-01..2025-11-30"),
        ("2026", "2026-10-31", "2025-01-01..2025-10-31", "2025-01-01..2025-10-31"),
        ("2028", "2028-02-29", "2027-01-01..2027-02-28", "2027-01-01..2027-02-28"),
        ("2026-01-01..2026-11-30", "2026-11-20", "2026-01-01..2026-10-20", "2025-01-01..2025-11-20"),
        ("vpcp:2026-12", "2026-11-20", "2026-10-15..2026-10-20", "2025-11-15..2025-11-20"),
        ("vpcp:2026-12", "2026-11-30", "2026-10-15..2026-10-31", "2025-11-15..2025-11-30"),
        ("vpcp:2026-Q4", "2026-10-14", "vpcp:2026-07", "vpcp:2025-10"),
        ("2025-12-01..2026-11-30", "2026-11-20", "2025-11-01..2026-10-20", "2024-12-01..2025-11-20"),
        ("2026-08-11..2026-08-20", "2026-08-15", "2026-08-01..2026-08-05", "2025-08-11..2025-08-15"),
    ],
)
def test_a_running_period_is_compared_with_what_had_elapsed_of_the_earlier_one(
    text: str, until: str, before: str, last_year: str
) -> None:
    period, day = parse_period(text), date.fromisoformat(until)
    assert str(period.like_part(period.previous(), day)) == before
    assert str(period.like_part(period.same_last_year(), day)) == last_year


@given(running)
def test_the_like_part_begins_with_the_earlier_period_and_never_leaves_it(case: tuple[Period, date]) -> None:
    period, day = case
    for earlier in (period.previous(), period.same_last_year()):
        part = period.like_part(earlier, day)
        later = period.like_part(earlier, day + timedelta(days=1))
        assert part.start == earlier.start
        assert part.end <= later.end <= earlier.end
        assert (period.end > day) or part == earlier


@given(running)
def test_a_cut_period_has_the_days_up_to_the_cut(case: tuple[Period, date]) -> None:
    period, day = case
    part = period.cut(day)
    assert (part.start, part.end) == (period.start, min(day, period.end))
    assert (part == period) is period.is_over(day)


def test_nothing_has_elapsed_of_a_period_to_come() -> None:
    with pytest.raises(ValueError, match="2026-11"):
        parse_period("2026-11").cut(date(2026, 10, 31))


@pytest.mark.parametrize(
    ("as_of", "is_over"),
    [
        (date(2026, 8, 30), False),
        (date(2026, 8, 31), True),
        (datetime(2026, 8, 31, 17, 0), False),
        (datetime(2026, 8, 31, 23, 59, 59), True),
        (datetime(2026, 9, 1), True),
    ],
)
def test_a_period_is_over_when_data_know_all_of_it(as_of: date, is_over: bool) -> None:
    assert parse_period("2026-08").is_over(as_of) is is_over


@pytest.mark.parametrize(
    ("text", "vietnamese", "english"),
    [
        ("2026-08", "Tháng 8/2026", "Month 8/2026"),
        ("2026-Q3", "Quý III/2026", "Quarter III/2026"),
        ("2026", "Năm 2026", "Year 2026"),
        ("2026-H1", "6 tháng đầu năm 2026", "First half of 2026"),
        ("2026-H2", "6 tháng cuối năm 2026", "Second half of 2026"),
        ("2026-08-15", "Ngày 15/08/2026", "Day 15/08/2026"),
        ("2026-01-01..2026-08-31", "Lũy kế đến 31/08/2026", "Year to 31/08/2026"),
        ("2026-08-01..2026-08-15", "Từ 01/08/2026 đến 15/08/2026", "From 01/08/2026 to 15/08/2026"),
        ("2025-11-01..2026-10-31", "12 tháng đến hết tháng 10/2026", "12 months to the end of 10/2026"),
        (
            "vpcp:2026-08",
            "Tháng 8/2026 (từ 15/07/2026 đến 14/08/2026)",
            "Month 8/2026 (from 15/07/2026 to 14/08/2026)",
        ),
    ],
)
def test_a_period_in_words(text: str, vietnamese: str, english: str) -> None:
    assert parse_period(text).label("vi") == vietnamese
    assert parse_period(text).label("en") == english


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-10-01..2026-10-20", "01–20/10/2026"),
        ("2026-07-01..2026-08-20", "01/07–20/08/2026"),
        ("2025-11-01..2026-10-20", "01/11/2025–20/10/2026"),
        ("2026-10-01", "01/10/2026"),
    ],
)
def test_the_days_of_a_period_in_few_signs(text: str, words: str) -> None:
    assert parse_period(text).days() == words


def test_the_months_between_two_days() -> None:
    months = months_between(date(2025, 11, 30), date(2026, 1, 1))
    assert [str(month) for month in months] == ["2025-11", "2025-12", "2026-01"]
    assert months_between(date(2026, 2, 1), date(2026, 1, 31)) == ()
    reported = months_between(date(2025, 12, 14), date(2026, 1, 15), Calendar.VPCP)
    assert [str(month) for month in reported] == ["vpcp:2025-12", "vpcp:2026-01", "vpcp:2026-02"]


@given(texts)
def test_a_period_is_found_again_by_its_name(text: str) -> None:
    period = parse_period(text)
    assert str(period) == text
    assert parse_period(str(period)) == period
    assert parse_period(str(period.previous())) == period.previous()
    assert parse_period(str(period.same_last_year())) == period.same_last_year()


@given(named)
def test_months_tile_every_longer_period(text: str) -> None:
    period = parse_period(text)
    months = period.months()
    assert months[0].start == period.start
    assert months[-1].end == period.end
    assert_adjacent(months)


@given(named)
def test_the_previous_period_ends_the_day_before(text: str) -> None:
    period = parse_period(text)
    assert_adjacent((period.previous(), period))
    assert period.previous().kind is period.kind


@given(days, st.sampled_from(Calendar))
def test_a_day_belongs_to_its_month_quarter_half_and_year(day: date, calendar: Calendar) -> None:
    around = [of(day, calendar) for of in (month_of, quarter_of, half_of, year_of)]
    assert all(period.contains(day) for period in around)
    assert [parse_period(period.id) for period in around] == around


@given(days)
def test_a_day_belongs_to_the_years_that_it_ends(day: date) -> None:
    assert rolling_year(day).contains(day)
    assert len(rolling_year(day).months()) == 12
    assert year_to_date(day).end == day
    assert year_to_date(day).kind is PeriodKind.YTD


def assert_adjacent(periods: tuple[Period, ...]) -> None:
    for earlier, later in pairwise(periods):
        assert later.start - earlier.end == timedelta(days=1)
