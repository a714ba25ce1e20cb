"""What is asked of the rows behind a reading, and what every query of them needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time

from ioc.catalog.model import Catalog, Indicator, Measure
from ioc.periods import Period
from ioc.store.composed import composed_sql
from ioc.store.engine import Connection
from ioc.store.questions import REPORTED, Reading
from ioc.store.snapshots import OpenSnapshot
from ioc.store.warehouse import read_sql


@dataclass(frozen=True)
class Question:
    """A reading, and where its rows are looked for."""

    snapshot: OpenSnapshot
    connection: Connection
    """With temporary relations of its own."""
    reading: Reading
    indicator: Indicator
    period: Period
    catalog: Catalog
    measures: Mapping[str, Measure]
    limit: int | None
    offset: int = 0
    """How many rows of each part come before those that are shown."""
    ready: set[str] = field(default_factory=set)
    """The facts whose relations are made once for the whole question."""
    missing: list[str] = field(default_factory=list)
    """What is counted from rows that the snapshot does not hold, in words."""


def view(connection: Connection, name: str, query: str) -> None:
    """Gives a query a name for those that follow on this connection."""
    connection.execute(f"create or replace temp view {name} as\n{query}")


def prepare(question: Question) -> None:
    """The relations asked (one row), members, rollup, nearby_units, period_frame, period_parts and source_promises."""
    period, reading = question.period, question.reading
    end = datetime.combine(period.end, time.max)
    as_of = reading.as_of or end
    question.connection.execute(
        """
        create or replace temp table asked as
        select
            $unit::varchar as asked_unit, $period::varchar as asked_period, $start::date as asked_start,
            $judged_on::date as asked_judged_on, $judged_at::timestamp as asked_judged_at
        """,
        # dossiers are judged as the build judged them: at the period's end, or as of the data if that is earlier
        {
            "unit": reading.unit_code, "period": reading.period, "start": period.start,
            "judged_on": min(period.end, as_of.date()), "judged_at": min(end, as_of),
        },
    )  # fmt: skip
    question.connection.execute(read_sql("ioc.store", "sql/meaning.sql"))
    boundary = {"boundary": reading.boundary}
    # who counts for the unit as a whole, before those are added of whom only slices do
    question.connection.execute(f"create or replace temp table rollup as {composed_sql('range_rollup')}", boundary)
    question.connection.execute(
        f"create or replace temp table members as {composed_sql('evidence_members')}",
        {"unit": reading.unit_code, **boundary},
    )
    question.connection.execute(f"create or replace temp table rollup as {composed_sql('evidence_rollup')}", boundary)
    question.connection.execute(
        "create or replace temp table period_frame as "
        "select $period as period, $kind as kind, $start::date as start_date, $end::date as end_date",
        {"period": reading.period, "kind": str(period.kind), "start": period.start, "end": period.end},
    )
    # parts of periods are there for comparisons only: nobody asks for the rows behind one
    question.connection.execute(
        "create or replace temp table days_asked as select $series::varchar as series, "
        "$boundary = $reported or $series in (select series from boundary_units) as are_own",
        {"series": reading.series, "reported": REPORTED, **boundary},
    )
    view(question.connection, "period_parts", "select * from period_frame where false")
    view(
        question.connection,
        "nearby_units",
        "select unit_code from members union select unit_code from rollup "
        "where ancestor_code in (select unit_code from members)",
    )
    view(question.connection, "source_promises", "select source_id, fresh_within_s from sources")
