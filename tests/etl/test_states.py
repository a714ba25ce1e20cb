"""A figure along its series: its state is held near a threshold, and only like is compared with like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import count, islice
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.mart_figures import number_figures
from etl.mart_tables import mart_sql
from ioc.periods import Period, parse_period
from ioc.store.asking import read_question
from ioc.store.engine import Connection, open_memory
from ioc.store.warehouse import read_sql

TARGET, AT_RISK_WITHIN, HYSTERESIS = Decimal("0.95"), Decimal("0.05"), Decimal("0.005")
# beside both thresholds and exactly on them, in thousandths
VALUES = (None, 880, 894, 895, 896, 899, 900, 901, 944, 945, 946, 949, 950, 951, 990)
SETUP = """
create temp table indicator_parts (
    indicator varchar, series varchar, series_rank integer, part varchar, measure varchar, scale double,
    is_counted boolean
);
create temp table all_values (
    unit_code varchar, period varchar, series varchar, measure varchar, value decimal(24, 4), as_of timestamp,
    covered_until date, fresh_until timestamp, is_estimate boolean default false, has_source_flag boolean default false,
    bound varchar, boundary varchar, least_value decimal(24, 4), most_value decimal(24, 4)
);
create temp table score_values (
    indicator varchar, boundary varchar, series varchar, unit_code varchar, period varchar, numerator decimal(24, 4),
    denominator decimal(24, 4), value double, as_of timestamp, covered_until date, is_of_dossiers boolean,
    other_as_of timestamp, other_fresh_until timestamp, is_estimate boolean, has_source_flag boolean,
    range_low double, range_high double
);
create temp table plain_courses (course_no smallint);
create temp table kept_periods (period_no smallint, period varchar, end_date date);
create temp table period_parts (period varchar, until date, start_date date, end_date date);
create temp table apart_series (series varchar);
create temp table catalog_indicators (
    indicator varchar, direction varchar, measure_unit varchar, target double, at_risk_within double, hysteresis double,
    zero_policy varchar
);
create temp table period_links (
    period varchar, until date, previous_period varchar, last_year_period varchar, previous_part varchar,
    last_year_part varchar
);
create schema months;
create table months.received_days (day date, dossiers bigint);
insert into indicator_parts values
    ('rate', 'dossiers', 1, 'n', 'online', 1, true), ('rate', 'dossiers', 1, 'd', 'received', 1, true);
insert into mart.units (unit_code, level) values ('1', 'commune');
"""


class Course:
    """One unit's figures of one indicator in successive periods, through the queries that make readings."""

    def __init__(self, connection: Connection, direction: str) -> None:
        self.connection = connection
        for table in (
            "all_values",
            "catalog_indicators",
            "mart.periods",
            "period_links",
            "mart.reading_rows",
            "kept_periods",
        ):
            connection.execute(f"delete from {table}")
        # on the other side of nothing the same distances hold
        target = TARGET if direction == "up" else 1 - TARGET
        connection.execute(
            "insert into catalog_indicators values ('rate', ?, 'percent', ?, ?, ?, 'null')",
            [direction, float(target), float(AT_RISK_WITHIN), float(HYSTERESIS)],
        )
        self.direction = direction

    def add(self, period: Period, thousandths: int | None, *, until: date | None = None) -> None:
        row = [period.id, str(period.kind), period.start, period.end, str(period.calendar)]
        self.connection.execute("insert into mart.periods values (?, ?, ?, ?, ?)", row)
        online = thousandths if self.direction == "up" or thousandths is None else 1000 - thousandths
        for measure, value in (("online", online), ("received", 1000)):
            self.connection.execute(
                "insert into all_values (unit_code, period, series, measure, value, covered_until, boundary) "
                "values ('1', ?, 'dossiers', ?, ?, ?, 'current')",
                [period.id, measure, value, until or period.end],
            )
        self.connection.execute(
            "insert into period_links values (?, ?, ?, ?, null, null)",
            [period.id, period.end, period.previous().id, period.same_last_year().id],
        )

    def states(self) -> dict[str, str]:
        return dict(self._ask("status"))

    def before(self) -> dict[str, float | None]:
        return dict(self._ask("previous_value"))

    def keep(self, period: Period) -> None:
        """From now on the period's figure is as it stands in the mart, and not made any more."""
        self._ask("status")
        number = "(select period_no from figure_periods where period = ?)"
        self.connection.execute(
            f"insert into mart.reading_rows by name select * from reading_rows where period_no = {number}", [period.id]
        )
        self.connection.execute(
            "insert into kept_periods select period_no, period, end_date from figure_periods where period = ?",
            [period.id],
        )
        for table in ("all_values", "period_links"):
            self.connection.execute(f"delete from {table} where period = ?", [period.id])

    def _ask(self, column: str) -> list[Any]:
        number_figures(self.connection)
        self.connection.execute(f"create or replace temp table figures as {mart_sql('figures')}")
        rows = mart_sql("reading_rows").format(ranks=read_question("ranks"))
        self.connection.execute(f"create or replace temp table reading_rows as {rows}")
        for name in ("courses", "units", "periods"):
            self.connection.execute(f"create or replace temp view reading_{name} as select * from figure_{name}")
        return self.connection.rows(f"select period, {column} from ({mart_sql('readings')}\n)")


@pytest.fixture(scope="module")
def connection() -> Iterator[Connection]:
    opened = open_memory()
    opened.execute("attach ':memory:' as mart")
    opened.execute("use mart")
    opened.execute(read_sql("ioc.store", "mart.sql"))
    opened.execute("use memory; create temp view sources as select * from mart.sources")
    opened.execute(read_question("meaning"))
    opened.execute(SETUP)
    yield opened
    opened.close()


def test_what_is_known_of_a_part_only_is_never_compared_with_a_whole(connection: Connection) -> None:
    course = Course(connection, "up")
    august, september, october = (parse_period(name) for name in ("2026-08", "2026-09", "2026-10"))
    course.add(august, 900)
    # what the source last said of September was said on the 20th, and October is not over
    course.add(september, 910, until=date(2026, 9, 20))
    course.add(october, 920, until=date(2026, 10, 15))
    assert course.before() == {august.id: None, september.id: None, october.id: None}
    course.add(parse_period("2026-07"), 880)
    assert course.before()[august.id] == 0.88


def machine(values: Sequence[int | None]) -> list[str | None]:
    """The rule told slowly, in whole thousandths; None in a gap."""
    target, limit, width = 950, 900, 5
    found: list[str | None] = []
    is_met = is_near = False
    was_missing = True
    for value in values:
        if value is None:
            found.append(None)
        elif was_missing:
            is_met, is_near = value >= target, value >= limit
        else:
            is_met = value >= target or (is_met and value >= target - width)
            is_near = value >= limit or (is_near and value >= limit - width)
        if value is not None:
            found.append("on_target" if is_met else "at_risk" if is_near else "off_target")
        was_missing = value is None
    return found


def periods_from(name: str) -> Iterator[Period]:
    """The period and those that follow it."""
    following = {"month": 1, "quarter": 3, "half": 6, "year": 12}
    first = parse_period(name)
    prefix = "vpcp:" if name.startswith("vpcp:") else ""
    step = following[first.kind]
    index = 12 * first.end.year + first.end.month - 1
    return (_named(prefix, str(first.kind), index + number * step) for number in count())


def _named(prefix: str, kind: str, index: int) -> Period:
    year, month = index // 12, index % 12 + 1
    names = {
        "month": f"{year}-{month:02}",
        "quarter": f"{year}-Q{(month + 2) // 3}",
        "half": f"{year}-H{(month + 5) // 6}",
    }
    return parse_period(prefix + names.get(kind, str(year)))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from(VALUES), min_size=1, max_size=14),
    st.sampled_from(["2026-01", "2026-Q1", "2025-H2", "2020", "vpcp:2026-01", "vpcp:2026-Q4"]),
    st.sampled_from(["up", "down"]),
)
def test_the_states_are_those_of_a_slow_machine(
    connection: Connection, values: list[int | None], first: str, direction: str
) -> None:
    course = Course(connection, direction)
    chosen = [period for period, _value in zip(periods_from(first), values, strict=False)]
    for period, value in zip(chosen, values, strict=True):
        course.add(period, value)
    found = course.states()
    expected = machine(values)
    assert [found[period.id] for period in chosen] == [state or "not_assessed" for state in expected]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(VALUES), min_size=2, max_size=8),
    st.data(),
    st.sampled_from(["2026-01", "2026-Q1", "vpcp:2026-01"]),
    st.sampled_from(["up", "down"]),
)
def test_what_follows_figures_that_stand_is_as_if_all_were_made(
    connection: Connection, values: list[int | None], data: st.DataObject, first: str, direction: str
) -> None:
    course = Course(connection, direction)
    chosen = list(islice(periods_from(first), len(values)))
    for period, value in zip(chosen, values, strict=True):
        course.add(period, value)
    states, before = course.states(), course.before()
    kept = data.draw(st.integers(1, len(values) - 1))
    for period in chosen[:kept]:
        course.keep(period)
    made = [period.id for period in chosen[kept:]]
    assert course.states() == {name: states[name] for name in made}
    assert course.before() == {name: before[name] for name in made}


def test_a_state_is_left_only_half_a_point_below_its_threshold(connection: Connection) -> None:
    course = Course(connection, "up")
    values = (949, 950, 946, 945, 944, 949, 950, 899, 896, 894, 899)
    for period, value in zip(periods_from("2026-01"), values, strict=False):
        course.add(period, value)
    assert list(dict(sorted(course.states().items())).values()) == [
        "at_risk",     # never reached
        "on_target",
        "on_target",   # still within half a point
        "on_target",   # just so
        "at_risk",     # more than half a point below
        "at_risk",     # does not count again before it is reached
        "on_target",
        "at_risk",     # off the target, and within half a point of the limit of risk
        "at_risk",
        "off_target",
        "off_target",
    ]  # fmt: skip


def test_a_gap_leaves_nothing_to_hold_on_to(connection: Connection) -> None:
    course = Course(connection, "up")
    january, february, march, april = (parse_period(f"2026-0{month}") for month in range(1, 5))
    course.add(january, 950)
    course.add(february, None)
    course.add(march, 947)
    assert course.states()[march.id] == "at_risk"
    course.add(april, 947)
    assert course.states()[april.id] == "at_risk"


def test_each_kind_of_period_and_each_calendar_has_a_state_of_its_own(connection: Connection) -> None:
    course = Course(connection, "up")
    for name in ("2026-08", "vpcp:2026-09", "2026-Q3", "2026-09", "vpcp:2026-08"):
        course.add(parse_period(name), 950 if name == "2026-08" else 947)
    states = course.states()
    assert states["2026-09"] == "on_target"
    assert states["vpcp:2026-08"] == states["vpcp:2026-09"] == states["2026-Q3"] == "at_risk"
