"""Periods, and terms in days, working days, working hours and months."""

from __future__ import annotations

import calendar
from datetime import date, datetime, time, timedelta

import holidays

from tests.oracle.raw import Span

HOLIDAYS = holidays.country_holidays("VN", years=range(2024, 2028))
END_OF_DAY = time(23, 59, 59, 999999)
OFFICE_HOURS = ((time(8), time(12)), (time(13), time(17)))
ONE_DAY = timedelta(days=1)


def is_working(day: date) -> bool:
    """Offices work from Monday to Friday but on holidays, and on the days of rest that are exchanged for others."""
    return day in HOLIDAYS.weekend_workdays or (day.isoweekday() <= 5 and day not in HOLIDAYS)


def add_working_days(start: date, count: int) -> date:
    """The day on which so many working days after a day are over."""
    while not is_working(start):
        start -= ONE_DAY
    while count > 0:
        start += ONE_DAY
        count -= is_working(start)
    return start


def add_working_hours(start: datetime, hours: float) -> datetime:
    """The moment at which so many hours of work are over: walks through the office hours of one day after the other."""
    left = timedelta(hours=hours)
    day = start.date()
    while True:
        for opening, closing in OFFICE_HOURS if is_working(day) else ():
            begin = max(start, datetime.combine(day, opening))
            end = datetime.combine(day, closing)
            if begin + left <= end:
                return begin + left
            left -= max(end - begin, timedelta())
        day += ONE_DAY


def add_months(start: date, count: int) -> date:
    """The same day of a later month, or its last one."""
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def last_day_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def days_of(period: str) -> tuple[date, date]:
    """Both days of a period by its name."""
    if ".." in period:
        first, last = period.split("..")
        return date.fromisoformat(first), date.fromisoformat(last)
    year, _dash, part = period.partition("-")
    if not part:
        return date(int(year), 1, 1), date(int(year), 12, 31)
    first_month, months = (int(part[1]) * 3 - 2, 3) if part.startswith("Q") else (int(part), 1)
    start = date(int(year), first_month, 1)
    return start, last_day_of_month(add_months(start, months - 1))


def standard_spans(first: date, last: date) -> list[Span]:
    """Months, quarters, half-years and years of both calendars, years to date and rolling years of the days between."""
    spans: dict[str, Span] = {}
    for day in (first + timedelta(days=number) for number in range((last - first).days + 1)):
        year, month = day.year, day.month
        following = (year + month // 12, month % 12 + 1)
        ends = date(*following, 1) - timedelta(days=1)
        reported = following if day.day >= 15 else (year, month)
        found = [
            *_named("", year, month, first_day=1),
            *_named("vpcp:", *reported, first_day=15),
            Span(f"{year}-01-01..{ends}", "ytd", date(year, 1, 1), ends),
        ]
        begins = date(following[0] - 1, following[1], 1)
        if begins >= first.replace(day=1) and ends <= last and month != 12:
            found.append(Span(f"{begins}..{ends}", "rolling", begins, ends))
        spans |= {span.name: span for span in found}
    return list(spans.values())


def _named(prefix: str, year: int, month: int, *, first_day: int) -> list[Span]:
    """The month with its quarter, half-year and year; where months begin on the 15th, the one before is meant."""
    found = []
    lengths = ((1, "month", "-{n:02}"), (3, "quarter", "-Q{n}"), (6, "half", "-H{n}"), (12, "year", ""))
    for length, kind, name in lengths:
        number = (month - 1) // length + 1
        last_month = number * length
        before = 12 * year + last_month - length - 1 + (first_day == 1)
        after = before + length
        start = date(before // 12, before % 12 + 1, first_day)
        end = date(after // 12, after % 12 + 1, first_day) - timedelta(days=1)
        found.append(Span(f"{prefix}{year}{name.format(n=number)}", kind, start, end))
    return found


def moment_judged(span: Span, as_of: datetime) -> datetime:
    """A period is judged at its end, or as of the newest data."""
    return min(datetime.combine(span.end, END_OF_DAY), as_of)


def is_before(due: datetime, other: datetime) -> bool:
    """Whether a due time is over; one at 0:00 stands for its whole day."""
    return due.date() < other.date() if due.time() == time() else due < other
