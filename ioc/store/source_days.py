"""What became of sources and jobs on each day, as the control database counts it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, ColumnElement, Connection, Date, Subquery, and_, case, func, or_, select

from ioc.store.control_tables import JOB_EVENT, RUN, RUN_LOAD, RUN_SOURCE
from ioc.store.source_runs import is_fault


@dataclass(frozen=True)
class RunDay:
    """How the runs of one source ended that began on one day."""

    source_id: str
    day: date
    done: int
    failed: int


@dataclass(frozen=True)
class JobDay:
    """How many times of one job, due on one day, had the outcome that was asked for."""

    job_id: str
    day: date
    times: int


def read_run_days(connection: Connection, *, since: datetime) -> list[RunDay]:
    """One row per source and day with runs since a moment."""
    faulty, day = _faulty(), _day_of(RUN.c.started_at)
    failed = func.sum(case((or_(RUN_SOURCE.c.failed_files > 0, faulty.c.run_id.is_not(None)), 1), else_=0))
    query = (
        select(RUN_SOURCE.c.source_id, day, func.count(), failed)
        .join_from(RUN_SOURCE, RUN)
        .outerjoin(faulty, and_(faulty.c.run_id == RUN_SOURCE.c.run_id, faulty.c.source_id == RUN_SOURCE.c.source_id))
        .where(RUN.c.started_at >= since)
        .group_by(RUN_SOURCE.c.source_id, day)
        .order_by(RUN_SOURCE.c.source_id, day)
    )
    return [RunDay(source, on, runs - bad, bad) for source, on, runs, bad in connection.execute(query)]


def _faulty() -> Subquery:
    """One row per run and source of which something was at fault."""
    return select(RUN_LOAD.c.run_id, RUN_LOAD.c.source_id).where(is_fault()).distinct().subquery()


def read_job_days(connection: Connection, *, outcome: str, since: datetime) -> list[JobDay]:
    """One row per job and day on which it was due since a moment and had this outcome."""
    day = _day_of(JOB_EVENT.c.scheduled_for)
    query = (
        select(JOB_EVENT.c.job_id, day, func.count())
        .where(JOB_EVENT.c.outcome == outcome, JOB_EVENT.c.scheduled_for >= since)
        .group_by(JOB_EVENT.c.job_id, day)
        .order_by(JOB_EVENT.c.job_id, day)
    )
    return [JobDay(*row) for row in connection.execute(query)]


def _day_of(moment: Column[datetime]) -> ColumnElement[date]:
    # SQLite and PostgreSQL both know date(): one answers text, which the type turns into a day
    return func.date(moment, type_=Date)
