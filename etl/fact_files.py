"""The rows behind the figures: immutable Parquet files, named by their content; dossiers by month of reception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from etl.mart_tables import mart_sql
from etl.month_files import DossierFiles
from ioc.store.engine import Connection, quoted
from ioc.store.files import settle
from ioc.store.snapshots import FactFile

FACTS: Final = (
    "certificates",
    "staff",
    "procedures",
    "forms",
    "documents",
    "messages",
    "petitions",
    "plan",
    "reported",
    "portal",
)
"""The facts beside dossiers, as measures name them: each has its query `<fact>_facts` in etl/marts, and its file."""
_CONTENT: Final = """
select
    count(*)::bigint as rows,
    md5(concat_ws('.', count(*), coalesce(bit_xor(md5_number(fact::varchar)), 0), md5($query)))[:20] as content
from ({query}) as fact
"""


@dataclass(frozen=True)
class FactFiles:
    """The files of a snapshot."""

    dossiers: DossierFiles
    others: Mapping[str, FactFile]
    """By fact."""


def export_facts(connection: Connection, folder: Path) -> dict[str, FactFile]:
    """The file of each fact but dossiers, by fact; written where its rows have changed, without rows for its columns.

    Reads the relation source_rules.
    """
    return {fact: _export_fact(connection, fact, folder) for fact in FACTS}


def _export_fact(connection: Connection, fact: str, folder: Path) -> FactFile:
    query = mart_sql(f"{fact}_facts")
    rows, content = connection.row(_CONTENT.format(query=query), {"query": query})
    path = folder / f"{fact}-{content}.parquet"
    if not path.exists():
        _write(connection, f"select * from ({query}) order by version_id", path=path)
    return FactFile(path.name, rows)


def _write(connection: Connection, query: str, *, path: Path) -> None:
    part = path.with_suffix(".part")
    connection.execute(f"copy ({query}) to {quoted(part)} (format parquet, compression zstd, compression_level 1)")
    settle(part, path)
