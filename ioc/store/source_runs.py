"""The newest runs of each source, as the control database mirrors them."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select

from ioc.store.control_tables import RUN, RUN_LOAD, RUN_SOURCE

SUMMED = ("rows_in", "loaded", "unchanged", "superseded", "quarantined")


@dataclass(frozen=True)
class SourceRun:
    """What one run did with one source."""

    run_id: str
    source_id: str
    trigger: str
    started_at: datetime
    finished_at: datetime | None
    files: int
    failed_files: int
    rows_in: int
    loaded: int
    unchanged: int
    superseded: int
    quarantined: int
    error_class: str | None
    """Of its first failure."""
    message: str | None


def read_source_runs(connection: Connection, *, source_id: str | None, limit: int) -> list[SourceRun]:
    """At most `limit` runs of each source, the newest first."""
    numbered, totals, faults = _numbered_runs(source_id), _totals(), _first_faults()
    sums = {name: func.coalesce(totals.c[name], 0).label(name) for name in SUMMED}
    columns = {**dict(faults.c.items()), **sums, **dict(numbered.c.items())}
    query = (
        select(*(columns[field.name] for field in fields(SourceRun)))
        .select_from(numbered)
        .outerjoin(totals, _same(numbered, totals))
        .outerjoin(faults, and_(_same(numbered, faults), faults.c.place == 1))
        .where(numbered.c.number <= limit)
        .order_by(numbered.c.started_at.desc(), numbered.c.run_id.desc(), numbered.c.source_id)
    )
    return [SourceRun(**row) for row in connection.execute(query).mappings()]


def _numbered_runs(source_id: str | None) -> Subquery:
    """One row per run and source, numbered from the newest."""
    newest_first = (RUN.c.started_at.desc(), RUN.c.run_id.desc())
    number = func.row_number().over(partition_by=RUN_SOURCE.c.source_id, order_by=newest_first).label("number")
    asked = RUN_SOURCE.c["source_id", "files", "failed_files"]
    query = select(*RUN.c["run_id", "trigger", "started_at", "finished_at"], *asked, number).join_from(RUN_SOURCE, RUN)
    return (query if source_id is None else query.where(RUN_SOURCE.c.source_id == source_id)).subquery()


def _totals() -> Subquery:
    """One row per run and source that gave files: where their rows went."""
    key = RUN_LOAD.c["run_id", "source_id"]
    sums = [func.sum(RUN_LOAD.c[name]).label(name) for name in SUMMED]
    return select(*key, *sums).group_by(*key).subquery()


def _first_faults() -> Subquery:
    """One row per failed file; place 1 is the first of its run and source."""
    key = RUN_LOAD.c["run_id", "source_id"]
    place = func.row_number().over(partition_by=key, order_by=RUN_LOAD.c.position).label("place")
    return select(*key, RUN_LOAD.c.error_class, RUN_LOAD.c.message, place).where(is_fault()).subquery()


def is_fault() -> ColumnElement[bool]:
    """Of a load; an empty answer is worth a line of its own, but it is no failure."""
    return and_(RUN_LOAD.c.error_class.is_not(None), RUN_LOAD.c.error_class != "EMPTY")


def _same(left: Subquery, right: Subquery) -> ColumnElement[bool]:
    return and_(left.c.run_id == right.c.run_id, left.c.source_id == right.c.source_id)
