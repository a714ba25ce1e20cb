"""The rows behind the figures: immutable Parquet files, one per month of reception, named by their content."""

from __future__ import annotations

from pathlib import Path

from ioc.store.engine import Connection, quoted
from ioc.store.files import settle
from ioc.store.snapshots import FactFile

RULES_VERSION = "1"
"""Changes when dossier_facts.sql says something else, so that the files are written anew."""


def export_dossiers(connection: Connection, folder: Path) -> dict[str, FactFile]:
    """One Parquet file per month of reception, named by its content; a month that is there already is not written."""
    register = connection.row(
        "select coalesce(bit_xor(md5_number(version_id::varchar)), 0)::varchar from facts.procedures"
    )[0]
    months = connection.rows(
        """
        select
            coalesce(strftime(received_on, '%Y-%m'), 'none') as month,
            count(*),
            md5(bit_xor(md5_number(version_id::varchar))::varchar || count(*)::varchar || $register || $rules)[:20]
        from dossier_facts
        group by month
        order by month
        """,
        {"register": register, "rules": RULES_VERSION},
    )
    files = {}
    for month, rows, content in months:
        name = f"dossiers-{month}-{content}.parquet"
        if not (folder / name).exists():
            _export_month(connection, month=month, path=folder / name)
        files[month] = FactFile(name, rows)
    return files


def _export_month(connection: Connection, *, month: str, path: Path) -> None:
    part = path.with_suffix(".part")
    connection.execute(
        f"""
        copy (
            select * from dossier_facts where coalesce(strftime(received_on, '%Y-%m'), 'none') = '{month}'
            order by unit_code, received_at, dossier_code
        ) to {quoted(part)} (format parquet, compression zstd)
        """
    )
    settle(part, path)
