"""Periods by the family in which screens offer them: a leader chooses one, and sees its few newest periods first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from ioc.periods import VPCP_PREFIX
from ioc.store.questions import PeriodRow

MONTH = "month"
TRENDS = frozenset({MONTH, "quarter", "half", "year", "rolling"})
"""The kinds whose periods follow each other, so that they make a trend."""


class Span(StrEnum):
    """A family of periods."""

    CALENDAR = "calendar"
    """Months, quarters, half-years and years."""
    TO_DATE = "ytd"
    ROLLING = "rolling"
    REPORTED = "vpcp"
    """Those of the Government Office's reports, from the 15th to the 14th."""
    OTHER = "other"
    """Stretches that only a source speaks of."""


def span_of(period: PeriodRow) -> Span:
    """The family that a period belongs to."""
    if period.calendar == Span.REPORTED:
        return Span.REPORTED
    own = {"ytd": Span.TO_DATE, "rolling": Span.ROLLING, "day": Span.OTHER, "range": Span.OTHER}
    return own.get(period.kind, Span.CALENDAR)


def choose_period(
    periods: Sequence[PeriodRow], *, name: str | None, span: str | None, as_of: datetime | None
) -> PeriodRow | None:
    """The named period; with a family the one of the same name in it, else its newest one that is over.

    `periods` are the newest first. Without either the newest month that is over: a month of a few days says little.
    """
    if span not in tuple(Span):
        return newest(periods, as_of) if name is None else _named(periods, name)
    family = [period for period in periods if span_of(period) == span]
    alike = (name, f"{VPCP_PREFIX}{name}", name.removeprefix(VPCP_PREFIX)) if name else ()
    return next((found for one in alike if (found := _named(family, one))), None) or newest(family, as_of)


def newest(periods: Sequence[PeriodRow], as_of: datetime | None) -> PeriodRow | None:
    """The newest month that is over, else one that has begun; where there are no months the newest period likewise."""
    months = [period for period in periods if period.kind == MONTH and span_of(period) is Span.CALENDAR]
    chosen = months or [period for period in periods if period.kind == MONTH] or periods
    begun = [period for period in chosen if as_of is None or period.start_date <= as_of.date()]
    over = [period for period in begun if as_of is None or period.end_date <= as_of.date()]
    return next(iter(over or begun or chosen), None)


def trend_kind(period: PeriodRow) -> tuple[str, str]:
    """Kind and calendar of the periods that make the trend beside a period."""
    return (period.kind, period.calendar) if period.kind in TRENDS else (MONTH, "gregorian")


def _named(periods: Sequence[PeriodRow], name: str) -> PeriodRow | None:
    return next((period for period in periods if period.period == name), None)
