"""The rows behind the figures: immutable Parquet files, one per month of reception, named by their content."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from ioc.store.engine import Connection, quoted
from ioc.store.files import settle


def export_month(connection: Connection, *, month: date, path: Path) -> int:
    """Writes one month of scratch.dossier_facts, unless it is there or has no rows; the number of rows."""
    rows = f"from scratch.dossier_facts where month = date '{month}'"
    count = int(connection.row(f"select count(*) {rows}")[0])
    if count and not path.exists():
        part = path.with_suffix(".part")
        connection.execute(
            f"copy (select * exclude (month) {rows} order by unit_code, received_at, dossier_code) "
            f"to {quoted(part)} (format parquet, compression zstd, compression_level 1)"
        )
        settle(part, path)
    return count
