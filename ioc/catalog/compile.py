"""Measures → SQL: each group of measures becomes one pass over the relation `dossier_facts`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ioc.catalog.model import Measure


def of_kind(measures: Iterable[Measure], *kinds: str) -> tuple[Measure, ...]:
    """The dossier measures of these kinds."""
    return tuple(measure for measure in measures if measure.fact == "dossiers" and measure.kind in kinds)


def sum_columns(measures: Sequence[Measure]) -> str:
    """`sum("a") as "a", …` over wide relations that have a column per measure."""
    return ", ".join(f'coalesce(sum("{measure.id}"), 0)::bigint as "{measure.id}"' for measure in measures)


def event_days(measures: Sequence[Measure]) -> str:
    """One row per unit and day, a column per event measure; `$as_of` cuts off what lies after it."""
    passes = [_event_pass(at, measures) for at in sorted({str(measure.at) for measure in measures})]
    united = "\nunion all by name\n".join(passes)
    return f"select unit_code, day, {sum_columns(measures)} from (\n{united}\n) group by all"


def _event_pass(at: str, measures: Sequence[Measure]) -> str:
    counts = ",\n    ".join(
        f'count(*) filter (where {measure.where}) as "{measure.id}"' for measure in measures if measure.at == at
    )
    return (
        f"select unit_code, {at} as day,\n    {counts}\nfrom dossier_facts\n"
        f"where {at} <= $as_of::date and is_received\ngroup by all"
    )


def cohort_days(measures: Sequence[Measure]) -> str:
    """One row per unit, day, measure and time until which its rows count."""
    return "\nunion all\n".join(
        f"select unit_code, {measure.at} as day, '{measure.id}' as measure, {measure.judged} as judged_until, "
        f"count(*) as value\nfrom dossier_facts where {measure.where} group by all"
        for measure in measures
    )


def stock_deltas(measures: Sequence[Measure]) -> str:
    """One row per unit, stock and day on which it changed; empty without stocks."""
    if not measures:
        return ""
    changes = "\nunion all\n".join(_stock_changes(measure) for measure in measures)
    return (
        f"select unit_code, measure, day, sum(delta)::bigint as delta from (\n{changes}\n) "
        "where day <= $as_of::date group by all having sum(delta) <> 0"
    )


def _stock_changes(measure: Measure) -> str:
    state = (
        f"select unit_code, {measure.at} as entered, {measure.until} as left_on from dossier_facts "
        f"where {measure.where} and ({measure.until} is null or {measure.at} < {measure.until})"
    )
    return (
        f"select unit_code, '{measure.id}' as measure, entered as day, count(*) as delta from ({state}) group by all\n"
        f"union all\nselect unit_code, '{measure.id}', left_on, -count(*) from ({state}) "
        "where left_on is not null group by all"
    )


def distinct_values(measures: Sequence[Measure]) -> str:
    """One row per unit, day, measure and value that occurred."""
    return "\nunion all\n".join(
        f"select distinct unit_code, {measure.at} as day, '{measure.id}' as measure, "
        f"{measure.value}::varchar as value\n"
        f"from dossier_facts where {measure.where} and {measure.at} <= $as_of::date"
        for measure in measures
    )
