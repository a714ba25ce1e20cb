"""The rows of the other facts that a measure counts for one unit and period, by the queries that the build sums up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, time
from types import MappingProxyType
from typing import Final

from ioc.catalog.model import Measure
from ioc.store.composed import composed_sql
from ioc.store.engine import quoted
from ioc.store.evidence_dossiers import differing_dossiers, prepare_dossiers
from ioc.store.evidence_question import Question, view

DOSSIER_KINDS: Final = ("dossier_sync", "sql_view")
JUDGED_BY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "procedures": DOSSIER_KINDS,
        "messages": ("edxml",),
        "petitions": ("petitions",),
        "plan": ("plan",),
    }
)
"""As of the newest data of which kinds of sources a fact is judged."""
FRESHNESS: Final = "hours_since_load"


def counted_facts(question: Question, measure: Measure) -> str:
    """The query of the rows that a measure counts, with what each adds; what it reads is made ready."""
    return _COUNTED[measure.fact](question, measure)


def _judged(question: Question, measure: Measure) -> str:
    """Of facts whose rows are judged per period: a column per measure, null where the row is not counted."""
    fact = measure.fact
    view_fact(question, fact)
    _judge(question, as_of=_newest(question, JUDGED_BY[fact]))
    if fact == "messages":
        for name in ("standing_documents", "deliveries"):
            view(question.connection, name, composed_sql(name))
    view(question.connection, f"{fact}_counted", composed_sql(f"counted_{fact}"))
    return _of_column(f"{fact}_counted", measure)


def _registered(question: Question, measure: Measure) -> str:
    """Of the registers of certificates and of staff, which are both judged as of the former's day."""
    for fact in ("certificates", "staff"):
        view_fact(question, fact)
    (as_of,) = question.connection.row("select max(register_as_of) from certificates_facts")
    _judge(question, as_of=as_of and datetime.combine(as_of, time.max).replace(microsecond=0))
    view(question.connection, f"{measure.fact}_counted", composed_sql(f"counted_{measure.fact}"))
    return _of_column(f"{measure.fact}_counted", measure)


def _procedures(question: Question, measure: Measure) -> str:
    view_fact(question, "procedures")
    _judge(question, as_of=_newest(question, JUDGED_BY["procedures"]))
    view(question.connection, "procedures_counted", composed_sql("counted_procedures"))
    view(question.connection, "procedures_used", composed_sql("used_procedures"))
    view(question.connection, "unit_procedures", composed_sql("evidence_procedures"))
    return f'select "{measure.id}" as counted, * from unit_procedures where "{measure.id}" is not null'


def _of_column(relation: str, measure: Measure) -> str:
    return (
        f'select "{measure.id}" as counted, found.* from {relation} as found '
        "inner join asked on asked.asked_unit = found.unit_code and asked.asked_period = found.period "
        f'where "{measure.id}" is not null'
    )


def _stated(question: Question, measure: Measure) -> str:
    """Of figures that a source states for stretches of days."""
    if measure.fact not in question.ready:
        _make_stated(question, measure.fact)
        question.ready.add(measure.fact)
    return f"select * from ({composed_sql('evidence_stated')}) where measure = '{measure.id}'"


def _make_stated(question: Question, fact: str) -> None:
    """The relations stated_counted, stated_speakers and stated_stretches."""
    view_fact(question, fact, only_nearby=True)
    _name_measures(question)
    question.connection.execute(f"create or replace temp table stated_counted as {composed_sql(f'counted_{fact}')}")
    question.connection.execute(
        "create or replace temp table stated as "
        "select distinct $series as series, unit_code, start_date, end_date, measure, adds "
        "from stated_counted inner join stated_measures using (measure)",
        {"series": question.reading.series},
    )
    question.connection.execute(f"create or replace temp table stated_speakers as {composed_sql('stated_speakers')}")
    view(
        question.connection,
        "stated_spans",
        "select speakers.* from stated_speakers as speakers inner join asked on asked.asked_unit = speakers.unit_code",
    )
    view(question.connection, "stated_stretches", composed_sql("stated_stretches"))


def _reported(question: Question, measure: Measure) -> str:
    if "reported" not in question.ready:
        view_fact(question, "reported", only_nearby=True)
        _name_measures(question)
        question.connection.execute(f"create or replace temp table reported as {composed_sql('counted_reported')}")
        view(question.connection, "reported_speakers", composed_sql("reported_speakers"))
        question.ready.add("reported")
    return f"select * from ({composed_sql('evidence_reported')}) where measure = '{measure.id}'"


def _portal(question: Question, measure: Measure) -> str:
    view_fact(question, "portal")
    _name_measures(question)
    view(question.connection, "portal_counted", composed_sql("counted_portal"))
    return (
        "select value as counted, found.unit_code as own_unit_code, found.* exclude (unit_code) "
        "from portal_counted as found "
        "inner join asked on asked.asked_unit = found.unit_code and asked.asked_period = found.period "
        f"where found.measure = '{measure.id}'"
    )


def _quality(question: Question, measure: Measure) -> str:
    return composed_sql("evidence_freshness") if measure.id == FRESHNESS else _gap(question, gap=measure.id)


def _gap(question: Question, *, gap: str) -> str:
    """The dossiers that do not cancel out, and what another series says of all of them at once."""
    terms = [
        (series, question.measures[measure], sign)
        for series, measure, sign in question.connection.rows(
            f"select series, measure, sign from ({composed_sql('gap_terms')}) where gap = $gap", {"gap": gap}
        )
    ]
    published = [(_portal(question, measure), sign) for series, measure, sign in terms if series == "portal"]
    found = [
        f"select * replace ({sign} * counted as counted), true as leads from ({query})"
        for query, sign in published
        if question.connection.rows(f"select 1 from ({query}) where counted is not null")
    ]
    # where the other side says nothing, nothing differs
    if len(found) == len(published) and prepare_dossiers(question):
        found.append(differing_dossiers((measure, sign) for series, measure, sign in terms if series == "dossiers"))
    else:
        found = ["select null::decimal(24, 4) as counted, null::varchar as own_unit_code where false"]
    return composed_sql("evidence_gap").format(found="\nunion all by name\n".join(found))


def view_fact(question: Question, fact: str, *, only_nearby: bool = False) -> None:
    """The relation `<fact>_facts`, from its file; of units that could have a say in the asked figure, or of all."""
    file = question.snapshot.fact_file(fact)
    assert file is not None, fact
    nearby = "where unit_code in (select unit_code from nearby_units)" if only_nearby else ""
    view(question.connection, f"{fact}_facts", f"select * from read_parquet({quoted(file)}) {nearby}")


def _newest(question: Question, kinds: tuple[str, ...]) -> datetime | None:
    found: datetime | None = question.connection.row(
        "select max(as_of) from loads where list_contains($kinds::varchar[], kind) and state = 'loaded'",
        {"kinds": list(kinds)},
    )[0]
    return found


def _judge(question: Question, *, as_of: datetime | None) -> None:
    question.connection.execute(
        f"create or replace temp table periods as {composed_sql('judged_periods')}", {"as_of": as_of}
    )


def _name_measures(question: Question) -> None:
    """The relations catalog_measures, stated_measures and additive_measures."""
    measures = question.catalog.measures
    question.connection.execute(
        """
        create or replace temp table named_measures as
        select
            unnest($ids) as measure, unnest($facts) as fact, unnest($metrics) as metric, unnest($parts) as part,
            unnest($kinds) as kind, unnest($adds::varchar[][]) as adds
        """,
        {
            "ids": [measure.id for measure in measures],
            "facts": [measure.fact for measure in measures],
            "metrics": [measure.metric for measure in measures],
            "parts": [measure.part for measure in measures],
            "kinds": [measure.kind for measure in measures],
            "adds": [sorted(measure.adds) for measure in measures],
        },
    )
    for name, columns, where in (
        ("catalog_measures", "measure, fact, metric, part", "true"),
        ("stated_measures", "measure, kind, adds", "kind in ('flow', 'opening', 'closing')"),
        ("additive_measures", "measure", "list_contains(adds, 'units')"),
    ):
        view(question.connection, name, f"select {columns} from named_measures where {where}")


_COUNTED: Final[Mapping[str, Callable[[Question, Measure], str]]] = MappingProxyType(
    {
        "certificates": _registered,
        "staff": _registered,
        "procedures": _procedures,
        "messages": _judged,
        "petitions": _judged,
        "plan": _judged,
        "forms": _stated,
        "documents": _stated,
        "reported": _reported,
        "portal": _portal,
        "quality": _quality,
    }
)
