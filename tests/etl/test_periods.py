"""Which periods are built, how they are counted, and what those that are not over are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from etl.mart_tables import mart_sql
from etl.pipeline import run
from ioc.access import Scope
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Measure
from ioc.periods import Calendar, half_of, month_of, parse_period, quarter_of, year_of
from ioc.store import questions
from ioc.store.engine import Connection, open_memory
from ioc.store.measures import count_measures, long_measures
from ioc.store.questions import Reading
from ioc.store.ranges import range_readings
from ioc.store.snapshots import OpenSnapshot, Reader
from ioc.store.warehouse import read_sql
from tests.dossier_files import CATALOG, CONFIG, dossier, make_site, write_lines

AT = datetime(2026, 11, 20, 18, 0)
UNIT = "23614"
ONLINE, COUNTER = "2", "1"
SITE = CONFIG + "  documents: {{kind: documents, path: inbox/documents}}\n"
RECEIVED = {
    "20251002": COUNTER, "20251105": ONLINE, "20251125": COUNTER,
    "20261003": ONLINE, "20261018": COUNTER, "20261025": ONLINE,
    "20261105": ONLINE, "20261118": ONLINE, "20261120": COUNTER,
}  # fmt: skip
"""The newest of them tells up to when the data reach: 20 November."""
SIGNED = {
    ("01/10/2025", "31/10/2025"): 50, ("01/07/2026", "31/07/2026"): 70, ("01/10/2026", "31/10/2026"): 80,
    ("15/06/2026", "14/07/2026"): 50, ("15/07/2026", "14/08/2026"): 60, ("15/08/2026", "14/09/2026"): 70,
}  # fmt: skip
"""Of a hundred documents each."""


@dataclass(frozen=True)
class Told:
    """What a reading says of one period."""

    value: float | None
    previous: float | None
    last_year: float | None
    compared_previous: str | None
    compared_last_year: str | None


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenSnapshot]:
    folder = tmp_path_factory.mktemp("periods")
    config = make_site(folder, text=SITE)
    write_lines(
        folder / "inbox" / "dossiers" / "1.ndjson",
        [_received(number, day, channel) for number, (day, channel) in enumerate(RECEIVED.items())],
    )
    (folder / "inbox" / "documents").mkdir()
    lines = [f"{UNIT};{first};{last};100;{signed}" for (first, last), signed in SIGNED.items()]
    report = "\n".join(["Mã đơn vị;Từ ngày;Đến ngày;Số văn bản đi;Đã ký số", *lines])
    (folder / "inbox" / "documents" / "1.csv").write_text(report, encoding="utf-8")
    found = run(config, clock=lambda: AT)
    assert not found.failed, found
    opened = Reader(config.store.path).current()
    assert opened is not None
    yield opened
    opened.connection.close()


@pytest.fixture
def mart(snapshot: OpenSnapshot) -> Connection:
    return snapshot.connection


def _received(number: int, day: str, channel: str) -> dict[str, object]:
    """Due ten days later; that of 3 October was late by a fortnight, the others took a day at most."""
    done = "20261024100000" if day == "20261003" else f"{day}110000"
    due = (datetime.strptime(day, "%Y%m%d") + timedelta(days=10)).strftime("%Y%m%d170000")
    fields = {"NgayTiepNhan": f"{day}083000", "NgayHenTra": due, "NgayKetThucXuLy": done, "NgayTra": ""}
    return dossier(number, KenhThucHien=channel, **fields)


@pytest.fixture
def told(mart: Connection) -> partial[Told]:
    def ask(indicator: str, period: str) -> Told:
        rows = mart.rows(
            "select value, previous_value, last_year_value, compared_previous, compared_last_year from readings "
            "where indicator = ? and period = ? and level = 'commune' and is_leading",
            [indicator, period],
        )
        return Told(*rows[0]) if rows else Told(None, None, None, None, None)

    return partial(ask)


def test_both_calendars_and_rolling_years_are_built(mart: Connection) -> None:
    names = {period for (period,) in mart.rows("select period from periods")}
    assert {"2026-11", "2026-Q4", "2026-H2", "2026", "2026-01-01..2026-11-30"} <= names
    assert {"vpcp:2026-12", "vpcp:2026-Q4", "vpcp:2026-H2", "vpcp:2026"} <= names
    # twelve months of data since October 2025, the last of them over
    rolling = [period for (period,) in mart.rows("select period from periods where kind = 'rolling' order by 1")]
    assert rolling == ["2025-10-01..2026-09-30", "2025-11-01..2026-10-31"]
    assert mart.rows("select distinct calendar from periods where starts_with(period, 'vpcp:')") == [("vpcp",)]


def test_a_running_month_is_compared_with_the_same_days(told: partial[Told]) -> None:
    assert told("online_submission_simple", "2026-11") == Told(
        2 / 3, 1 / 2, 1.0, "2026-10-01..2026-10-20", "2025-11-01..2025-11-20"
    )
    assert told("online_submission_simple", "vpcp:2026-12") == Told(1 / 2, 0.0, None, "2026-10-15..2026-10-20", None)


def test_a_month_that_is_over_is_compared_with_whole_ones(told: partial[Told]) -> None:
    assert told("online_submission_simple", "2026-10") == Told(2 / 3, None, 0.0, None, None)
    assert told("online_submission_simple", "2025-11") == Told(1 / 2, 0.0, None, None, None)


def test_a_part_that_the_data_do_not_reach_back_to_is_not_compared(told: partial[Told]) -> None:
    # of 2025 only the time since October is known
    year = told("online_submission_simple", "2026")
    assert (year.value, year.previous, year.last_year) == (4 / 6, None, None)


def test_a_level_is_that_of_the_like_day(told: partial[Told]) -> None:
    # the dossier of 3 October was overdue on the 20th, and done by the end of the month
    month = told("open_overdue_count", "2026-11")
    assert (month.value, month.previous) == (0, 1)
    assert told("open_overdue_count", "2026-10").value == 0


def test_a_rolling_year_is_followed_month_by_month(told: partial[Told]) -> None:
    year = told("online_submission_simple", "2025-11-01..2026-10-31")
    assert (year.value, year.previous) == (3 / 5, 1 / 3)


def test_stated_months_make_a_running_quarter_that_is_compared_with_the_same_months(told: partial[Told]) -> None:
    assert told("edoc_signed_rate", "2026-Q4") == Told(0.8, 0.7, 0.5, "2026-07", "2025-10")


def test_stated_months_make_nothing_where_one_is_missing(told: partial[Told]) -> None:
    for period in ("2026-Q3", "2026-H2", "2026", "vpcp:2026", "2025-11-01..2026-10-31"):
        assert told("edoc_signed_rate", period).value is None
    assert told("edoc_signed_rate", "2026-07").value == 0.7


def test_stated_months_of_the_other_calendar_make_its_quarter(told: partial[Told]) -> None:
    assert told("edoc_signed_rate", "vpcp:2026-09").value == 0.7
    assert told("edoc_signed_rate", "vpcp:2026-Q3").value == 0.6
    # its first three months are all that is stated of the half-year so far
    assert told("edoc_signed_rate", "vpcp:2026-H2").value == 0.6


def test_parts_of_periods_are_nowhere_to_be_seen(mart: Connection) -> None:
    for table in ("readings", "scores", "breakdown", "reconciliations"):
        assert mart.rows(f"select found.period from {table} as found anti join periods using (period)") == []
    assert mart.rows("select period from periods where starts_with(period, '~')") == []


def test_the_breakdown_adds_up_to_what_was_received(mart: Connection) -> None:
    differing = mart.rows(
        """
        select period from (
            select period, unit_code, sum(received) as received, sum(online) as online from breakdown group by all
        )
        inner join readings using (period, unit_code)
        where indicator = 'online_submission_simple' and is_leading and (received <> denominator or online <> numerator)
        """
    )
    assert differing == []
    assert mart.row("select count(distinct period) from breakdown where starts_with(period, 'vpcp:')")[0] > 5


def test_only_shares_of_counted_cases_have_a_range_of_places(mart: Connection) -> None:
    ranged = {indicator for (indicator,) in mart.rows("select indicator from readings where rank_best is not null")}
    assert {"ontime_766", "online_submission_simple", "edoc_signed_rate"} <= ranged
    # money is no case, and a count no share
    assert not ranged & {"pay_amount_online", "open_overdue_count", "avg_processing_time"}
    assert mart.row(
        "select count(*) from readings where indicator = 'ontime_766' and value is not null and rank_best is null"
    ) == (0,)


def test_days_that_are_asked_for_are_counted_and_ranked_like_a_built_period(snapshot: OpenSnapshot) -> None:
    catalog, everything = load_catalog(CATALOG, indices=[]), Scope.everything()
    for name in ("2026-10", "vpcp:2026-12", "2026-Q4"):
        asked = range_readings(
            snapshot, everything, catalog=catalog, indicator_id="online_submission_simple", period=parse_period(name)
        )
        built = questions.readings(
            snapshot.connection, everything, period=name, indicators=["online_submission_simple"], series="dossiers"
        )
        assert {_places(one) for one in asked} == {_places(one) for one in built}
        assert any(one.rank_best for one in built)


BEGUN = date(2025, 10, 2)
"""The first dossier."""


def test_a_period_within_which_the_dossiers_begin_says_so(snapshot: OpenSnapshot) -> None:
    rows = snapshot.connection.rows(
        "select p.period, p.start_date, p.end_date, list_contains(r.flags, 'partial') from readings as r "
        "inner join periods as p using (period) where r.indicator = 'online_submission_simple' and r.unit_code = ?",
        [UNIT],
    )
    partial = {period for period, _start, _end, is_partial in rows if is_partial}
    assert partial == {period for period, start, end, _is in rows if start + timedelta(days=7) < BEGUN <= end}
    assert {"2025", "vpcp:2025-10"} <= partial
    assert "2025-10" in {period for period, *_rest in rows} - partial


@pytest.mark.parametrize(("name", "is_partial"), [("2025-09-20..2025-10-10", True), ("2025-10-01..2025-10-10", False)])
def test_days_before_the_dossiers_are_told_as_such(snapshot: OpenSnapshot, name: str, is_partial: bool) -> None:
    found = range_readings(
        snapshot,
        Scope.everything(),
        catalog=load_catalog(CATALOG, indices=[]),
        indicator_id="online_submission_simple",
        period=parse_period(name),
    )
    assert {"partial" in reading.flags for reading in found} == {is_partial}


def test_a_few_dossiers_that_were_still_open_at_the_takeover_are_no_beginning() -> None:
    connection = open_memory()
    connection.execute("create schema months; create table months.received_days (day date, dossiers bigint)")
    connection.execute("insert into months.received_days values ('2024-03-01', 1), ('2025-07-01', 999)")
    assert connection.row(mart_sql("dossiers_begin")) == (date(2025, 7, 1),)
    connection.close()


def _places(reading: Reading) -> tuple[object, ...]:
    found = (reading.unit_code, reading.value, reading.numerator, reading.rank, reading.rank_of)
    return (*found, reading.rank_best, reading.rank_worst)


# Cells.


@pytest.fixture(scope="module")
def counting() -> Iterator[Connection]:
    """The relations that counting reads, over three units of one province."""
    connection = open_memory()
    macro = next(part for part in read_sql("ioc.store", "warehouse.sql").split(";") if "macro cell_start" in part)
    connection.execute(macro)
    connection.execute(
        "create temp table rollup as select *, date '0001-01-01' as first_day, date '9999-12-31' as last_day "
        "from (values ('a', 'a'), ('b', 'b'), ('a', 'p'), ('b', 'p'), ('p', 'p')) as pairs (unit_code, ancestor_code)"
    )
    yield connection
    connection.close()


CALENDARS = st.sampled_from(Calendar)
DAYS = st.dates(date(2025, 11, 1), date(2026, 4, 30))


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), CALENDARS)
def test_every_period_is_made_of_whole_cells(counting: Connection, day: date, calendar: Calendar) -> None:
    def cell(of: date) -> date:
        return date.fromisoformat(str(counting.row("select cell_start(?)", [of])[0]))

    assert cell(day) <= day < cell(day) + timedelta(days=17)
    for of in (month_of, quarter_of, half_of, year_of):
        period = of(day, calendar)
        assert cell(period.start) == period.start
        assert cell(period.end + timedelta(days=1)) == period.end + timedelta(days=1)
        assert period.start <= cell(day)


def _measures() -> Mapping[str, Measure]:
    return {found.id: found for found in load_catalog(CATALOG, indices=[]).measures}


MEASURES = _measures()
COUNTED = [MEASURES[name] for name in ("received", "on_time_766_open", "procedures_population_data")]
EVENTS = st.lists(st.tuples(st.sampled_from("ab"), DAYS, st.integers(1, 5)), min_size=1, max_size=12)
COHORTS = st.lists(
    st.tuples(st.sampled_from("ab"), DAYS, DAYS, st.sampled_from([time(0), time(9, 30), time.max]), st.integers(1, 5)),
    max_size=12,
)
DISTINCTS = st.lists(st.tuples(st.sampled_from("ab"), DAYS, st.sampled_from("xyz")), max_size=12)


@settings(max_examples=40, deadline=None)
@given(EVENTS, COHORTS, DISTINCTS, st.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 30)))
def test_counting_by_cells_is_counting_by_days(
    counting: Connection,
    events: list[tuple[str, date, int]],
    cohorts: list[tuple[str, date, date, time, int]],
    distincts: list[tuple[str, date, str]],
    as_of: datetime,
) -> None:
    _fill(counting, events, cohorts, distincts, as_of)
    _judge(counting, as_of, is_in_cells="true")
    count_measures(counting, COUNTED, with_cells=True)
    by_cells = counting.rows("select * from measures_wide order by all")
    _judge(counting, as_of, is_in_cells="false")
    count_measures(counting, COUNTED)
    assert counting.rows("select * from measures_wide order by all") == by_cells
    _expect_sums(counting)


def _fill(
    connection: Connection,
    events: list[tuple[str, date, int]],
    cohorts: list[tuple[str, date, date, time, int]],
    distincts: list[tuple[str, date, str]],
    as_of: datetime,
) -> None:
    """What lies after as_of has not happened yet, but for cohorts, which are judged by their periods."""
    connection.execute("create or replace temp table event_days (unit_code varchar, day date, received bigint)")
    both = [(unit, date(2025, 11, 1), 1) for unit in "ab"]
    for unit, day, received in [*both, *events]:
        connection.execute("insert into event_days values (?, ?, ?)", [unit, min(day, as_of.date()), received])
    connection.execute(
        "create or replace temp table cohort_days "
        "(unit_code varchar, day date, measure varchar, judged_until timestamp, value bigint)"
    )
    for unit, day, until, at, value in cohorts:
        row = [unit, day, "on_time_766_open", datetime.combine(until, at), value]
        connection.execute("insert into cohort_days values (?, ?, ?, ?, ?)", row)
    connection.execute(
        "create or replace temp table distinct_values (unit_code varchar, day date, measure varchar, value varchar)"
    )
    for unit, day, value in distincts:
        row = [unit, min(day, as_of.date()), "procedures_population_data", value]
        connection.execute("insert into distinct_values values (?, ?, ?, ?)", row)
    connection.execute("create or replace temp table stock_days (unit_code varchar, day date)")


def _judge(connection: Connection, as_of: datetime, *, is_in_cells: str) -> None:
    """The periods of both calendars around the days, as the build judges them."""
    found = {
        period.id: period
        for month in range(10, 18)
        for calendar in Calendar
        for of in (month_of, quarter_of, half_of, year_of)
        for period in [of(date(2025 + month // 12, month % 12 + 1, 1), calendar)]
    }
    for table in ("period_frame", "period_parts"):
        connection.execute(
            f"create or replace temp table {table} (period varchar, start_date date, end_date date, until date)"
        )
    for period in found.values():
        row = [period.id, period.start, period.end]
        connection.execute("insert into period_frame values (?, ?, ?, null)", row)
    judged = mart_sql("counted_periods")
    connection.execute(
        f"create or replace temp table periods as select * replace ({is_in_cells} as is_in_cells) from ({judged}\n)",
        {"as_of": as_of},
    )


def _expect_sums(connection: Connection) -> None:
    """A province has what its units have, in every calendar; different values do not add up."""
    differing = connection.rows(
        f"""
        select period, measure from ({long_measures(COUNTED)}) where measure <> 'procedures_population_data'
        group by all having sum(value) filter (where unit_code = 'p') <> sum(value) filter (where unit_code <> 'p')
        """
    )
    assert differing == []
