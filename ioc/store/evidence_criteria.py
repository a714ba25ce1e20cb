"""The points behind an index's total."""

from __future__ import annotations

from decimal import Decimal

from ioc.catalog.model import Text
from ioc.store.composed import composed_sql
from ioc.store.evidence_question import Question
from ioc.store.evidence_records import CRITERIA, EvidenceRow, PartEvidence, in_words
from ioc.store.questions import CURRENT
from ioc.store.score_questions import scores_in_view


def criteria(question: Question) -> tuple[PartEvidence, list[EvidenceRow]]:
    """The points that an index's total is the sum of, each with the command that shows its own rows."""
    reading, index = question.reading, question.indicator.score_index
    values = {
        "index_id": index,
        "boundary": reading.boundary,
        "unit": reading.unit_code,
        "period": reading.period,
        "with_inherited": question.indicator.score_part == "total",
    }
    pack = next((found for found in question.catalog.indices if found.id == index), None)
    rows = [
        EvidenceRow(
            part=CRITERIA,
            measure=node,
            rule=f"{in_words(Text(name_vi, name_en))}: {in_words(Text(rule_vi or '', rule_en or ''))}".rstrip(": "),
            counted=points,
            unit_code=reading.unit_code,
            unit_name=reading.unit_name,
            item=indicator,
            statement=_command(question, indicator, None if pack is None else pack.series_of(node)),
        )
        for node, name_vi, name_en, rule_vi, rule_en, points, indicator in question.connection.rows(
            scores_in_view(composed_sql("evidence_criteria"), reading.boundary), values
        )
    ]
    total = sum((row.counted for row in rows if row.counted is not None), Decimal(0))
    return PartEvidence(CRITERIA, reading.numerator, len(rows), total), rows[question.offset :][: question.limit]


def _command(question: Question, indicator: str | None, series: str | None) -> str | None:
    """How to ask for the rows behind a criterion; None where it has no reading of its own."""
    values = {
        "indicator": indicator,
        "series": series,
        "unit": question.reading.unit_code,
        "period": question.reading.period,
    }
    known = question.connection.rows(
        "select 1 from readings where indicator = $indicator and series = $series and unit_code = $unit "
        "and period = $period limit 1",
        values,
    )
    if not known:
        return None
    command = "ioc evidence --indicator {indicator} --period {period} --unit {unit} --series {series}".format(**values)
    return command if question.reading.boundary == CURRENT else f"{command} --boundary {question.reading.boundary}"
