"""Periods: what `2026`, `2026-H1`, `2026-Q3`, `2026-08`, a day or a range mean, in two calendars."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from ioc.errors import UsageError
from ioc.words import current_language, use_language
from ioc.words import gettext as _

VPCP_PREFIX = "vpcp:"
VPCP_FIRST_DAY = 15
FIRST_YEAR, LAST_YEAR = 1990, 2099
_ONE_DAY = timedelta(days=1)
_LAST_SECOND = time(23, 59, 59)
_DATE_FORMAT = "%d/%m/%Y"
_ROMAN = ("I", "II", "III", "IV")
_PATTERN = re.compile(
    r"""(?P<vpcp>vpcp:)?
    (?: (?P<day>\d{4}-\d\d-\d\d) (?: \.\. (?P<until>\d{4}-\d\d-\d\d) )?
      | (?P<year>\d{4}) (?: -H(?P<half>[12]) | -Q(?P<quarter>[1-4]) | -(?P<month>0[1-9]|1[0-2]) )? )""",
    re.VERBOSE | re.ASCII,
)


class Calendar(StrEnum):
    """Calendar months, or those of the Government Office's reports: from the 15th to the 14th."""

    GREGORIAN = "gregorian"
    VPCP = "vpcp"


class PeriodKind(StrEnum):
    YEAR = "year"
    HALF = "half"
    QUARTER = "quarter"
    MONTH = "month"
    DAY = "day"
    YTD = "ytd"
    ROLLING = "rolling"
    """Twelve whole months that are no calendar year."""
    RANGE = "range"


_LETTERS = {PeriodKind.HALF: "H", PeriodKind.QUARTER: "Q"}
_MONTHS_IN = {PeriodKind.YEAR: 12, PeriodKind.HALF: 6, PeriodKind.QUARTER: 3, PeriodKind.MONTH: 1}
_BY_MONTHS = frozenset({*_MONTHS_IN, PeriodKind.YTD, PeriodKind.ROLLING})
"""The kinds that move on by months rather than by a number of days."""


@dataclass(frozen=True)
class Period:
    """A stretch of days with a name; `start` and `end` both belong to it."""

    id: str
    kind: PeriodKind
    start: date
    end: date
    calendar: Calendar = Calendar.GREGORIAN

    def __str__(self) -> str:
        return self.id

    @property
    def year(self) -> int:
        """The year that the period is reported under: that of its last day."""
        return self.end.year

    def contains(self, day: date) -> bool:
        """Whether a day belongs to the period."""
        return self.start <= day <= self.end

    def is_over(self, as_of: date | datetime) -> bool:
        """Whether data as of that day's end, or of that moment, can know the whole period."""
        if not isinstance(as_of, datetime):
            return as_of >= self.end
        # Times are kept to the second, so that a day's last second stands for its end.
        return as_of.replace(tzinfo=None) >= datetime.combine(self.end, _LAST_SECOND)

    def previous(self) -> "Period":
        """The period of the same kind just before; a year to date or a rolling year is followed month by month."""
        if self.kind in _MONTHS_IN:
            return _months_period(self.kind, *self._named_month(-_MONTHS_IN[self.kind]), self.calendar)
        if self.kind is PeriodKind.YTD:
            return year_to_date(_shift_months(self.end, -1))
        if self.kind is PeriodKind.ROLLING:
            return rolling_year(_shift_months(self.end, -1))
        days = self.end - self.start + _ONE_DAY
        return _days_period(self.start - days, self.end - days, is_day=self.kind is PeriodKind.DAY)

    def same_last_year(self) -> "Period":
        """The period of the same name a year earlier."""
        if self.kind in _MONTHS_IN:
            return _months_period(self.kind, *self._named_month(-12), self.calendar)
        is_day = self.kind is PeriodKind.DAY
        start = _shift_months(self.start, -12, keep_month_end=False)
        return _days_period(start, _shift_months(self.end, -12, keep_month_end=not is_day), is_day=is_day)

    def cut(self, until: date) -> "Period":
        """The part up to a day's end, under the name that its days are best known by; the whole period once it is over.

        A ValueError before the period's first day.
        """
        if until < self.start:
            raise ValueError(f"{self.id} has not begun on {until}")
        return self if self.is_over(until) else period_of(self.start, until)

    def like_part(self, earlier: "Period", until: date) -> "Period":
        """The part of an earlier period that had elapsed when as much of it was over as of this one is on a day.

        Periods of months go by the date: 1 to 20 November with 1 to 20 October, a quarter's first month and ten days
        with those of the quarter before; a whole month stays one, and where the earlier month is shorter its end is the
        limit. Other stretches go by the number of days. A period that is over is compared with the whole earlier one.
        """
        if self.is_over(until):
            return earlier
        return earlier.cut(min(max(self._like_day(earlier, until), earlier.start), earlier.end))

    def months(self) -> "tuple[Period, ...]":
        """The calendar months that the period touches, in its own calendar where it consists of months."""
        if self.kind not in _MONTHS_IN:
            return months_between(self.start, self.end)
        count = _MONTHS_IN[self.kind]
        names = (self._named_month(offset) for offset in range(1 - count, 1))
        return tuple(_months_period(PeriodKind.MONTH, *name, self.calendar) for name in names)

    def label(self, language: str | None = None) -> str:
        """The period in words: "Tháng 8/2026", "Quý III/2026", "Lũy kế đến 31/08/2026"."""
        with use_language(language or current_language()):
            words = _label_words(self)
            if self.calendar is Calendar.GREGORIAN:
                return words
            return _("{period} (from {start} to {end})").format(
                period=words, start=self.start.strftime(_DATE_FORMAT), end=self.end.strftime(_DATE_FORMAT)
            )

    def days(self) -> str:
        """Its days in few signs: "01–20/10/2026", "01/07–20/08/2026"."""
        last = self.end.strftime(_DATE_FORMAT)
        if self.start == self.end:
            return last
        if self.start.year != self.end.year:
            return f"{self.start.strftime(_DATE_FORMAT)}–{last}"
        is_same_month = self.start.month == self.end.month
        return f"{self.start.strftime('%d' if is_same_month else '%d/%m')}–{last}"

    def _like_day(self, earlier: "Period", until: date) -> date:
        """The day on which the earlier period was as far on, if it is long enough."""
        if self.kind not in _BY_MONTHS:
            return until + (earlier.start - self.start)
        return _shift_months(until, _month_number(earlier.end) - _month_number(self.end))

    def _named_month(self, months: int) -> tuple[int, int]:
        """Year and month that the period's last month is named for, moved by a number of months."""
        index = _month_number(self.end) + months
        return index // 12, index % 12 + 1


def parse_period(text: str) -> Period:
    """The period of this name; a UsageError says what names there are."""
    found = _PATTERN.fullmatch(text.strip())
    if found is None:
        raise _unknown(text)
    try:
        period = _from_match(found)
    except ValueError as error:
        raise _unknown(text) from error
    if not FIRST_YEAR <= period.year <= LAST_YEAR or period.start > period.end:
        raise _unknown(text)
    return period


def month_of(day: date, calendar: Calendar = Calendar.GREGORIAN) -> Period:
    """The month of a day."""
    return _period_around(PeriodKind.MONTH, day, calendar)


def quarter_of(day: date, calendar: Calendar = Calendar.GREGORIAN) -> Period:
    """The quarter of a day."""
    return _period_around(PeriodKind.QUARTER, day, calendar)


def half_of(day: date, calendar: Calendar = Calendar.GREGORIAN) -> Period:
    """The half-year of a day."""
    return _period_around(PeriodKind.HALF, day, calendar)


def year_of(day: date, calendar: Calendar = Calendar.GREGORIAN) -> Period:
    """The year of a day."""
    return _period_around(PeriodKind.YEAR, day, calendar)


def rolling_year(day: date) -> Period:
    """The twelve calendar months that end with that of the day; those to December bear the name of a year to date."""
    end = _month_end(day.year, day.month)
    return _days_period(_shift_months(end, -12) + _ONE_DAY, end, is_day=False)


def year_to_date(day: date) -> Period:
    """From 1 January to the day."""
    return _days_period(date(day.year, 1, 1), day, is_day=False)


def period_of(start: date, end: date) -> Period:
    """The period that a stretch of days is best known by: one of months in either calendar, else its days."""
    for calendar in Calendar:
        for kind in _MONTHS_IN:
            named = _months_period(kind, end.year, end.month, calendar)
            if (named.start, named.end) == (start, end) and end.month % _MONTHS_IN[kind] == 0:
                return named
    return _days_period(start, end, is_day=start == end)


def months_between(first: date, last: date, calendar: Calendar = Calendar.GREGORIAN) -> tuple[Period, ...]:
    """The months from that of the first day to that of the last, in order."""
    return tuple(_walk_months(first, last, calendar))


def _walk_months(first: date, last: date, calendar: Calendar) -> Iterator[Period]:
    if first > last:
        return
    month = month_of(first, calendar)
    while month.start <= last:
        yield month
        month = month_of(month.end + _ONE_DAY, calendar)


def _from_match(found: re.Match[str]) -> Period:
    """The period that a well-formed name stands for; ValueError for a day that no calendar has."""
    part = found.groupdict()
    calendar = Calendar.VPCP if part["vpcp"] else Calendar.GREGORIAN
    if part["day"]:
        if calendar is Calendar.VPCP:
            raise ValueError("days and ranges have no calendar of their own")
        start = date.fromisoformat(part["day"])
        return _days_period(start, date.fromisoformat(part["until"] or part["day"]), is_day=not part["until"])
    year = int(part["year"])
    for kind, number in ((PeriodKind.HALF, part["half"]), (PeriodKind.QUARTER, part["quarter"])):
        if number:
            return _months_period(kind, year, int(number) * _MONTHS_IN[kind], calendar)
    if part["month"]:
        return _months_period(PeriodKind.MONTH, year, int(part["month"]), calendar)
    return _months_period(PeriodKind.YEAR, year, 12, calendar)


def _period_around(kind: PeriodKind, day: date, calendar: Calendar) -> Period:
    """The period of this kind that a day belongs to; from the 15th on it is the next month's in the other calendar."""
    months = _MONTHS_IN[kind]
    number = _month_number(day) + (calendar is Calendar.VPCP and day.day >= VPCP_FIRST_DAY)
    last = number // months * months + months - 1
    return _months_period(kind, last // 12, last % 12 + 1, calendar)


def _months_period(kind: PeriodKind, year: int, last_month: int, calendar: Calendar = Calendar.GREGORIAN) -> Period:
    """A period of whole months by the month it ends with."""
    count = _MONTHS_IN[kind]
    first = year * 12 + last_month - count
    if calendar is Calendar.VPCP:
        start = date((first - 1) // 12, (first - 1) % 12 + 1, VPCP_FIRST_DAY)
        end = date(year, last_month, VPCP_FIRST_DAY - 1)
    else:
        start = date(first // 12, first % 12 + 1, 1)
        end = _month_end(year, last_month)
    prefix = VPCP_PREFIX if calendar is Calendar.VPCP else ""
    return Period(prefix + _months_name(kind, year, last_month), kind, start, end, calendar)


def _months_name(kind: PeriodKind, year: int, last_month: int) -> str:
    if kind is PeriodKind.YEAR:
        return f"{year:04}"
    if kind is PeriodKind.MONTH:
        return f"{year:04}-{last_month:02}"
    return f"{year:04}-{_LETTERS[kind]}{last_month // _MONTHS_IN[kind]}"


def _days_period(start: date, end: date, *, is_day: bool) -> Period:
    """A day or a range; a range from 1 January within a year is a year to date, one of twelve months a rolling year."""
    kind = PeriodKind.DAY if is_day else _range_kind(start, end)
    name = start.isoformat() if is_day else f"{start.isoformat()}..{end.isoformat()}"
    return Period(name, kind, start, end)


def _range_kind(start: date, end: date) -> PeriodKind:
    if (start.month, start.day) == (1, 1) and start.year == end.year:
        return PeriodKind.YTD
    is_whole_months = start.day == 1 and end == _month_end(end.year, end.month)
    is_twelve = _month_number(end) - _month_number(start) == 11
    return PeriodKind.ROLLING if is_whole_months and is_twelve else PeriodKind.RANGE


def _month_number(day: date) -> int:
    """The months since the year 0 up to that of the day."""
    return day.year * 12 + day.month - 1


def _month_end(year: int, month: int) -> date:
    return date(year + month // 12, month % 12 + 1, 1) - _ONE_DAY


def _shift_months(day: date, months: int, *, keep_month_end: bool = True) -> date:
    """The same day some months away: the last one where that month is shorter, or where the day was the last."""
    index = _month_number(day) + months
    end = _month_end(index // 12, index % 12 + 1)
    was_last = day == _month_end(day.year, day.month)
    return end if keep_month_end and was_last else end.replace(day=min(day.day, end.day))


def _label_words(period: Period) -> str:
    """The words of a period in the current language."""
    start, end = period.start.strftime(_DATE_FORMAT), period.end.strftime(_DATE_FORMAT)
    year, month = period.year, period.end.month
    match period.kind:
        case PeriodKind.YEAR:
            return _("Year {year}").format(year=year)
        case PeriodKind.HALF:
            half = _("First half of {year}") if month == 6 else _("Second half of {year}")
            return half.format(year=year)
        case PeriodKind.QUARTER:
            return _("Quarter {number}/{year}").format(number=_ROMAN[month // 3 - 1], year=year)
        case PeriodKind.MONTH:
            return _("Month {month}/{year}").format(month=month, year=year)
        case PeriodKind.DAY:
            return _("Day {date}").format(date=end)
        case PeriodKind.YTD:
            return _("Year to {date}").format(date=end)
        case PeriodKind.ROLLING:
            return _("12 months to the end of {month}/{year}").format(month=month, year=year)
        case PeriodKind.RANGE:
            return _("From {start} to {end}").format(start=start, end=end)


def _unknown(text: str) -> UsageError:
    return UsageError(
        _(
            "period {text!r}: allowed are a year 2026, a half 2026-H1, a quarter 2026-Q3, a month 2026-08, a day "
            "2026-08-15, a range 2026-08-01..2026-08-31; vpcp: before the first four counts from the 15th to the 14th"
        ).format(text=text)
    )
