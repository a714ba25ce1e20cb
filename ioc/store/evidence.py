"""The rows behind a reading: what its measures counted, and from which file each row came.

All of it is answered by the snapshot itself, its Parquet facts and its copy of the ledger, so that it can be asked
wherever the snapshot is served and stays true for as long as the snapshot is kept.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from itertools import groupby
from typing import Final

from ioc.access import Scope
from ioc.catalog.model import Catalog, Indicator, Measure
from ioc.errors import UsageError
from ioc.periods import Period
from ioc.store.asked import ask_readings
from ioc.store.composed import composed_sql
from ioc.store.evidence_criteria import criteria
from ioc.store.evidence_dossiers import counted_dossiers, prepare_dossiers
from ioc.store.evidence_facts import counted_facts
from ioc.store.evidence_question import Question, prepare
from ioc.store.evidence_records import (
    DENOMINATOR,
    NUMERATOR,
    Evidence,
    EvidenceRow,
    EvidenceStream,
    PartEvidence,
    in_words,
)
from ioc.store.questions import CURRENT, REPORTED, Reading
from ioc.store.snapshots import OpenSnapshot
from ioc.words import gettext as _

__all__ = ["Evidence", "EvidenceRow", "EvidenceStream", "PartEvidence", "evidence", "open_evidence"]

PARTS = (NUMERATOR, DENOMINATOR)
DOSSIERS = "dossiers"
ROW_COLUMNS: Final = (
    "own_unit_code|source_id|load_id|row_no|dossier_code|procedure_base|received_at|due_at|due_until|ended_at|"
    "status_code|channel|item|day|statement|leads"
)
"""What of a counted row is shown, where its fact has it."""


def evidence(
    snapshot: OpenSnapshot,
    scope: Scope,
    *,
    catalog: Catalog,
    indicator: Indicator,
    period: Period,
    unit: str,
    series: str | None = None,
    part: str | None = None,
    limit: int | None = None,
    boundary: str | None = None,
    offset: int = 0,
) -> Evidence:
    """The rows behind one reading in a view of the boundaries, the numerator's first.

    Of each part at most `limit`, after the first `offset`.
    """
    with open_evidence(
        snapshot,
        scope,
        catalog=catalog,
        indicator=indicator,
        period=period,
        unit=unit,
        series=series,
        part=part,
        limit=limit,
        boundary=boundary,
        offset=offset,
    ) as found:
        rows = tuple(found.rows)
        return Evidence(found.reading, tuple(found.parts), rows, tuple(dict.fromkeys(found.missing)))


@contextmanager
def open_evidence(
    snapshot: OpenSnapshot,
    scope: Scope,
    *,
    catalog: Catalog,
    indicator: Indicator,
    period: Period,
    unit: str,
    series: str | None = None,
    part: str | None = None,
    limit: int | None = None,
    boundary: str | None = None,
    offset: int = 0,
) -> Iterator[EvidenceStream]:
    """The same row by row, however many there are."""
    if not scope.may_see(unit):
        raise UsageError(_("the rows of the unit {unit} may not be seen").format(unit=unit))
    view = boundary or (REPORTED if "@" in unit else CURRENT)
    asked = ask_readings(
        snapshot, scope, catalog=catalog, indicator=indicator, period=period, series=series, boundary=view
    )
    reading = _of_unit(asked, unit, indicator=indicator, period=period)
    question = Question(
        snapshot=snapshot,
        connection=snapshot.connection.cursor(),
        reading=reading,
        indicator=indicator,
        period=period,
        catalog=catalog,
        measures={measure.id: measure for measure in catalog.measures},
        limit=limit,
        offset=offset,
    )
    parts: list[PartEvidence] = []
    try:
        prepare(question)
        rows = _all_rows(question, PARTS if part is None else (part,), parts)
        yield EvidenceStream(reading, rows, parts, question.missing)
    finally:
        question.connection.close()


def _of_unit(found: Sequence[Reading], unit: str, *, indicator: Indicator, period: Period) -> Reading:
    for reading in found:
        if reading.unit_code == unit:
            return reading
    message = _(
        "there is no reading of {indicator} for the unit {unit} in {period}; `ioc values` shows which there are"
    )
    raise UsageError(message.format(indicator=indicator.id, unit=unit, period=period.id))


def _all_rows(question: Question, wanted: Sequence[str], parts: list[PartEvidence]) -> Iterator[EvidenceRow]:
    """The rows of each part after the other; what is said of a part as a whole goes to `parts`."""
    if question.indicator.score_index:
        part, rows = criteria(question)
        parts.append(part)
        yield from rows
        return
    series = next(known for known in question.indicator.series if known.id == question.reading.series)
    for name in wanted:
        is_numerator = name == NUMERATOR
        measures = [question.measures[each] for each in (series.numerator if is_numerator else series.denominator)]
        stated = question.reading.numerator if is_numerator else question.reading.denominator
        if measures:
            parts.append((yield from _rows(question, name, measures, stated=stated)))


def _rows(
    question: Question, part: str, measures: Sequence[Measure], *, stated: Decimal | None
) -> Generator[EvidenceRow, None, PartEvidence]:
    """The rows that are shown; then how many there are, and what all of them add up to."""
    if any(measure.fact != DOSSIERS for measure in measures) and not question.snapshot.manifest.facts:
        question.missing.extend(in_words(measure.name) for measure in measures)
        return PartEvidence(part, stated, 0, None)
    count, shown, totals = 0, 0, list[Decimal | None]()
    # each fact is judged as of its own data, so they are asked one after the other
    for fact, of_fact in groupby(measures, key=lambda measure: measure.fact):
        counted = _counted(question, fact, list(of_fact))
        rows, total = question.connection.row(composed_sql("evidence_totals").format(counted=counted))
        skipped = min(rows, max(question.offset - count, 0))
        limit = rows - skipped if question.limit is None else min(rows - skipped, question.limit - shown)
        if limit:
            yield from _shown(question, part, counted, limit=limit, offset=skipped)
        count, shown = count + rows, shown + limit
        totals += [total] if rows else []
    # no rows add up to nothing, but not for a figure that is unknown
    known = [total for total in totals if total is not None]
    is_known = len(known) == len(totals) and (totals or stated is not None)
    return PartEvidence(part, stated, count, _plain(sum(known, Decimal(0))) if is_known else None)


def _counted(question: Question, fact: str, measures: Sequence[Measure]) -> str:
    """The query of everything that measures of one fact counted."""
    if fact == DOSSIERS:
        queries = [counted_dossiers(measure) for measure in measures] if prepare_dossiers(question) else []
    else:
        queries = [counted_facts(question, measure) for measure in measures]
    found = [
        f"    select {place} as place, '{measure.id}' as measure, counted::decimal(24, 4) as counted, "
        f"columns('^({ROW_COLUMNS})$')\n    from (\n{query}\n)"
        for place, (measure, query) in enumerate(zip(measures, queries, strict=False))
    ]
    nothing = "    select null::varchar as own_unit_code where false"
    return composed_sql("evidence_counted").format(found="\n    union all by name\n".join(found or [nothing]))


def _shown(question: Question, part: str, counted: str, *, limit: int, offset: int) -> Iterator[EvidenceRow]:
    query = composed_sql("evidence_rows").format(counted=counted)
    for measure, adds, *rest in question.connection.stream(f"{query}limit {limit} offset {offset}"):
        rule = in_words(question.measures[measure].name)
        yield EvidenceRow(part, measure, rule, None if adds is None else _plain(adds), *rest)


def _plain(value: Decimal) -> Decimal:
    """Without zeros behind the point."""
    whole = value.to_integral_value()
    return whole if whole == value else value.normalize()
