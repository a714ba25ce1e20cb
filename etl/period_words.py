"""Periods as people write them in a cell: ids of the product, months and quarters in words, two days."""

import re
from datetime import date
from typing import Final

from ioc.errors import UsageError
from ioc.names import fold
from ioc.periods import FIRST_YEAR, LAST_YEAR, Period, parse_period, period_of

_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_DAY: Final = r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})"
_RANGE: Final = re.compile(rf"(?:tu )?(?:ngay )?{_DAY} *(?:den|-|\.\.|–) *(?:het )?(?:ngay )?{_DAY}")
_IN_WORDS: Final = (
    (re.compile(r"(?:thang |t)?(\d{1,2}) *[/ -] *(?:nam )?(\d{4})"), "{year}-{part:02}"),
    (re.compile(r"quy (i{1,3}|iv|[1-4]) *[/ -] *(?:nam )?(\d{4})"), "{year}-Q{part}"),
    (re.compile(r"6 thang dau nam (\d{4})"), "{year}-H1"),
    (re.compile(r"6 thang cuoi nam (\d{4})"), "{year}-H2"),
    (re.compile(r"nam (\d{4})"), "{year}"),
)


def read_period(text: str) -> Period | None:
    """The period that a cell names, under its best name; None where it names none."""
    try:
        named = parse_period(_as_id(text))
    except UsageError:
        return None
    return named if named.id.startswith("vpcp:") else period_of(named.start, named.end)


def _as_id(text: str) -> str:
    """The product's id for what people write; the text itself where it is something else."""
    words = fold(text.replace("–", "-").replace("-", "\0")).replace("\0", "-")
    two_days = _RANGE.fullmatch(words)
    if two_days:
        return "..".join(_iso_day(*two_days.groups()[place : place + 3]) for place in (0, 3))
    for pattern, form in _IN_WORDS:
        found = pattern.fullmatch(words)
        if found:
            *part, year = found.groups()
            return (
                form.format(year=year, part=_ROMAN.get(part[0], 0) or int(part[0])) if part else form.format(year=year)
            )
    return text


def _iso_day(day: str, month: str, year: str) -> str:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        return ""
    return found.isoformat() if FIRST_YEAR <= found.year <= LAST_YEAR else ""
