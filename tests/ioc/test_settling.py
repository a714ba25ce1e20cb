"""Whether the figures of a period may still move."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from ioc.access import Scope
from ioc.analysis.settling import Unsettled, find_unsettled, is_recent, is_running, may_move, move_of, unsettled_of
from ioc.store import questions
from ioc.store.engine import Connection
from ioc.store.questions import IndicatorRow, PeriodRow, Reading
from tests.sample_mart import open_sample_mart, write_sample_mart

SEPTEMBER = PeriodRow("2026-09", "month", date(2026, 9, 1), date(2026, 9, 30))
OCTOBER = PeriodRow("2026-10", "month", date(2026, 10, 1), date(2026, 10, 31))
NOVEMBER = PeriodRow("2026-11", "month", date(2026, 11, 1), date(2026, 11, 30))
EVERYTHING = Scope.everything()


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    path: Path = tmp_path_factory.mktemp("mart") / "mart.duckdb"
    write_sample_mart(path)
    return open_sample_mart(path).connection


@pytest.fixture(scope="module")
def indicators(mart: Connection) -> dict[str, IndicatorRow]:
    return {row.indicator: row for row in questions.indicators(mart)}


@pytest.fixture(scope="module")
def reading(mart: Connection) -> Reading:
    return questions.readings(mart, EVERYTHING, period="2026-10", units=["31"])[0]


def readings_with(reading: Reading, *, still_open: int, handled: int) -> list[Reading]:
    return [
        replace(reading, indicator="open_overdue_rate", denominator=Decimal(still_open)),
        replace(reading, indicator="carried_over_rate", denominator=Decimal(handled)),
    ]


def test_a_period_is_recent_for_thirty_days_and_running_until_its_end() -> None:
    as_of = datetime(2026, 11, 21, 9)
    assert [is_recent(period, as_of) for period in (NOVEMBER, OCTOBER, SEPTEMBER)] == [True, True, False]
    assert [is_running(period, as_of) for period in (NOVEMBER, OCTOBER)] == [True, False]
    assert not is_recent(OCTOBER, None)
    assert not is_running(NOVEMBER, None)


def test_few_open_dossiers_are_not_worth_a_word(reading: Reading) -> None:
    assert unsettled_of(readings_with(reading, still_open=40, handled=1000)) is None
    assert unsettled_of(readings_with(reading, still_open=60, handled=1000)) == Unsettled(60, 0.06)
    assert unsettled_of([]) is None


def test_what_was_open_at_a_periods_end_is_found_while_it_is_recent(mart: Connection) -> None:
    october, *_ = (row for row in questions.periods(mart, kind="month") if row.period == "2026-10")
    soon, later = datetime(2026, 10, 31, 17), datetime(2026, 12, 1)
    found = find_unsettled(mart, EVERYTHING, period=october, unit="31", as_of=soon)
    assert found is not None
    assert found.share > 0.05
    assert find_unsettled(mart, EVERYTHING, period=october, unit="31", as_of=later) is None


def test_the_catalogue_says_where_open_dossiers_can_take_a_figure(indicators: dict[str, IndicatorRow]) -> None:
    many = Unsettled(open_count=500, share=0.2)
    assert move_of(indicators["e_result_rate"], many) == "may_rise"
    assert move_of(indicators["ontime_766"], many) == "may_fall"
    assert move_of(indicators["pay_dossier_online"], many) is None
    assert move_of(indicators["ontime_766"], None) is None
    assert may_move(indicators["ontime_766"], many)
    assert not may_move(indicators["pay_dossier_online"], many)
    # points move with any of their criteria
    assert may_move(replace(indicators["pay_dossier_online"], indicator="score_766_total"), many)
