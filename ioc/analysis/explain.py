"""Asks a snapshot why a figure moved between two periods, or differs between two units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from ioc.access import Scope
from ioc.analysis.change import REST, Change, GroupCount, Points, PointsChange, split_change, split_points
from ioc.errors import UsageError
from ioc.store import case_questions, questions, score_questions
from ioc.store.case_questions import BreakdownRow
from ioc.store.engine import Connection
from ioc.store.questions import Reading
from ioc.store.score_questions import NodeScore
from ioc.words import current_language
from ioc.words import gettext as _

DOSSIERS = "dossiers"
TOTAL = "total"


class Way(StrEnum):
    """By what a difference is taken apart."""

    PROCEDURE = "procedure"
    FIELD = "field"
    CHANNEL = "channel"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Place:
    """One side of a comparison."""

    unit: str
    period: str
    boundary: str = questions.CURRENT


@dataclass(frozen=True, slots=True)
class Counted:
    """How the breakdown of dossiers counts an indicator."""

    numerator: str
    denominator: str
    channels: tuple[tuple[str, str | None, str], ...] = ()
    """Where it can be taken apart by channel: each channel's numerator (None: no case of it counts) and denominator."""


def _share_of(channel: str, numerator: str) -> Counted:
    """A share of all dossiers that only one channel's can be in."""
    channels = tuple((name, numerator if name == channel else None, name) for name in CHANNELS)
    return Counted(numerator, "received", channels)


CHANNELS = ("online", "counter", "postal")
BROKEN_DOWN: Mapping[str, Counted] = MappingProxyType(
    {
        "ontime_766": Counted(
            "on_time", "judged", tuple((name, f"{name}_on_time", f"{name}_judged") for name in CHANNELS)
        ),
        "online_ontime": Counted("online_on_time", "online_judged"),
        "online_submission_766": _share_of("online", "online_766"),
        "online_submission_simple": _share_of("online", "online"),
        "direct_rate": _share_of("counter", "counter"),
        "postal_rate": _share_of("postal", "postal"),
        "pay_dossier_online": Counted("paid_online", "fee_bearing"),
    }
)
"""The indicators that the breakdown of dossiers can be asked about; any other rate is taken apart by unit."""


def ways_of(indicator: str) -> tuple[Way, ...]:
    """By what an indicator's difference can be taken apart, the first unless another is asked for."""
    counted = BROKEN_DOWN.get(indicator)
    if counted is None:
        return (Way.UNIT,)
    channel = (Way.CHANNEL,) if counted.channels else ()
    return (Way.PROCEDURE, Way.FIELD, *channel, Way.UNIT)


def explain_reading(
    connection: Connection, scope: Scope, *, indicator: str, before: Place, after: Place, way: Way
) -> Change:
    """The difference of an indicator between two places, by procedure, field, channel or unit."""
    allowed = ways_of(indicator)
    if way not in allowed:
        message = _("{indicator} cannot be explained by {way}; allowed: {allowed}")
        raise UsageError(message.format(indicator=indicator, way=way, allowed=", ".join(allowed)))
    if way is Way.UNIT and before.unit != after.unit:
        raise UsageError(_("two units are not made of the same units; ask by procedure, field or channel"))
    series = DOSSIERS
    if way is Way.UNIT:
        series = _common_series(connection, scope, indicator=indicator, before=before, after=after)
    sides = [
        _groups(connection, scope, indicator=indicator, place=place, way=way, series=series)
        for place in (before, after)
    ]
    return split_change(*sides)


def explain_points(connection: Connection, scope: Scope, *, index: str, before: Place, after: Place) -> PointsChange:
    """The difference of an index's total between two places, criterion by criterion."""
    trees = [
        score_questions.score_tree(
            connection, scope, index=index, unit=place.unit, period=place.period, boundary=place.boundary
        )
        for place in (before, after)
    ]
    for place, tree in zip((before, after), trees, strict=True):
        if not any(node.kind == TOTAL and node.points is not None for node in tree):
            message = _("{unit} has no total of {index} in {period}")
            raise UsageError(message.format(unit=place.unit, index=index, period=place.period))
    total = next(node.node for node in trees[0] if node.kind == TOTAL)
    return split_points(_points(trees[0]), _points(trees[1]), total=total)


def _points(tree: Sequence[NodeScore]) -> list[Points]:
    is_english = current_language() == "en"
    return [
        Points(node.node, node.name_en if is_english else node.name_vi, node.parent_node, node.points) for node in tree
    ]


def _groups(
    connection: Connection, scope: Scope, *, indicator: str, place: Place, way: Way, series: str
) -> list[GroupCount]:
    whole = _reading(connection, scope, indicator=indicator, place=place, series=series)
    if way is Way.UNIT:
        groups = _units(connection, scope, whole=whole)
    else:
        by = "procedure" if way is Way.PROCEDURE else "field"
        rows = case_questions.breakdown(
            connection, scope, unit=place.unit, period=place.period, by=by, boundary=place.boundary
        )
        counted = BROKEN_DOWN[indicator]
        groups = _channels(rows, counted) if way is Way.CHANNEL else [_group(row, counted) for row in rows]
    return _with_rest(groups, whole)


def _reading(connection: Connection, scope: Scope, *, indicator: str, place: Place, series: str) -> Reading:
    """The rate itself, with its counts."""
    found = _all_readings(connection, scope, indicator=indicator, place=place)
    own = next((reading for reading in found if reading.series == series), None)
    names = {"indicator": indicator, "unit": place.unit, "period": place.period, "series": series}
    if own is None and found:
        others = ", ".join(dict.fromkeys(reading.series for reading in found))
        message = _("{series} tell nothing of {indicator} of {unit} in {period}; what tells it: {others}")
        hint = _("; ask by unit") if series == DOSSIERS else ""
        raise UsageError(message.format(others=others, **names) + hint)
    if own is None:
        raise UsageError(_("{indicator} of {unit} is not known in {period}").format(**names))
    if not _is_plain_rate(own):
        message = _("{indicator} of {unit} is no rate with counted cases in {period} (series {series})")
        raise UsageError(message.format(**names))
    return own


def _all_readings(connection: Connection, scope: Scope, *, indicator: str, place: Place) -> list[Reading]:
    """Of every series, the leading one first."""
    found = questions.readings(
        connection,
        scope,
        period=place.period,
        indicators=[indicator],
        units=[place.unit],
        series=questions.ALL_SERIES,
        boundary=place.boundary,
    )
    return sorted(found, key=lambda reading: not reading.is_leading)


def _is_plain_rate(reading: Reading) -> bool:
    """Whether the value is numerator by denominator, and no rate that is scaled."""
    if reading.numerator is None or not reading.denominator or reading.value is None:
        return False
    return abs(float(reading.numerator / reading.denominator) - reading.value) < 1e-9


def _common_series(connection: Connection, scope: Scope, *, indicator: str, before: Place, after: Place) -> str:
    """The series that both sides are told by: the one that leads after, where before knows it too."""
    known = _all_readings(connection, scope, indicator=indicator, place=before)
    rates = {reading.series for reading in known if _is_plain_rate(reading)}
    found = _all_readings(connection, scope, indicator=indicator, place=after)
    if not found:
        message = _("{indicator} of {unit} is not known in {period}")
        raise UsageError(message.format(indicator=indicator, unit=after.unit, period=after.period))
    common = (reading.series for reading in found if reading.series in rates and _is_plain_rate(reading))
    return next(common, found[0].series)


def _units(connection: Connection, scope: Scope, *, whole: Reading) -> list[GroupCount]:
    """The units right below."""
    found = questions.readings(
        connection,
        scope,
        period=whole.period,
        indicators=[whole.indicator],
        parent=whole.unit_code,
        series=whole.series,
        boundary=whole.boundary,
    )
    groups = [
        GroupCount(reading.unit_code, reading.unit_name, _shortest(reading.numerator), _shortest(reading.denominator))
        for reading in found
        if reading.numerator is not None and reading.denominator
    ]
    if not groups:
        message = _("{unit} has no units below it with {indicator} in {period}")
        raise UsageError(message.format(unit=whole.unit_code, indicator=whole.indicator, period=whole.period))
    return groups


def _group(row: BreakdownRow, counted: Counted) -> GroupCount:
    key = row.procedure_base or row.field_name or ""
    name = row.name or row.procedure_base or _("no field named")
    return GroupCount(key, name, getattr(row, counted.numerator), getattr(row, counted.denominator))


def _channels(rows: Sequence[BreakdownRow], counted: Counted) -> list[GroupCount]:
    words = {"online": _("online"), "counter": _("at the counter"), "postal": _("by post")}
    return [
        GroupCount(channel, words[channel], _sum(rows, numerator) if numerator else 0, _sum(rows, denominator))
        for channel, numerator, denominator in counted.channels
    ]


def _sum(rows: Sequence[BreakdownRow], column: str) -> int:
    return sum(getattr(row, column) for row in rows)


def _with_rest(groups: list[GroupCount], whole: Reading) -> list[GroupCount]:
    """The groups, and one more for the cases of the whole that none of them holds."""
    assert whole.numerator is not None
    assert whole.denominator is not None
    cases = whole.denominator - sum((Decimal(group.denominator) for group in groups), Decimal(0))
    counted = whole.numerator - sum((Decimal(group.numerator) for group in groups), Decimal(0))
    if cases == 0 and counted == 0:
        return groups
    if counted < 0 or cases <= 0 or counted > cases:
        message = _("the parts of {indicator} of {unit} in {period} hold other cases than the whole")
        raise UsageError(message.format(indicator=whole.indicator, unit=whole.unit_code, period=whole.period))
    return [*groups, GroupCount(REST, _("what is not broken down"), _shortest(counted), _shortest(cases))]


def _shortest(cases: Decimal) -> int | Decimal:
    """Cases are whole, but for measures that add up hours or money."""
    return int(cases) if cases == cases.to_integral_value() else cases
