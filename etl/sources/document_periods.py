"""The stretch of days that people write over a report, into a column or into a file's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from ioc.errors import UsageError
from ioc.names import fold
from ioc.periods import Period, parse_period

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_DATE = re.compile(
    r"(?<![0-9])(?:(?P<day>[0-9]{1,2})[/. ](?P<month>[0-9]{1,2})[/. ](?P<year>20[0-9]{2})"
    r"|(?P<iso_year>20[0-9]{2})[/. ](?P<iso_month>[0-9]{1,2})[/. ](?P<iso_day>[0-9]{1,2})"
    r"|(?P<packed>[0-9]{8}))(?![0-9])"
)
_WORDED_DATE = re.compile(r"(?<![0-9])([0-9]{1,2}) thang ([0-9]{1,2})(?: nam |/| )(20[0-9]{2})(?![0-9])")
_MARKS = str.maketrans(dict.fromkeys("_=&?+–—", " "))
_NAMED = (
    (
        re.compile(
            r"\b(?:tu )?thang (?P<first_month>[0-9]{1,2})(?: ?(?:/|nam) ?(?P<first_year>20[0-9]{2}))? ?"
            r"(?:den|-) ?(?:het )?thang (?P<month>[0-9]{1,2}) ?(?:/|nam|\b) ?(?P<year>20[0-9]{2})(?![0-9])"
        ),
        "months",
    ),
    (re.compile(r"\bthang (?P<month>[0-9]{1,2}) ?(?:/|nam|\b) ?(?P<year>20[0-9]{2})(?![0-9])"), "month"),
    (re.compile(r"\b(?P<month>[0-9]{1,2}) thang (?:dau )?nam (?P<year>20[0-9]{2})(?![0-9])"), "first_months"),
    (re.compile(r"\b(?P<month>6) thang cuoi nam (?P<year>20[0-9]{2})(?![0-9])"), "second_half"),
    (re.compile(r"\bquy (?P<quarter>[1-4]|iv|i{1,3}) ?(?:/|nam|\b) ?(?P<year>20[0-9]{2})(?![0-9])"), "quarter"),
    (re.compile(r"(?<![0-9])(?P<year>20[0-9]{2}) ?q(?P<quarter>[1-4])\b"), "quarter"),
    (re.compile(r"(?<![0-9])(?P<year>20[0-9]{2})[/. ](?P<month>0[1-9]|1[0-2])(?![0-9])"), "month"),
    (re.compile(r"(?<![0-9/])(?P<month>0?[1-9]|1[0-2])[/.](?P<year>20[0-9]{2})(?![0-9])"), "month"),
    (re.compile(r"\bnam (?P<year>20[0-9]{2})(?![0-9])"), "year"),
)


@dataclass(frozen=True)
class Stretch:
    """First and last day."""

    start: date
    end: date


def find_stretch(text: str) -> Stretch | None:
    """The one stretch of days that a text names: two dates, else a month, quarter or year; None for none or several."""
    words = _WORDED_DATE.sub(r"\1/\2/\3", fold(text.translate(_MARKS)))
    days = list(_dates(words))
    if len(days) == 2:
        return Stretch(*days) if days[0] <= days[1] else None
    if len(days) > 2:
        return None
    named = {_stretch(period) for period in _named_periods(_DATE.sub(" ", words))}
    return named.pop() if len(named) == 1 else None


def read_stretch(text: str) -> Stretch | None:
    """The stretch that a cell or a setting names: as `find_stretch`, or a period as on the command line."""
    try:
        return _stretch(parse_period(text))
    except UsageError:
        return find_stretch(text)


def month_of_first_day(text: str) -> Stretch | None:
    """The month that a spreadsheet has turned into its first day."""
    return _stretch(parse_period(text[:7])) if re.fullmatch(r"20[0-9]{2}-(0[1-9]|1[0-2])-01", text) else None


def _dates(words: str) -> Iterator[date]:
    for found in _DATE.finditer(words):
        part = found.groupdict()
        packed = part["packed"]
        orders = (
            (part["year"], part["month"], part["day"]),
            (part["iso_year"], part["iso_month"], part["iso_day"]),
            # only one of the two orders gives a year of this century and a month at once
            (packed[4:], packed[2:4], packed[:2]) if packed else (None,) * 3,
            (packed[:4], packed[4:6], packed[6:]) if packed else (None,) * 3,
        )
        yield from (day for year, month, number in orders if (day := _day(year, month, number)) is not None)


def _day(year: str | None, month: str | None, day: str | None) -> date | None:
    if year is None or month is None or day is None or not _FIRST_YEAR <= int(year) <= _LAST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _named_periods(words: str) -> Iterator[Period]:
    """The periods of the first way of naming that fits at all: a month says more than its year."""
    for pattern, kind in _NAMED:
        matches = list(pattern.finditer(words))
        if matches:
            yield from (period for match in matches if (period := _named(kind, match.groupdict())) is not None)
            return


def _named(kind: str, part: dict[str, str | None]) -> Period | None:
    year, month = part["year"], int(part.get("month") or 0)
    quarter = part.get("quarter") or ""
    try:
        match kind:
            case "months":
                return _months(part["first_year"] or year, int(part["first_month"] or 0), year, month)
            case "month":
                return parse_period(f"{year}-{month:02}")
            case "first_months":
                return _months(year, 1, year, month)
            case "second_half":
                return parse_period(f"{year}-H2")
            case "quarter":
                return parse_period(f"{year}-Q{_ROMAN.get(quarter) or quarter}")
            case _:
                return parse_period(f"{year}")
    except UsageError:
        return None


def _months(first_year: str | None, first_month: int, year: str | None, month: int) -> Period:
    """From the first day of a month to the last of another."""
    start, end = parse_period(f"{first_year}-{first_month:02}").start, parse_period(f"{year}-{month:02}").end
    return parse_period(f"{start}..{end}")


def _stretch(period: Period) -> Stretch:
    return Stretch(period.start, period.end)
