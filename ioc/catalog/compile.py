"""Measures → SQL: each group of measures becomes one pass over the relation `dossier_facts`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ioc.catalog.model import Indicator, Measure

RECEIVED: Final = "is_received"
"""What all measures of dossiers ask for first."""


@dataclass(frozen=True)
class _Pass:
    """One look at all dossiers: columns by key and day."""

    columns: tuple[str, ...]
    sql: str


@dataclass(frozen=True)
class _Change:
    """Those who enter a stock on a day, or leave it."""

    measure: str
    day: str
    condition: str
    sign: str


def of_kind(measures: Iterable[Measure], *kinds: str) -> tuple[Measure, ...]:
    """The dossier measures of these kinds."""
    return tuple(measure for measure in measures if measure.fact == "dossiers" and measure.kind in kinds)


def columns(measures: Sequence[Measure]) -> str:
    """`"a", …` over wide relations that have a column per measure."""
    return ", ".join(f'"{measure.id}"' for measure in measures)


def sum_columns(measures: Sequence[Measure]) -> str:
    """`sum("a") as "a", …` over wide relations that have a column per measure."""
    return ", ".join(f'coalesce(sum("{measure.id}"), 0)::bigint as "{measure.id}"' for measure in measures)


def event_days(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key and day, a column per event measure beside the number of dossiers."""
    return _joined(
        [_event_pass(day, measures, keys) for day in sorted({str(measure.at) for measure in measures})], keys
    )


def _event_pass(day: str, measures: Sequence[Measure], keys: str) -> _Pass:
    counts = {measure.id: _event_sum(measure) for measure in measures if measure.at == day}
    return _pass(day, {"dossiers": "count(*)"} | counts, RECEIVED, keys)


def _pass(day: str, columns: Mapping[str, str], condition: str, keys: str) -> _Pass:
    made = ",\n    ".join(f'{count} as "{name}"' for name, count in columns.items())
    sql = f"select {keys}, {day} as day,\n    {made}\nfrom dossier_facts\nwhere {day} is not null and ({condition}) "
    return _Pass(tuple(columns), f"{sql}group by all")


def _joined(passes: Sequence[_Pass], keys: str) -> str:
    """The passes side by side: what several of them count is added up. Cheaper than to sum their union."""
    named = [(f"pass_{place}", one) for place, one in enumerate(passes)]
    columns = []
    for column in dict.fromkeys(column for one in passes for column in one.columns):
        total = " + ".join(f'coalesce({name}."{column}", 0)' for name, one in named if column in one.columns)
        columns.append(f'({total})::bigint as "{column}"')
    (first, *others) = (f"({one.sql}) as {name}" for name, one in named)
    joined = first + "".join(f"\nfull join {other} using ({keys}, day)" for other in others)
    return f"select {keys}, day, {', '.join(columns)}\nfrom {joined}"


def _event_sum(measure: Measure) -> str:
    """How many happened; with a `value`, what that adds up to."""
    # the pass has none but received ones
    where = str(measure.where).removeprefix(f"{RECEIVED} and ")
    if measure.value is None:
        # cheaper than a filter, of which there would be dozens over the same rows
        return f"countif({where})"
    return f"coalesce(sum(({measure.value})::bigint) filter (where {where}), 0)::bigint"


def cohort_days(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key, day, measure and time until which its rows count."""
    return "\nunion all\n".join(
        f"select {keys}, {measure.at} as day, '{measure.id}' as measure, {measure.judged} as judged_until, "
        f"count(*) as value\nfrom dossier_facts where {measure.where} group by all"
        for measure in measures
    )


def stock_days(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key and day on which stocks may have changed, a column per stock; empty without stocks.

    Each day that stocks are entered or left on is one pass, whichever of them.
    """
    if not measures:
        return ""
    changes = [change for measure in measures for change in _stock_changes(measure)]
    days = sorted({change.day for change in changes})
    return _joined([_stock_pass([change for change in changes if change.day == day], keys) for day in days], keys)


def _stock_changes(measure: Measure) -> Iterator[_Change]:
    at, until = str(measure.at), str(measure.until)
    yield _Change(measure.id, at, f"{measure.where} and ({until} is null or {at} < {until})", "")
    yield _Change(measure.id, until, f"{measure.where} and {at} < {until}", "-")


def _stock_pass(changes: Sequence[_Change], keys: str) -> _Pass:
    conditions = list(dict.fromkeys(change.condition for change in changes))
    counts = {condition: "count(*)" if len(conditions) == 1 else f"countif({condition})" for condition in conditions}
    columns = {change.measure: f"{change.sign}{counts[change.condition]}" for change in changes}
    return _pass(changes[0].day, columns, " or ".join(f"({condition})" for condition in conditions), keys)


def running_sums(measures: Sequence[Measure]) -> str:
    """The level of each stock over wide changes, as further columns over the window in_order."""
    return "".join(f', sum("{measure.id}") over in_order as "{measure.id}"' for measure in measures)


def distinct_values(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key, day, measure and value that occurred."""
    return "\nunion all\n".join(
        f"select {keys}, {measure.at} as day, '{measure.id}' as measure, {measure.value}::varchar as value, "
        f"count(*) as dossiers\nfrom dossier_facts where {measure.where} and {measure.at} is not null group by all"
        for measure in measures
    )


def long_columns(measures: Sequence[Measure]) -> str:
    """A column per measure over long rows (measure, value)."""
    columns = (f"max(value) filter (where measure = '{measure.id}') as \"{measure.id}\"" for measure in measures)
    return ", ".join(columns) or "count(*) as no_measure"


def plain_figures(indicators: Iterable[tuple[int, Indicator]], *, series: str) -> str:
    """One row per indicator, given with the number of its course, and row of `wide`, which has a column per measure.

    One pass over the rows, each of which becomes as many as there are indicators.
    """
    chosen = [
        (number, indicator, part) for number, indicator in indicators for part in indicator.series if part.id == series
    ]
    columns = {
        "course_no": [f"{number}::smallint" for number, _indicator, _part in chosen],
        "numerator": [_added(part.numerator) for _number, _indicator, part in chosen],
        "denominator": [_added(part.denominator) for _number, _indicator, part in chosen],
        "is_ratio": [str(bool(part.denominator)) for _number, _indicator, part in chosen],
        "zero": [f"'{indicator.zero}'" for _number, indicator, _part in chosen],
        "scale": [f"{float(part.scale)}::double" for _number, _indicator, part in chosen],
    }
    lists = ", ".join(f"unnest([{', '.join(values)}]) as {name}" for name, values in columns.items())
    return (
        "select course_no, unit_no, period_no, numerator, denominator, "
        "value_of(numerator, denominator, is_ratio, zero, scale) as value\n"
        f"from (select unit_no, period_no, {lists} from wide)"
    )


def daily_readings(indicators: Iterable[Indicator], events: Sequence[Measure], stocks: Sequence[Measure]) -> str:
    """One row per indicator, unit and day from the wide relation daily_measures; empty if no indicator has days."""
    kinds = [{measure.id for measure in measures} for measures in (events, stocks)]
    selects = []
    for indicator in sorted(indicators, key=lambda found: found.id):
        for series in indicator.series:
            parts = {*series.numerator, *series.denominator}
            if series.id == "dossiers" and any(parts <= kind for kind in kinds):
                selects.append(_daily_reading(indicator.id, series.numerator, series.denominator))
    return "\nunion all\n".join(selects)


def _daily_reading(indicator_id: str, numerator: Sequence[str], denominator: Sequence[str]) -> str:
    return (
        f"select '{indicator_id}' as indicator, unit_code, day, {_added(numerator)} as numerator, "
        f"{_added(denominator)} as denominator from daily_measures where numerator > 0 or denominator > 0"
    )


def _added(measures: Sequence[str]) -> str:
    """The sum of some columns; null if all of them are."""
    columns = ", ".join(f'"{measure}"' for measure in measures)
    total = columns if len(measures) == 1 else f"list_sum([{columns}])" if measures else "null"
    return f"{total}::decimal(24, 4)"
