"""Working days of Vietnamese state offices: Monday to Friday, without public holidays, with the days made up for them.

Holidays with their substitute days and the Saturdays that are worked instead come from the library `holidays`
(Labour Code 2019, Article 112; the Prime Minister's yearly exchanges of days as far as the library knows them).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import holidays

FIRST_YEAR, LAST_YEAR = 2015, 2045
"""The years that are counted; the lunar calendar of the library reaches further than any due date."""
_SATURDAY = 6
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class WorkingDays:
    """Every day from `first_day` on with the number of working days up to and including it, and those days in order."""

    first_day: date
    numbers: tuple[int, ...]
    days: tuple[date, ...]

    def add(self, start: date, count: int) -> date:
        """The day that is `count` working days after `start`; after a day of rest the first is the next day of work."""
        return self.days[self.numbers[(start - self.first_day).days] + count - 1]

    def is_working(self, day: date) -> bool:
        """Whether offices work on a day."""
        return self.days[self.numbers[(day - self.first_day).days] - 1] == day


def count_working_days(*, closures: Collection[date] = (), working_days: Collection[date] = ()) -> WorkingDays:
    """The calendar of the years FIRST_YEAR to LAST_YEAR with an office's own closures and extra days of work."""
    official = holidays.country_holidays("VN", years=range(FIRST_YEAR, LAST_YEAR + 1))
    resting = {*official.keys(), *closures} - {*working_days}
    worked = {*official.weekend_workdays, *working_days} - {*closures}
    first_day = date(FIRST_YEAR, 1, 1)
    numbers: list[int] = []
    days: list[date] = []
    for day in _days(first_day, date(LAST_YEAR, 12, 31)):
        if day in worked or (day.isoweekday() < _SATURDAY and day not in resting):
            days.append(day)
        numbers.append(len(days))
    return WorkingDays(first_day, tuple(numbers), tuple(days))


def _days(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += _ONE_DAY
