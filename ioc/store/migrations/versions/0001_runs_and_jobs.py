"""Runs, their loads, outcomes of jobs and heartbeats."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Creates the first tables."""
    op.create_table(
        "run",
        sa.Column("run_id", sa.String(64), primary_key=True),
        sa.Column("trigger", sa.String(16), nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("state", sa.String(16), nullable=False),
    )
    op.create_table(
        "run_load",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("origin", sa.String, nullable=False),
        sa.Column("is_new", sa.Boolean, nullable=False),
        sa.Column("as_of", sa.DateTime),
        sa.Column("rows_in", sa.BigInteger, nullable=False),
        sa.Column("loaded", sa.BigInteger, nullable=False),
        sa.Column("unchanged", sa.BigInteger, nullable=False),
        sa.Column("superseded", sa.BigInteger, nullable=False),
        sa.Column("quarantined", sa.BigInteger, nullable=False),
        sa.Column("error_class", sa.String(32)),
        sa.Column("message", sa.String),
    )
    op.create_table(
        "job_event",
        sa.Column("event_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("job_id", sa.String(96), nullable=False),
        sa.Column("scheduled_for", sa.DateTime, nullable=False),
        sa.Column("started_at", sa.DateTime),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("reason", sa.String),
    )
    op.create_index("job_event_by_job", "job_event", ["job_id", "scheduled_for"])
    op.create_table(
        "heartbeat",
        sa.Column("process", sa.String(64), primary_key=True),
        sa.Column("beat_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    """Drops them; the ledger in the warehouse keeps the runs."""
    for table in ("heartbeat", "job_event", "run_load", "run"):
        op.drop_table(table)
