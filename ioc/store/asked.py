"""Readings of one indicator for any period that somebody names: built ones, and what is counted when it is asked."""

from __future__ import annotations

from collections.abc import Sequence

from ioc.access import Scope
from ioc.catalog.model import Catalog, Indicator
from ioc.errors import UsageError
from ioc.periods import Period
from ioc.store import questions
from ioc.store.questions import ALL_SERIES, Reading
from ioc.store.ranges import SERIES as COUNTED
from ioc.store.ranges import can_count, last_dossier_day, range_readings
from ioc.store.snapshots import OpenSnapshot
from ioc.words import gettext as _

NAMED_PERIODS = 40
"""How many periods a message names, the newest first."""


def ask_readings(
    snapshot: OpenSnapshot,
    scope: Scope,
    *,
    catalog: Catalog,
    indicator: Indicator,
    period: Period,
    series: str | None,
    without_small: bool = False,
    boundary: str = questions.CURRENT,
) -> list[Reading]:
    """Readings of every unit in scope; without a series, for each unit those of the first that has any.

    A stretch of days that no build made is counted from the dossiers now, beside what other sources state for it. A
    UsageError where it begins after the last day that they tell of: nothing is known then, which is not zero.
    """
    built = [row.period for row in questions.periods(snapshot.connection)]
    found = []
    if period.id in built:
        found = questions.readings(
            snapshot.connection,
            scope,
            period=period.id,
            indicators=[indicator.id],
            series=series or ALL_SERIES,
            without_small=without_small,
            boundary=boundary,
        )
    elif not snapshot.has_dossiers:
        raise UsageError(not_built(period, built))
    else:
        _refuse_future(snapshot, period, built)
    if not _is_to_be_counted(
        snapshot, period, series=series, found=found, is_built=period.id in built, can=can_count(indicator, catalog)
    ):
        return [reading for reading in found if series is not None or reading.is_leading]
    counted = range_readings(
        snapshot,
        scope,
        catalog=catalog,
        indicator_id=indicator.id,
        period=period,
        without_small=without_small,
        boundary=boundary,
    )
    return [*counted, *found] if series is not None else _first_of_each_unit(indicator, [*counted, *found])


def not_built(period: Period, built: Sequence[str]) -> str:
    """What to say of a period that nothing is known of."""
    message = _("the period {period} has not been built; there are: {built}")
    return message.format(period=period.id, built=_listed(built))


def _refuse_future(snapshot: OpenSnapshot, period: Period, built: Sequence[str]) -> None:
    end = last_dossier_day(snapshot.connection)
    if end is not None and end < period.start:
        message = _(
            "the period {period} begins on {start}, but the data reach {end} only; nothing can be said of it yet. "
            "There are: {built}"
        )
        days = {"start": f"{period.start:%d/%m/%Y}", "end": f"{end:%d/%m/%Y}"}
        raise UsageError(message.format(period=period.id, built=_listed(built), **days))


def _listed(built: Sequence[str]) -> str:
    shown = ", ".join(built[:NAMED_PERIODS]) or "—"
    return f"{shown}, …" if len(built) > NAMED_PERIODS else shown


def _is_to_be_counted(
    snapshot: OpenSnapshot,
    period: Period,
    *,
    series: str | None,
    found: Sequence[Reading],
    is_built: bool,
    can: bool,
) -> bool:
    if series not in (None, ALL_SERIES, COUNTED) or any(reading.series == COUNTED for reading in found):
        return False
    if not is_built:
        return True
    months = [row.start_date for row in questions.periods(snapshot.connection, kind="month", calendar="gregorian")]
    end = last_dossier_day(snapshot.connection)
    if not can or not snapshot.has_dossiers or not months or end is None:
        return False
    # other sources may tell of days that the dossiers do not reach
    return min(months) <= period.start <= end


def _first_of_each_unit(indicator: Indicator, found: Sequence[Reading]) -> list[Reading]:
    order = {known.id: place for place, known in enumerate(indicator.series)}
    first: dict[str, int] = {}
    for reading in found:
        place = order.get(reading.series, len(order))
        first[reading.unit_code] = min(place, first.get(reading.unit_code, place))
    return [reading for reading in found if order.get(reading.series, len(order)) == first[reading.unit_code]]
