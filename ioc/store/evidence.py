"""The rows behind a reading: which dossiers its measures counted, and from which file each of them came.

All of it is answered by the snapshot itself, its Parquet facts and its copy of the ledger, so that it can be asked
wherever the snapshot is served and stays true for as long as the snapshot is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from ioc.access import Scope
from ioc.catalog.model import Catalog, Indicator, Measure, Text
from ioc.errors import UsageError
from ioc.periods import Period
from ioc.store.asked import ask_readings
from ioc.store.engine import Connection, quoted
from ioc.store.questions import CURRENT, REPORTED, Reading, read_question
from ioc.store.snapshots import OpenSnapshot
from ioc.words import current_language
from ioc.words import gettext as _

NUMERATOR: Final = "numerator"
DENOMINATOR: Final = "denominator"
CRITERIA: Final = "criteria"
PARTS = (NUMERATOR, DENOMINATOR)
DOSSIERS = "dossiers"
"""The fact whose rows the snapshot holds."""
NO_LIMIT = 2**62
KINDS_OF_FACTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "portal": ("national_portal",),
        "certificates": ("certificates",),
        "staff": ("staff",),
        "procedures": ("procedures", "portal_procedures"),
        "forms": ("form_06a", "sql_view_stat", "rest"),
        "documents": ("documents",),
        "messages": ("edxml",),
        "petitions": ("petitions",),
        "plan": ("plan",),
        "reported": ("reported_values",),
        "quality": ("dossier_sync", "sql_view", "national_portal"),
    }
)
"""Which kinds of sources feed a fact whose rows are not in the snapshot."""


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """A dossier that a measure counted; or a file that a figure came from, without a count of its own."""

    part: str
    """numerator | denominator; criteria: the points that an index's total is made of."""
    measure: str
    rule: str
    """What the measure counts, in words."""
    counted: Decimal | None
    """What the row adds to its part."""
    dossier_code: str | None = None
    unit_code: str | None = None
    unit_name: str | None = None
    procedure: str | None = None
    received_at: datetime | None = None
    due_at: datetime | None = None
    due_until: datetime | None = None
    """With the pause of a supplement, and by the procedure's maximum time where no due time is stated."""
    ended_at: datetime | None = None
    status_code: int | None = None
    channel: int | None = None
    source: str | None = None
    file: str | None = None
    row: int | None = None
    sha256: str | None = None
    """Of the file's original bytes."""
    load: int | None = None
    loaded_at: datetime | None = None
    run: str | None = None


@dataclass(frozen=True, slots=True)
class PartEvidence:
    """What was found for the numerator or the denominator."""

    part: str
    stated: Decimal | None
    """As the reading has it."""
    rows: int
    """How many there are, also where fewer are shown."""
    counted: Decimal | None
    """What the rows add up to; None where the snapshot does not hold them."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A reading with what it was made from."""

    reading: Reading
    parts: tuple[PartEvidence, ...]
    rows: tuple[EvidenceRow, ...]
    missing: tuple[str, ...] = ()
    """What the figure counts whose rows are not in the snapshot, in words: only files are named for them."""


@dataclass(frozen=True)
class _Question:
    """What is asked, with what every query needs."""

    snapshot: OpenSnapshot
    connection: Connection
    reading: Reading
    indicator: Indicator
    period: Period
    measures: Mapping[str, Measure]
    limit: int
    missing: list[str] = field(default_factory=list)


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
) -> Evidence:
    """The rows behind one reading, the numerator's first; at most `limit` of each part."""
    if not scope.may_see(unit):
        raise UsageError(_("the rows of the unit {unit} may not be seen").format(unit=unit))
    reading = _reading(snapshot, scope, catalog=catalog, indicator=indicator, period=period, unit=unit, series=series)
    question = _Question(
        snapshot=snapshot,
        connection=snapshot.connection.cursor(),
        reading=reading,
        indicator=indicator,
        period=period,
        measures={measure.id: measure for measure in catalog.measures},
        limit=NO_LIMIT if limit is None else limit,
    )
    try:
        wanted = (CRITERIA,) if indicator.score_index else PARTS if part is None else (part,)
        answers = [_criteria(question)] if indicator.score_index else [_part(question, name) for name in wanted]
    finally:
        question.connection.close()
    known = [(found, rows) for found, rows in answers if found is not None]
    rows = tuple(row for _found, rows in known for row in rows)
    return Evidence(reading, tuple(found for found, _rows in known), rows, tuple(dict.fromkeys(question.missing)))


def _reading(
    snapshot: OpenSnapshot,
    scope: Scope,
    *,
    catalog: Catalog,
    indicator: Indicator,
    period: Period,
    unit: str,
    series: str | None,
) -> Reading:
    found = ask_readings(
        snapshot,
        scope,
        catalog=catalog,
        indicator=indicator,
        period=period,
        series=series,
        boundary=REPORTED if "@" in unit else CURRENT,
    )
    for reading in found:
        if reading.unit_code == unit:
            return reading
    message = _(
        "there is no reading of {indicator} for the unit {unit} in {period}; `ioc values` shows which there are"
    )
    raise UsageError(message.format(indicator=indicator.id, unit=unit, period=period.id))


def _part(question: _Question, part: str) -> tuple[PartEvidence | None, list[EvidenceRow]]:
    series = next(known for known in question.indicator.series if known.id == question.reading.series)
    names = series.numerator if part == NUMERATOR else series.denominator
    if not names:
        return None, []
    measures = [question.measures[name] for name in names]
    stated = question.reading.numerator if part == NUMERATOR else question.reading.denominator
    if all(measure.fact == DOSSIERS for measure in measures):
        rows, count, total = _dossiers(question, part, measures)
        return PartEvidence(part, stated, count, total), rows
    question.missing.extend(in_words(measure.name) for measure in measures)
    files = _files(question, part, measures)
    return PartEvidence(part, stated, len(files), None), files


def _dossiers(question: _Question, part: str, measures: Sequence[Measure]) -> tuple[list[EvidenceRow], int, Decimal]:
    """The rows that are shown, how many there are, and what all of them add up to."""
    files = question.snapshot.dossier_files()
    if not files:
        return [], 0, Decimal(0)
    listed = ", ".join(map(quoted, files))
    question.connection.execute(f"create or replace temp view dossier_facts as select * from read_parquet([{listed}])")
    counted = "\nunion all\n".join(_counted(measure, part, place) for place, measure in enumerate(measures))
    rows = question.connection.rows(
        read_question("evidence_dossiers").format(counted=counted), _moments(question) | {"limit": question.limit}
    )
    if not rows:
        return [], 0, Decimal(0)
    *_columns, count, total = rows[0]
    return [_row(question, row) for row in rows], count, total


def _row(question: _Question, row: Sequence[Any]) -> EvidenceRow:
    part, measure, counted, *rest = row[:-2]
    return EvidenceRow(part, measure, in_words(question.measures[measure].name), counted, *rest)


def _moments(question: _Question) -> dict[str, object]:
    """The period as the build judged it: at its end, or as of the data if that is earlier."""
    period, end = question.period, datetime.combine(question.period.end, time.max)
    as_of = question.reading.as_of or end
    return {
        "unit": question.reading.unit_code,
        "start": period.start,
        "judged_on": min(period.end, as_of.date()),
        "judged_at": min(end, as_of),
    }


def _counted(measure: Measure, part: str, place: int) -> str:
    """The dossiers that a measure counts in the asked period; the same conditions as where it is counted by day."""
    adds, where = _CONDITIONS[measure.kind](measure)
    return (
        f"select '{part}' as part, {place} as place, '{measure.id}' as measure, "
        f"({adds})::decimal(24, 0) as counted, facts.*\nfrom facts where {where}"
    )


def _event(measure: Measure) -> tuple[str, str]:
    when = f"{measure.at} between asked_start and asked_judged_on"
    adds = "1" if measure.value is None else f"coalesce(({measure.value})::bigint, 0)"
    return adds, f"is_received and ({measure.where}) and {when}"


def _cohort(measure: Measure) -> tuple[str, str]:
    when = f"{measure.at} between asked_start and asked_judged_on"
    return "1", f"({measure.where}) and {when} and {measure.judged} >= asked_judged_at"


def _stock(measure: Measure) -> tuple[str, str]:
    return "1", _in_state(measure, "asked_judged_on")


def _opening_stock(measure: Measure) -> tuple[str, str]:
    return "1", _in_state(measure, "asked_start - 1")


def _in_state(measure: Measure, day: str) -> str:
    return f"({measure.where}) and {measure.at} <= {day} and ({measure.until} is null or {measure.until} > {day})"


def _distinct(measure: Measure) -> tuple[str, str]:
    when = f"{measure.at} between asked_start and asked_judged_on"
    # each value counts once: with the first dossier that has it
    first = (
        f"row_number() over (partition by {measure.value} order by received_at, unit_code, dossier_code, version_id)"
    )
    return f"case when {first} = 1 then 1 else 0 end", f"({measure.where}) and {when} and {measure.value} is not null"


_CONDITIONS = {
    "event": _event,
    "cohort": _cohort,
    "stock": _stock,
    "opening_stock": _opening_stock,
    "distinct": _distinct,
}
"""By kind of measure: what a row adds, and which rows are counted."""


def _files(question: _Question, part: str, measures: Sequence[Measure]) -> list[EvidenceRow]:
    """Where the rows came from that the snapshot does not hold."""
    return [row for fact, of_fact in _by_fact(measures) for row in _files_of(question, part, fact, of_fact)]


def _by_fact(measures: Sequence[Measure]) -> Iterator[tuple[str, list[Measure]]]:
    for fact, found in groupby(sorted(measures, key=lambda measure: measure.fact), key=lambda measure: measure.fact):
        yield fact, list(found)


def _files_of(question: _Question, part: str, fact: str, measures: Sequence[Measure]) -> Iterator[EvidenceRow]:
    rows = question.connection.rows(
        read_question("evidence_files"),
        {
            "kinds": list(KINDS_OF_FACTS.get(fact, ("dossier_sync", "sql_view"))),
            "period": question.period.id,
            "limit": question.limit,
        },
    )
    for source, origin, sha256, load, fetched_at, run in rows:
        yield EvidenceRow(
            part=part,
            measure=" + ".join(measure.id for measure in measures),
            rule=" + ".join(in_words(measure.name) for measure in measures),
            counted=None,
            unit_code=question.reading.unit_code,
            unit_name=question.reading.unit_name,
            source=source,
            file=origin,
            sha256=sha256,
            load=load,
            loaded_at=fetched_at,
            run=run,
        )


def _criteria(question: _Question) -> tuple[PartEvidence, list[EvidenceRow]]:
    """The points that an index's total is the sum of; a criterion's own indicator can be asked for its rows."""
    reading, index = question.reading, question.indicator.score_index
    values = {
        "index": index,
        "unit": reading.unit_code,
        "period": reading.period,
        "with_inherited": question.indicator.score_part == "total",
    }
    rows = [
        EvidenceRow(
            part=CRITERIA,
            measure=node,
            rule=f"{in_words(Text(name_vi, name_en))}: {in_words(Text(rule_vi or '', rule_en or ''))}".rstrip(": "),
            counted=points,
            unit_code=reading.unit_code,
            unit_name=reading.unit_name,
        )
        for node, name_vi, name_en, rule_vi, rule_en, points in question.connection.rows(
            read_question("evidence_criteria"), values
        )
    ]
    total = sum((row.counted for row in rows if row.counted is not None), Decimal(0))
    return PartEvidence(CRITERIA, reading.numerator, len(rows), total), rows[: question.limit]


def in_words(text: Text) -> str:
    """A text of the catalogue in the reader's language."""
    return text.en if current_language() == "en" else text.vi
