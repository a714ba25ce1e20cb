"""Measures → SQL: each group of measures becomes one pass over the relation `dossier_facts`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ioc.catalog.model import Indicator, IndicatorSeries, Measure


def of_kind(measures: Iterable[Measure], *kinds: str) -> tuple[Measure, ...]:
    """The dossier measures of these kinds."""
    return tuple(measure for measure in measures if measure.fact == "dossiers" and measure.kind in kinds)


def sum_columns(measures: Sequence[Measure]) -> str:
    """`sum("a") as "a", …` over wide relations that have a column per measure."""
    return ", ".join(f'coalesce(sum("{measure.id}"), 0)::bigint as "{measure.id}"' for measure in measures)


def event_days(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key and day, a column per event measure beside the number of dossiers."""
    passes = [_event_pass(at, measures, keys) for at in sorted({str(measure.at) for measure in measures})]
    united = "\nunion all by name\n".join(passes)
    sums = f"sum(dossiers)::bigint as dossiers, {sum_columns(measures)}"
    return f"select {keys}, day, {sums} from (\n{united}\n) group by all"


def _event_pass(at: str, measures: Sequence[Measure], keys: str) -> str:
    counts = ",\n    ".join(f'{_event_sum(measure)} as "{measure.id}"' for measure in measures if measure.at == at)
    return (
        f"select {keys}, {at} as day, count(*) as dossiers,\n    {counts}\nfrom dossier_facts\n"
        f"where {at} is not null and is_received\ngroup by all"
    )


def _event_sum(measure: Measure) -> str:
    """How many happened; with a `value`, what that adds up to."""
    if measure.value is None:
        # cheaper than a filter, of which there would be dozens over the same rows
        return f"countif({measure.where})"
    return f"coalesce(sum(({measure.value})::bigint) filter (where {measure.where}), 0)::bigint"


def cohort_days(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key, day, measure and time until which its rows count."""
    return "\nunion all\n".join(
        f"select {keys}, {measure.at} as day, '{measure.id}' as measure, {measure.judged} as judged_until, "
        f"count(*) as value\nfrom dossier_facts where {measure.where} group by all"
        for measure in measures
    )


def stock_deltas(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key, stock and day on which it changed; empty without stocks."""
    if not measures:
        return ""
    changes = "\nunion all\n".join(_stock_changes(measure, keys) for measure in measures)
    return (
        f"select {keys}, measure, day, sum(delta)::bigint as delta from (\n{changes}\n) "
        "where day is not null group by all having sum(delta) <> 0"
    )


def _stock_changes(measure: Measure, keys: str) -> str:
    state = (
        f"select {keys}, {measure.at} as entered, {measure.until} as left_on from dossier_facts "
        f"where {measure.where} and ({measure.until} is null or {measure.at} < {measure.until})"
    )
    return (
        f"select {keys}, '{measure.id}' as measure, entered as day, count(*) as delta from ({state}) group by all\n"
        f"union all\nselect {keys}, '{measure.id}' as measure, left_on as day, -count(*) as delta from ({state}) "
        "where left_on is not null group by all"
    )


def distinct_values(measures: Sequence[Measure], *, keys: str = "unit_code") -> str:
    """One row per key, day, measure and value that occurred."""
    return "\nunion all\n".join(
        f"select {keys}, {measure.at} as day, '{measure.id}' as measure, {measure.value}::varchar as value, "
        f"count(*) as dossiers\nfrom dossier_facts where {measure.where} and {measure.at} is not null group by all"
        for measure in measures
    )


def level_columns(measures: Sequence[Measure], *, level: str = "level") -> str:
    """A column per measure over long rows (measure, level)."""
    columns = (f"max({level}) filter (where measure = '{measure.id}') as \"{measure.id}\"" for measure in measures)
    return ", ".join(columns) or "count(*) as no_measure"


def plain_figures(indicators: Iterable[tuple[int, Indicator]], *, series: str) -> str:
    """One row per indicator, given with the number of its course, and row of `wide`, which has a column per measure."""
    return "\nunion all\n".join(
        _plain_figure(number, indicator, part)
        for number, indicator in indicators
        for part in indicator.series
        if part.id == series
    )


def _plain_figure(number: int, indicator: Indicator, series: IndicatorSeries) -> str:
    is_ratio = bool(series.denominator)
    return (
        f"select {number}::smallint as course_no, unit_no, period_no, {_added(series.numerator)} as numerator, "
        f"{_added(series.denominator)} as denominator, "
        f"value_of(numerator, denominator, {is_ratio}, '{indicator.zero}', {float(series.scale)}::double) as value\n"
        "from wide"
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
