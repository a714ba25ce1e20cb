"""Working days: Tết by the moon, substitute days, exchanged Saturdays, and what an office decides for itself."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.working_days import FIRST_YEAR, LAST_YEAR, count_working_days

OFFICIAL = count_working_days()


@pytest.mark.parametrize(
    ("day", "is_working"),
    [
        (date(2026, 2, 13), True),  # the last Friday before Tết
        (date(2026, 2, 16), False),  # eve of Tết
        (date(2026, 2, 20), False),  # fourth day of Tết
        (date(2026, 2, 23), True),
        (date(2025, 1, 27), False),  # Tết of another year is weeks earlier
        (date(2026, 4, 27), False),  # the Hùng Kings' day fell on a Sunday
        (date(2026, 8, 31), False),  # exchanged for the Saturday before
        (date(2026, 8, 22), True),
        (date(2026, 9, 2), False),
        (date(2026, 11, 21), False),  # an ordinary Saturday
    ],
)
def test_offices_rest_on_official_days(day: date, is_working: bool) -> None:
    assert OFFICIAL.is_working(day) is is_working


def test_a_term_runs_over_tet() -> None:
    assert OFFICIAL.add(date(2026, 2, 13), 5) == date(2026, 2, 27)
    assert OFFICIAL.add(date(2026, 2, 14), 1) == date(2026, 2, 23)


def test_an_office_closes_and_works_by_its_own_decision() -> None:
    storm, saturday = date(2026, 9, 10), date(2026, 9, 12)
    own = count_working_days(closures=[storm], working_days=[saturday])
    assert OFFICIAL.is_working(storm)
    assert not own.is_working(storm)
    assert own.is_working(saturday)
    assert own.add(date(2026, 9, 9), 2) == saturday


DAYS = st.dates(date(FIRST_YEAR + 1, 1, 1), date(LAST_YEAR - 1, 12, 31))


@given(DAYS, st.integers(1, 60), st.integers(0, 60))
def test_terms_add_up(start: date, first: int, second: int) -> None:
    middle = OFFICIAL.add(start, first)
    assert OFFICIAL.is_working(middle)
    assert OFFICIAL.add(middle, second) == OFFICIAL.add(start, first + second)
    between = (start + timedelta(days=offset) for offset in range(1, (middle - start).days + 1))
    assert sum(map(OFFICIAL.is_working, between)) == first
