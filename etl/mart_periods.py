"""The periods for which readings are built, the day on which each is judged, and what each is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from etl.mart_tables import mart_columns, mart_sql, put_rows
from ioc.periods import (
    Calendar,
    Period,
    half_of,
    month_of,
    months_between,
    parse_period,
    quarter_of,
    rolling_year,
    year_of,
    year_to_date,
)
from ioc.store.engine import Connection
from ioc.units import LAST_FORMER_DAY

OLDEST_YEARS = 6
"""How far back readings are built: an absurd early date in a row must not make thousands of periods."""
RECENT_YEARS = 3
"""How far back rolling years and the other calendar go; older ones are counted when somebody asks for them."""
NEVER = datetime(1900, 1, 1)
"""As of when nothing has been loaded: before everything."""
PART = "~"
"""Begins the name of a part of a period that is there for comparisons only."""
_LINKS = {
    "period": "varchar", "until": "date", "previous_period": "varchar", "last_year_period": "varchar",
    "previous_part": "varchar", "last_year_part": "varchar",
}  # fmt: skip
_PARTS = {"period": "varchar", "until": "date", "start_date": "date", "end_date": "date"}


def write_periods(connection: Connection) -> None:
    """Periods of both calendars, years to date and rolling years of the data, and whatever the portal answered for.

    Makes period_frame (those that are to be made, from frame_start on), period_links (what each is compared with, by
    the day up to which it is known: `until` is its end where it is over) and period_parts (parts of earlier periods,
    for that comparison alone).
    """
    first, last, as_of = _data_range(connection)
    frame = {period.id: period for period in _frame(first, last)} if first and last else {}
    frame |= _former_frame(connection)
    for (name,) in connection.rows("select distinct period from facts.portals"):
        frame.setdefault(name, parse_period(name))
    put_rows(connection, "period_frame", mart_columns(connection, "periods"), [])
    put_rows(connection, "period_links", _LINKS, [])
    put_rows(connection, "period_parts", _PARTS, [])
    start = first.replace(day=1) if first else None
    put_rows(connection, "data_start", {"day": "date"}, [(start,)] if start else [])
    add_periods(connection, list(frame.values()))
    judge_periods(connection, as_of)


def add_periods(connection: Connection, periods: Sequence[Period]) -> None:
    """Adds periods that are not in the mart yet; to the frame those of them that are to be made."""
    start = connection.row("select day from frame_start")[0]
    rows = [(one.id, str(one.kind), one.start, one.end, str(one.calendar)) for one in periods]
    put_rows(connection, "more_periods", mart_columns(connection, "periods"), rows)
    connection.execute("insert into mart.periods by name select * from more_periods")
    connection.execute("insert into period_frame by name select * from more_periods where end_date >= ?", [start])
    whole = [
        (one.id, one.end, one.previous().id, one.same_last_year().id, None, None) for one in periods if one.end >= start
    ]
    _add_links(connection, whole)


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


def _frame(first: date, last: date) -> Iterator[Period]:
    for month in months_between(first, last):
        yield from _around(month.end, Calendar.GREGORIAN)
        yield year_to_date(month.end)
    recent = max(first, date(last.year - RECENT_YEARS, last.month, 1))
    for month in months_between(recent, last, Calendar.VPCP):
        yield from _around(month.end, Calendar.VPCP)
    for month in months_between(recent, last):
        year = rolling_year(month.end)
        # what has not run for twelve months, or not to its end, would be less than it says
        if first.replace(day=1) <= year.start and year.is_over(last):
            yield year


def _around(day: date, calendar: Calendar) -> Iterable[Period]:
    return (of(day, calendar) for of in (month_of, quarter_of, half_of, year_of))


def judge_periods(connection: Connection, as_of: datetime | None) -> None:
    """The relation `periods` as of a moment: each is judged at its end or at that moment, whichever is earlier.

    With them come the parts of earlier periods that those which are not over then are compared with.
    """
    moment = as_of or NEVER
    follow_parts(connection, moment.date())
    connection.execute(f"create or replace temp table periods as {mart_sql('counted_periods')}", {"as_of": moment})


def follow_parts(connection: Connection, until: date, *, running_after: date | None = None) -> None:
    """Links the periods that are not over on a day with the like parts of earlier ones.

    `running_after` leaves out those that end by that day: who is silent longer than others is not compared.
    """
    running = connection.rows(
        "select period from period_frame where start_date <= $until and end_date > greatest($until, $after)",
        {"until": until, "after": running_after or until},
    )
    start = connection.rows("select day from data_start")
    if not running or not start:
        return
    links: list[tuple[object, ...]] = []
    parts: dict[str, Period] = {}
    for (name,) in running:
        period = parse_period(name)
        earlier = (period.previous(), period.same_last_year())
        likes = [period.like_part(one, until) for one in earlier]
        names = [_comparable(one, like, start[0][0]) for one, like in zip(earlier, likes, strict=True)]
        links.append((name, until, *names, *(like.id for like in likes)))
        parts |= {part: like for part, like in zip(names, likes, strict=True) if part and part.startswith(PART)}
    _add_links(connection, links)
    put_rows(connection, "more_parts", _PARTS, [(name, until, part.start, part.end) for name, part in parts.items()])
    connection.execute("insert into period_parts select * from more_parts anti join period_parts using (period, until)")


def _comparable(earlier: Period, like: Period, data_start: date) -> str | None:
    """The name under which a like part has readings; nothing where the data begin later."""
    if like == earlier:
        return earlier.id
    return f"{PART}{like.start}..{like.end}" if like.start >= data_start else None


def _add_links(connection: Connection, links: Sequence[tuple[object, ...]]) -> None:
    put_rows(connection, "more_links", _LINKS, links)
    connection.execute("insert into period_links select * from more_links anti join period_links using (period, until)")


def read_stand_ins(connection: Connection) -> Mapping[str, tuple[Period, ...]]:
    """Part of an earlier period → the periods that it is compared with."""
    rows = connection.rows(
        """
        select distinct parts.period, links.period
        from period_parts as parts
        inner join period_links as links
            on links.until = parts.until and parts.period in (links.previous_period, links.last_year_period)
        order by all
        """
    )
    found: dict[str, tuple[Period, ...]] = {}
    for part, name in rows:
        found[part] = (*found.get(part, ()), parse_period(name))
    return found
