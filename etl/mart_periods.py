"""The periods for which readings are built, and the day on which each is judged."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from etl.mart_tables import mart_columns, mart_sql, put_rows
from ioc.periods import Period, months_between, parse_period, quarter_of, year_of, year_to_date
from ioc.store.engine import Connection
from ioc.units import LAST_FORMER_DAY

OLDEST_YEARS = 6
"""How far back readings are built: an absurd early date in a row must not make thousands of periods."""
NEVER = datetime(1900, 1, 1)
"""As of when nothing has been loaded: before everything."""


def write_periods(connection: Connection) -> None:
    """Months, quarters, years and years to date of the data, and whatever the portal answered for."""
    first, last, as_of = _data_range(connection)
    frame = {period.id: period for period in _frame(first, last)} if first and last else {}
    frame |= _former_frame(connection)
    for (name,) in connection.rows("select distinct period from facts.portals"):
        frame.setdefault(name, parse_period(name))
    rows = [(period.id, str(period.kind), period.start, period.end) for period in frame.values()]
    put_rows(connection, "period_frame", mart_columns(connection, "periods"), rows)
    links = [(period.id, period.previous().id, period.same_last_year().id) for period in frame.values()]
    link_columns = dict.fromkeys(("period", "previous_period", "last_year_period"), "varchar")
    put_rows(connection, "period_links", link_columns, links)
    connection.execute("insert into mart.periods by name select * from period_frame")
    judge_periods(connection, as_of)


def _former_frame(connection: Connection) -> dict[str, Period]:
    """The periods of what former units stated, up to the last day of theirs."""
    first = connection.row(mart_sql("former_days"))[0]
    if first is None or first > LAST_FORMER_DAY:
        return {}
    first = max(first, date(LAST_FORMER_DAY.year - OLDEST_YEARS, 1, 1))
    return {period.id: period for period in _frame(first, LAST_FORMER_DAY)}


def _data_range(connection: Connection) -> tuple[date | None, date | None, datetime | None]:
    """First and last day that dossiers or registers speak of, and the dossiers' as_of."""
    as_of = dossiers_as_of(connection)
    first = None
    if as_of is not None:
        first = connection.row(
            "select min(day) from (select day from months.received_days group by day having sum(dossiers) > 0) "
            "where day between ? and ?",
            [date(as_of.year - OLDEST_YEARS, 1, 1), as_of.date()],
        )[0]
    register_day = connection.row("select max(register_as_of) from facts.certificates")[0]
    stated_first, stated_last = connection.row(mart_sql("stated_days"))
    days = [day for day in (as_of.date() if as_of else None, register_day, stated_last) if day is not None]
    if first is None:
        first = stated_first or (register_day and register_day.replace(day=1))
    last = max(days, default=None)
    if first is not None and last is not None:
        first = max(first, date(last.year - OLDEST_YEARS, 1, 1))
    return first, last, as_of


def dossiers_as_of(connection: Connection) -> datetime | None:
    """The time of the newest dossier data; None before the first load."""
    found: datetime | None = connection.row(
        "select max(as_of) from loads where kind in ('dossier_sync', 'sql_view') and state = 'loaded'"
    )[0]
    return found


def _frame(first: date, last: date) -> Iterable[Period]:
    for month in months_between(first, last):
        yield month
        yield quarter_of(month.start)
        yield year_of(month.start)
        yield year_to_date(month.end)


def judge_periods(connection: Connection, as_of: datetime | None) -> None:
    """The periods as of a moment: each is judged at its end or at that moment, whichever is earlier."""
    connection.execute(
        """
        create or replace temp table periods as
        select
            *,
            least(end_date, $as_of::date) as judged_on,
            least(end_date + interval 1 day - interval 1 microsecond, $as_of) as judged_at
        from period_frame
        where start_date <= $as_of::date
        """,
        {"as_of": as_of or NEVER},
    )
