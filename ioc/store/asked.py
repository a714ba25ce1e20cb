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
from ioc.store.ranges import range_readings
from ioc.store.snapshots import OpenSnapshot
from ioc.words import gettext as _


def ask_readings(
    snapshot: OpenSnapshot,
    scope: Scope,
    *,
    catalog: Catalog,
    indicator: Indicator,
    period: Period,
    series: str | None,
    boundary: str = questions.CURRENT,
) -> list[Reading]:
    """Readings of every unit in scope; without a series, for each unit those of the first that has any.

    A stretch of days that no build made is counted from the dossiers now, beside what other sources state for it.
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
            boundary=boundary,
        )
    elif not snapshot.manifest.dossiers:
        raise UsageError(not_built(period, built))
    if not _is_to_be_counted(snapshot, indicator, period, series=series, found=found, is_built=period.id in built):
        return [reading for reading in found if series is not None or reading.is_leading]
    counted = range_readings(
        snapshot, scope, catalog=catalog, indicator_id=indicator.id, period=period, boundary=boundary
    )
    return [*counted, *found] if series is not None else _first_of_each_unit(indicator, [*counted, *found])


def not_built(period: Period, built: Sequence[str]) -> str:
    """What to say of a period that nothing is known of."""
    message = _("the period {period} has not been built; there are: {built}")
    return message.format(period=period.id, built=", ".join(built) or "—")


def _is_to_be_counted(
    snapshot: OpenSnapshot,
    indicator: Indicator,
    period: Period,
    *,
    series: str | None,
    found: Sequence[Reading],
    is_built: bool,
) -> bool:
    if series not in (None, ALL_SERIES, COUNTED) or any(reading.series == COUNTED for reading in found):
        return False
    if not is_built:
        return True
    months = [row.start_date for row in questions.periods(snapshot.connection, kind="month")]
    is_countable = any(known.id == COUNTED for known in indicator.series) and bool(snapshot.manifest.dossiers)
    return is_countable and bool(months) and min(months) <= period.start


def _first_of_each_unit(indicator: Indicator, found: Sequence[Reading]) -> list[Reading]:
    order = {known.id: place for place, known in enumerate(indicator.series)}
    first: dict[str, int] = {}
    for reading in found:
        place = order.get(reading.series, len(order))
        first[reading.unit_code] = min(place, first.get(reading.unit_code, place))
    return [reading for reading in found if order.get(reading.series, len(order)) == first[reading.unit_code]]
