"""What the scheduler keeps: jobs, retries, how each source stands, and wishes to run one now."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ADDED = {"run_load": ("sha256", "size_bytes", "duration_s"), "job_event": ("cause",)}


def upgrade() -> None:
    """Adds columns and tables; what is there stays."""
    op.add_column("run_load", sa.Column("sha256", sa.String(64)))
    op.add_column("run_load", sa.Column("size_bytes", sa.BigInteger))
    op.add_column("run_load", sa.Column("duration_s", sa.Float))
    op.add_column("job_event", sa.Column("cause", sa.String(16), nullable=False, server_default="slot"))
    op.create_table(
        "run_source",
        sa.Column("run_id", sa.String(64), sa.ForeignKey("run.run_id", ondelete="CASCADE"), primary_key=True),
        sa.Column("source_id", sa.String(64), primary_key=True),
        sa.Column("files", sa.Integer, nullable=False),
        sa.Column("failed_files", sa.Integer, nullable=False),
    )
    op.create_table(
        "job",
        sa.Column("job_id", sa.String(96), primary_key=True),
        sa.Column("cron", sa.String(128), nullable=False),
        sa.Column("since", sa.DateTime, nullable=False),
        sa.Column("retry_at", sa.DateTime),
    )
    op.create_table(
        "source_standing",
        sa.Column("source_id", sa.String(64), primary_key=True),
        sa.Column("attempted_at", sa.DateTime, nullable=False),
        sa.Column("succeeded_at", sa.DateTime),
        sa.Column("transport_failures", sa.Integer, nullable=False),
        sa.Column("halted_at", sa.DateTime),
        sa.Column("error_class", sa.String(32)),
        sa.Column("error_at", sa.DateTime),
        sa.Column("error", sa.String),
    )
    op.create_table(
        "run_request",
        sa.Column("request_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("source_id", sa.String(64), nullable=False),
        sa.Column("requested_by", sa.String(128), nullable=False),
        sa.Column("requested_at", sa.DateTime, nullable=False),
        sa.Column("taken_at", sa.DateTime),
        sa.Column("finished_at", sa.DateTime),
        sa.Column("outcome", sa.String(16)),
        sa.Column("reason", sa.String),
    )
    op.create_index("run_request_open", "run_request", ["finished_at", "request_id"])


def downgrade() -> None:
    """Takes them away again."""
    for table in ("run_request", "source_standing", "job", "run_source"):
        op.drop_table(table)
    for table, columns in ADDED.items():
        with op.batch_alter_table(table) as batch:
            for column in columns:
                batch.drop_column(column)
