"""The tables of the control database; migrations bring a database to them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
)

METADATA = MetaData()

# one row per run of the pipeline
RUN = Table(
    "run",
    METADATA,
    Column("run_id", String(64), primary_key=True),
    Column("trigger", String(16), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("finished_at", DateTime),
    Column("state", String(16), nullable=False),
)

# one row per file or answer dealt with by a run, known ones included
RUN_LOAD = Table(
    "run_load",
    METADATA,
    Column("run_id", String(64), ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("source_id", String(64), nullable=False),
    Column("kind", String(64), nullable=False),
    Column("origin", String, nullable=False),
    Column("is_new", Boolean, nullable=False),
    Column("as_of", DateTime),
    Column("rows_in", BigInteger, nullable=False),
    Column("loaded", BigInteger, nullable=False),
    Column("unchanged", BigInteger, nullable=False),
    Column("superseded", BigInteger, nullable=False),
    Column("quarantined", BigInteger, nullable=False),
    Column("error_class", String(32)),
    Column("message", String),
    Column("sha256", String(64)),
    Column("size_bytes", BigInteger),
    Column("duration_s", Float),
)

# one row per run and source that it asked, also where there was nothing to take in
RUN_SOURCE = Table(
    "run_source",
    METADATA,
    Column("run_id", String(64), ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
    Column("source_id", String(64), primary_key=True),
    Column("files", Integer, nullable=False),
    Column("failed_files", Integer, nullable=False),
)

# one row per time of a job that came, and per retry and request
JOB_EVENT = Table(
    "job_event",
    METADATA,
    Column("event_id", Integer, primary_key=True, autoincrement=True),
    Column("job_id", String(96), nullable=False),
    Column("scheduled_for", DateTime, nullable=False),
    Column("started_at", DateTime),
    Column("finished_at", DateTime),
    Column("outcome", String(16), nullable=False),
    Column("reason", String),
    Column("cause", String(16), nullable=False, server_default="slot"),
    Index("job_event_by_job", "job_id", "scheduled_for"),
)

# one row per job that the scheduler keeps, with the times that were promised last
JOB = Table(
    "job",
    METADATA,
    Column("job_id", String(96), primary_key=True),
    Column("cron", String(128), nullable=False),
    Column("since", DateTime, nullable=False),
    Column("retry_at", DateTime),
)

# one row per source: how its last attempts went, and whether it may be asked by itself
SOURCE_STANDING = Table(
    "source_standing",
    METADATA,
    Column("source_id", String(64), primary_key=True),
    Column("attempted_at", DateTime, nullable=False),
    Column("succeeded_at", DateTime),
    Column("transport_failures", Integer, nullable=False),
    Column("halted_at", DateTime),
    Column("error_class", String(32)),
    Column("error_at", DateTime),
    Column("error", String),
)

# one row per wish that a source be run now
RUN_REQUEST = Table(
    "run_request",
    METADATA,
    Column("request_id", Integer, primary_key=True, autoincrement=True),
    Column("source_id", String(64), nullable=False),
    Column("requested_by", String(128), nullable=False),
    Column("requested_at", DateTime, nullable=False),
    Column("taken_at", DateTime),
    Column("finished_at", DateTime),
    Column("outcome", String(16)),
    Column("reason", String),
    Index("run_request_open", "finished_at", "request_id"),
)

# one row per process that says it is alive
HEARTBEAT = Table(
    "heartbeat",
    METADATA,
    Column("process", String(64), primary_key=True),
    Column("beat_at", DateTime, nullable=False),
)
