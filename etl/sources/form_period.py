"""The stretch of days that a report is about, from the words of its title, its sheet's or its file's name."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ioc.names import fold

_DAY = (
    r"(?:(\d{1,2})[/.~](\d{1,2})(?:[/.~](\d{4}))?|(\d{4})~(\d{2})~(\d{2})|(\d{1,2}) thang (\d{1,2})(?: nam (\d{4}))?)"
)
_LINK = r"\s*(?:,?\s*den\s+(?:het\s+)?(?:ngay\s+)?|~\s*)"
_RANGE: Final = re.compile(rf"(?<![\d/.~])(?:ngay\s+)?{_DAY}{_LINK}{_DAY}(?![\d/.~])")
_YEAR_END = r"\s*(?:nam\s*|[/.,~]\s*|\s)(20\d{2})(?!\d)"
_MANY_MONTHS: Final = re.compile(rf"(?<!\d)(0?[2-9]|1[01]) thang (dau|cuoi)(?: nam)?(?:{_YEAR_END})?")
_MONTH: Final = re.compile(rf"(?<![a-z])(?:thang|t)\s*(0?[1-9]|1[0-2])(?!\d)(?:{_YEAR_END})?")
_QUARTER: Final = re.compile(rf"(?<![a-z])(?:quy|q)\s*(iv|i{{1,3}}|[1-4])(?![a-z0-9])(?:{_YEAR_END})?")
_YEAR: Final = re.compile(r"(?<![a-z])nam\s*(20\d{2})(?!\d)")
_BARE_MONTH: Final = re.compile(r"(?<![\da-z])(?:(0?[1-9]|1[0-2])[./~ ](20\d{2})|(20\d{2})[./~ ](0[1-9]|1[0-2]))(?!\d)")
_ANY_YEAR: Final = re.compile(r"(?<!\d)(20\d{2})(?!\d)")
_ROMAN: Final = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_SIGNED: Final = re.compile(
    r"ngay\s+(\d{1,2})\s*(?:thang\s+(\d{1,2})\s+nam\s+(\d{4})|[/~](\d{1,2})[/~](\d{4}))(?:\s+(\d{1,2})[:h](\d{2}))?"
)
_OTHER_PAPERS: Final = re.compile(r"thong tu|nghi dinh|quyet dinh|cong van|ke hoach|ban hanh|(?:ngay|ky) bao cao truoc")
_MADE: Final = re.compile(r"ngay (?:lap|xuat|in|ket xuat)|thoi diem|luc in|xuat luc|tinh den")
_SIGNED_DAY: Final = re.compile(r"ngay\s+\d{1,2}\s+thang\s+\d{1,2}\s+nam\s+\d{4}")
_NO_MONTH: Final = re.compile(
    r"(?<![a-z\d])(?<!\d )thang\s*(00?|1[3-9]|[2-9]\d)(?!\d)(?=\s*(?:nam\s*|[/.,~])\s*20\d{2})"
)
_ABOUT_PERIOD: Final = re.compile(
    r"(?<![a-z])(?:thang|quy|nam|ky|tu ngay)[^a-z]{0,12}(?:\d|[ivx]+\b)|\d\s*thang (?:dau|cuoi)"
    r"|(?<![\d/.~])\d{1,2}[/.~]20\d{2}(?!\d)"
)
_ONE_DAY: Final = timedelta(days=1)
_DASHES: Final = dict.fromkeys(map(ord, "-‐‑‒–—"), "~")
"""Folding drops them, and between two days they mean something."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of days; both ends belong to it."""

    start: date
    end: date


def find_stretch(texts: Sequence[str], *, elsewhere: Sequence[str] = ()) -> Stretch | None:
    """The stretch that the first of these texts tells which tells one; a year may stand in another of them.

    A range says more than a month, that more than a quarter, a half or a year; `elsewhere` may hold the year.
    """
    folded = [_without_papers(_folded(text)) for text in texts]
    year = _find_year([*folded, *map(_folded, elsewhere)])
    for read in (_ranges, _many_months, _months, _quarters, _years):
        for text in folded:
            found = next(read(text, year), None)
            if found is not None and found.start <= found.end:
                return found
    return None


def find_impossible(texts: Sequence[str]) -> str | None:
    """A range that is no stretch of the calendar, such as one to 31/02/2026, or a month 13; None: there is none."""
    for text in map(_folded, texts):
        if beyond := _NO_MONTH.search(text):
            return f"tháng {beyond[1]}"
        for found in _RANGE.finditer(text):
            stretch = next(_ranges(found.group(), None), None)
            has_years = any(_day_parts(found.groups()[place : place + 9])[0] for place in (0, 9))
            if has_years and (stretch is None or stretch.start > stretch.end):
                return found.group().removeprefix("ngay ").replace("~", "-").replace("den ngay", "đến ngày")
    return None


def speaks_of_period(text: str) -> bool:
    """Whether a line speaks of a month, a quarter, a year or days with their numbers, be it readable or not."""
    folded = _without_papers(_folded(text))
    return not _OTHER_PAPERS.search(folded) and bool(_ABOUT_PERIOD.search(folded))


def find_named_stretch(name: str, *, elsewhere: Sequence[str] = ()) -> Stretch | None:
    """The stretch in the name of a sheet or file: as in a text, and also `10-2026` or `2026-10`."""
    spoken = name.replace("_", " ")
    found = find_stretch([spoken], elsewhere=elsewhere)
    bare = _BARE_MONTH.search(_folded(spoken))
    is_wider = found is None or (found.end - found.start).days > 31
    if bare is not None and is_wider:
        year, month = (bare[2], bare[1]) if bare[1] else (bare[3], bare[4])
        return _whole_months(int(year), int(month), int(month))
    return found


def find_made_at(lines: Sequence[str]) -> datetime | None:
    """When a report says that it was made or signed."""
    for line in map(_folded, lines):
        found = None if _OTHER_PAPERS.search(line) or _RANGE.search(line) else _SIGNED.search(line)
        is_stated = bool(_MADE.search(line) or _SIGNED_DAY.search(line))
        if found is not None and is_stated:
            try:
                day = date(int(found[3] or found[5]), int(found[2] or found[4]), int(found[1]))
                return datetime(day.year, day.month, day.day, int(found[6] or 0), int(found[7] or 0))
            except ValueError:
                continue
    return None


def _folded(text: str) -> str:
    return fold(re.sub(r":(?!\d)", " ", text).translate(_DASHES))


def _without_papers(text: str) -> str:
    """A text without the day of a signature, which would look like a month."""
    return text if _RANGE.search(text) else _SIGNED_DAY.sub(" ", text)


def _find_year(texts: Sequence[str]) -> int | None:
    told = next((found[1] for text in texts if (found := _YEAR.search(text))), None)
    written = (found[1] for text in texts if not _OTHER_PAPERS.search(text) and (found := _ANY_YEAR.search(text)))
    year = told or next(written, None)
    return int(year) if year else None


def _ranges(text: str, year: int | None) -> Iterator[Stretch]:
    for found in _RANGE.finditer(text):
        parts = found.groups()
        first, last = _day_parts(parts[:9]), _day_parts(parts[9:])
        last_year = last[0] or first[0] or year
        if last_year is None:
            continue
        # "15/12 - 14/01" ends in the year after the one it begins in
        first_year = first[0] or (last_year - 1 if (first[1], first[2]) > (last[1], last[2]) else last_year)
        try:
            yield Stretch(date(first_year, first[1], first[2]), date(last_year, last[1], last[2]))
        except ValueError:
            continue


def _day_parts(parts: Sequence[str | None]) -> tuple[int | None, int, int]:
    """Year where it is written, month, day."""
    day, month, year, iso_year, iso_month, iso_day, worded_day, worded_month, worded_year = parts
    found_year = year or iso_year or worded_year
    found_month, found_day = month or iso_month or worded_month, day or iso_day or worded_day
    return int(found_year) if found_year else None, int(found_month or 0), int(found_day or 0)


def _many_months(text: str, year: int | None) -> Iterator[Stretch]:
    """Nine months from the year's beginning, six to its end."""
    for found in _MANY_MONTHS.finditer(text):
        count, which_year = int(found[1]), int(found[3] or year or 0)
        if which_year:
            is_first = found[2] == "dau"
            yield _whole_months(which_year, 1 if is_first else 13 - count, count if is_first else 12)


def _months(text: str, year: int | None) -> Iterator[Stretch]:
    for found in _MONTH.finditer(text):
        which_year = int(found[2] or year or 0)
        if which_year:
            yield _whole_months(which_year, int(found[1]), int(found[1]))


def _quarters(text: str, year: int | None) -> Iterator[Stretch]:
    for found in _QUARTER.finditer(text):
        which_year = int(found[2] or year or 0)
        quarter = _ROMAN.get(found[1]) or int(found[1])
        if which_year:
            yield _whole_months(which_year, quarter * 3 - 2, quarter * 3)


def _years(text: str, _year: int | None) -> Iterator[Stretch]:
    for found in _YEAR.finditer(text):
        yield _whole_months(int(found[1]), 1, 12)


def _whole_months(year: int, first: int, last: int) -> Stretch:
    end = date(year + last // 12, last % 12 + 1, 1) - _ONE_DAY
    return Stretch(date(year, first, 1), end)
