"""The files of dossiers: immutable Parquet files, one per month of reception, named by their content."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Final

from ioc.store.engine import CORES, Connection, quoted
from ioc.store.files import settle
from ioc.store.snapshots import FactFile

CAME: Final = "came"
WENT: Final = "went"
NOT_RECEIVED: Final = date(1, 1, 1)
"""Stands for the month of dossiers that were never received."""


@dataclass(frozen=True)
class FactRows:
    """What the files tell, and where they lie."""

    sql: str
    """Makes facts of the relation dossier_rows."""
    rules: str
    """Changes with everything that makes facts of dossiers."""
    folder: Path
    former: Mapping[date, str] = field(default_factory=dict)
    """The file of each month as it was before the newest move."""
    moved: frozenset[str] = frozenset()
    """Which facts of that move there are in the database `moved`: CAME, WENT."""


@dataclass(frozen=True)
class Month:
    """A month of reception as it stands in the facts, and its file."""

    month: date
    versions: int
    rows: int
    key: str
    """Tells its versions and the rules by which they are read."""
    is_written: bool

    @property
    def name(self) -> str:
        return "none" if self.month == NOT_RECEIVED else f"{self.month:%Y-%m}"

    @property
    def file_name(self) -> str:
        return f"dossiers-{self.name}-{self.key}.parquet"

    @property
    def condition(self) -> str:
        """Said as a range, so that DuckDB passes over the other months' rows unread."""
        if self.month == NOT_RECEIVED:
            return "received_at is null"
        return f"(received_at >= date '{self.month}' and received_at < date '{self.month}' + interval 1 month)"


def read_months(connection: Connection, facts: FactRows) -> list[Month]:
    """The months of months.dossiers; one whose file has gone counts as not written."""
    rows = connection.rows(
        """
        select
            month, versions, coalesce(rows, 0) as rows,
            md5(content::varchar || '.' || versions::varchar || '.' || $rules)[:20] as key,
            coalesce(written = key, false) as is_written
        from months.dossiers
        order by month
        """,
        {"rules": facts.rules},
    )
    months = [Month(*row) for row in rows]
    missing = {month for month in months if month.rows and not (facts.folder / month.file_name).exists()}
    return [replace(month, is_written=False) if month in missing else month for month in months]


def unwritten_months(connection: Connection, facts: FactRows) -> list[Month]:
    """The months that changed, and those whose file is missing."""
    return [month for month in read_months(connection, facts) if not month.is_written]


def write_months(connection: Connection, facts: FactRows, todo: Sequence[Month]) -> dict[str, FactFile]:
    """Writes the files of some months; all files, by the month's name.

    Takes a connection of its own, since it goes on beside the making of the mart; which is left a core where what
    moved is only added to the former files.
    """
    cursors = [connection.cursor() for _ in todo]
    with ThreadPoolExecutor(CORES - 1 if facts.moved else CORES) as pool:
        rows = list(pool.map(partial(_export, facts=facts), cursors, todo))
    _note(connection, todo, rows)
    return {month.name: FactFile(month.file_name, month.rows) for month in read_months(connection, facts) if month.rows}


def _export(connection: Connection, month: Month, *, facts: FactRows) -> int:
    """Writes the file of a month that has rows, unless it is there; the number of rows."""
    path = facts.folder / month.file_name
    if path.exists():
        return int(connection.row(f"select count(*) from read_parquet({quoted(path)})")[0])
    connection.execute("create or replace temp view dossier_rows as select * from facts.dossiers")
    part = path.with_suffix(".part")
    count = connection.row(
        f"copy ({_rows(month, facts)}) to {quoted(part)} (format parquet, compression zstd, compression_level 1)"
    )[0]
    if count:
        settle(part, path)
    else:
        part.unlink()
    return int(count)


def _rows(month: Month, facts: FactRows) -> str:
    """The month's rows: of its former file, with what moved since behind them; else of the dossiers, in order."""
    former = facts.folder / facts.former.get(month.month, "")
    if not former.is_file():
        return f"select * from (\n{facts.sql}\n) where {month.condition} order by unit_code, received_at, dossier_code"
    # to sort them again would be half of the work
    rows = f"select * from read_parquet({quoted(former)})"
    if WENT in facts.moved:
        rows += f" where version_id not in (select version_id from moved.{WENT})"
    if CAME in facts.moved:
        rows += f" union all by name select * from moved.{CAME} where {month.condition}"
    return rows


def _note(connection: Connection, months: Sequence[Month], rows: Sequence[int]) -> None:
    if not months:
        return
    connection.execute(
        """
        update months.dossiers as kept
        set written = done.key, rows = done.rows
        from (select unnest($months) as month, unnest($keys) as key, unnest($rows) as rows) as done
        where kept.month = done.month
        """,
        {"months": [month.month for month in months], "keys": [month.key for month in months], "rows": list(rows)},
    )
