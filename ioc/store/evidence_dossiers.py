"""The dossiers that a measure counts for one unit and period: the same conditions as where it is counted by day."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from ioc.catalog.model import Measure
from ioc.store.evidence_question import Question, view

SHOWN: Final = (
    "load_id, row_no, source_id, dossier_code, unit_code as own_unit_code, procedure_base, "
    "received_at, due_at, due_until, ended_at, status_code, channel"
)


def prepare_dossiers(question: Question) -> bool:
    """The relation member_dossiers: those of the asked unit and the units below it; False where there are no files."""
    has_dossiers = question.snapshot.has_dossiers
    if has_dossiers:
        # read once for each measure, and then only the columns that it needs
        view(
            question.connection,
            "member_dossiers",
            f"select facts.*, asked.* from ({question.snapshot.dossiers_sql()}) as facts cross join asked "
            "where facts.unit_code in (select unit_code from members)",
        )
    return has_dossiers


def counted_dossiers(measure: Measure) -> str:
    """The query of the dossiers that a measure counts, with what each adds."""
    adds, where = _CONDITIONS[measure.kind](measure)
    return f"select ({adds})::bigint as counted, {SHOWN}\nfrom member_dossiers where {where}"


def differing_dossiers(terms: Iterable[tuple[Measure, int]]) -> str:
    """The query of the dossiers that do not cancel out when some measures are added up, each with its sign."""
    sums, words = [], []
    for measure, sign in terms:
        adds, where = _CONDITIONS[measure.kind](measure)
        sums.append(f"{sign} * case when {where} then ({adds})::bigint else 0 end")
        words.append(f"case when {where} then '{'+' if sign > 0 else '-'}{measure.id}' end")
    added = " + ".join(sums)
    return (
        f"select * from (select ({added})::bigint as counted, {SHOWN}, concat_ws(' ', {', '.join(words)}) as statement "
        "from member_dossiers) where counted <> 0"
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
