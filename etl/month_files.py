"""The files of dossiers: immutable Parquet files, one per month of reception, named by their content, and patches.

To write a month anew for a few rows of its two hundred thousand takes longer than all else that a day's delta makes. So
what came and what went since the months were written lies beside them in files of its own, until there are many of
these or much in them: then the months that they touch are written anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
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
PATCHES_KEPT: Final = 12
"""With so many patches the months are written anew."""
PATCHED_SHARE: Final = 50
"""And where more than one version in so many came or went by patches."""
ORDER: Final = "unit_code, received_at, dossier_code"
"""Neighbours in a file are asked for together."""
WRITTEN: Final = "format parquet, compression zstd, compression_level 1"


@dataclass(frozen=True)
class FactRows:
    """What the files tell, and where they lie."""

    sql: str
    """Makes facts of the relation dossier_rows."""
    rules: str
    """Changes with everything that makes facts of dossiers."""
    folder: Path
    told: frozenset[date] = frozenset()
    """The months that files told before the newest move."""
    are_all_told: bool = False
    """Whether these were all."""
    moved: frozenset[str] = frozenset()
    """Which facts of that move there are in the database `moved`: CAME, WENT."""


@dataclass(frozen=True)
class Month:
    """A month of reception as it stands in the facts, and its file."""

    month: date
    versions: int
    rows: int
    """Of its file; without any there is none."""
    key: str
    """Tells its versions and the rules by which they are read."""
    written: str | None
    """The key of what its file tells."""
    patched: str | None
    """The key of what its file and the patches tell together."""

    @property
    def name(self) -> str:
        return "none" if self.month == NOT_RECEIVED else f"{self.month:%Y-%m}"

    @property
    def file(self) -> str | None:
        return self.file_of(self.written) if self.rows and self.written else None

    def file_of(self, key: str) -> str:
        """The name of the file that tells this month's content of a key."""
        return f"dossiers-{self.name}-{key}.parquet"

    @property
    def condition(self) -> str:
        """Said as a range, so that DuckDB passes over the other months' rows unread."""
        if self.month == NOT_RECEIVED:
            return "received_at is null"
        return f"(received_at >= date '{self.month}' and received_at < date '{self.month}' + interval 1 month)"


@dataclass(frozen=True)
class Patch:
    """What came and what went in one build, as files; none where nothing did."""

    came: str | None
    came_rows: int
    went: str | None
    went_rows: int


@dataclass(frozen=True)
class DossierFiles:
    """The files that tell the dossiers."""

    months: Mapping[str, FactFile]
    came: tuple[FactFile, ...]
    went: tuple[FactFile, ...]
    keys: tuple[str, ...]
    """Tells the dossiers themselves, whichever files they lie in."""


@dataclass(frozen=True)
class FilePlan:
    """What has to be written."""

    patches: tuple[Patch, ...]
    is_patch: bool = False
    months: tuple[Month, ...] = ()


def read_months(connection: Connection, facts: FactRows) -> list[Month]:
    """The months of months.dossiers."""
    rows = connection.rows(
        """
        select
            month, versions, coalesce(rows, 0) as rows,
            md5(content::varchar || '.' || versions::varchar || '.' || $rules)[:20] as key, written, patched
        from months.dossiers
        order by month
        """,
        {"rules": facts.rules},
    )
    return [Month(*row) for row in rows]


def told_months(connection: Connection, facts: FactRows) -> list[Month]:
    """The months that files tell as they stand; one whose file has gone is not told."""
    patches = _read_patches(connection)
    return [month for month in read_months(connection, facts) if _is_told(month, patches, facts.folder)]


def plan_files(connection: Connection, facts: FactRows) -> FilePlan:
    """A patch where that is enough; else the months that changed, those whose file is missing, and those patched."""
    patches = _read_patches(connection)
    months = read_months(connection, facts)
    untold = [month for month in months if not _is_told(month, patches, facts.folder)]
    if not untold:
        return FilePlan(patches)
    if facts.moved and facts.are_all_told and _has_room(connection, patches, months):
        return FilePlan(patches, is_patch=True)
    return FilePlan(patches, months=tuple(month for month in months if month in untold or month.patched))


def _has_room(connection: Connection, patches: Sequence[Patch], months: Sequence[Month]) -> bool:
    moved = connection.row("select count(*) from moved_versions")[0] + sum(
        patch.came_rows + patch.went_rows for patch in patches
    )
    return bool(len(patches) < PATCHES_KEPT and moved * PATCHED_SHARE <= sum(month.versions for month in months))


def _is_told(month: Month, patches: Sequence[Patch], folder: Path) -> bool:
    files = [] if month.file is None else [month.file]
    if month.key != month.written:
        if month.key != month.patched:
            return False
        files += _files_of(patches)
    return all((folder / file).exists() for file in files)


def _files_of(patches: Sequence[Patch]) -> list[str]:
    return [file for patch in patches for file in (patch.came, patch.went) if file]


def write_dossiers(connection: Connection, facts: FactRows, plan: FilePlan) -> DossierFiles:
    """Writes what is planned; all files of dossiers.

    Takes a connection of its own, since it goes on beside the making of the mart.
    """
    if plan.is_patch:
        _write_patch(connection, facts)
    elif plan.months:
        _write_months(connection, facts, plan)
    months, patches = read_months(connection, facts), _read_patches(connection)
    return DossierFiles(
        {month.name: FactFile(month.file, month.rows) for month in months if month.file},
        tuple(FactFile(patch.came, patch.came_rows) for patch in patches if patch.came),
        tuple(FactFile(patch.went, patch.went_rows) for patch in patches if patch.went),
        tuple(month.key for month in months),
    )


def _write_patch(connection: Connection, facts: FactRows) -> None:
    came, came_rows = _write_moved(connection, facts, CAME, columns="*", order=ORDER)
    went, went_rows = _write_moved(connection, facts, WENT, columns="version_id", order="version_id")
    keys = [(month.month, month.key) for month in read_months(connection, facts) if month.key != month.written]
    connection.execute("begin")
    try:
        connection.execute(
            "insert into months.patches "
            "select coalesce(max(patch_no), 0) + 1, $came, $came_rows, $went, $went_rows from months.patches",
            {"came": came, "came_rows": came_rows, "went": went, "went_rows": went_rows},
        )
        connection.execute(
            "update months.dossiers as kept set patched = done.key "
            "from (select unnest($months) as month, unnest($keys) as key) as done where kept.month = done.month",
            {"months": [month for month, _key in keys], "keys": [key for _month, key in keys]},
        )
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _write_moved(
    connection: Connection, facts: FactRows, name: str, *, columns: str, order: str
) -> tuple[str | None, int]:
    """The file of what came or went, named by what it tells, and its rows."""
    if name not in facts.moved:
        return None, 0
    key = connection.row(
        "select md5(concat_ws('.', count(*), bit_xor(md5_number(version_id::varchar)), $rules))[:20] "
        f"from moved.{name}",
        {"rules": facts.rules},
    )[0]
    path = facts.folder / f"dossiers-{name}-{key}.parquet"
    return path.name, _copy(connection, f"select {columns} from moved.{name} order by {order}", path)


def _write_months(connection: Connection, facts: FactRows, plan: FilePlan) -> None:
    """Writes months anew, after which there are no patches."""
    cursors = [connection.cursor() for _ in plan.months]
    # where they are made of their former files, the making of the mart is left a core
    with ThreadPoolExecutor(CORES - 1 if facts.moved else CORES) as pool:
        rows = list(pool.map(partial(_export, facts=facts, patches=plan.patches), cursors, plan.months))
    connection.execute("begin")
    try:
        connection.execute(
            """
            update months.dossiers as kept
            set written = done.key, rows = done.rows, patched = null
            from (select unnest($months) as month, unnest($keys) as key, unnest($rows) as rows) as done
            where kept.month = done.month
            """,
            {
                "months": [month.month for month in plan.months],
                "keys": [month.key for month in plan.months],
                "rows": rows,
            },
        )
        connection.execute("delete from months.patches")
        connection.execute("commit")
    except BaseException:
        connection.execute("rollback")
        raise


def _export(connection: Connection, month: Month, *, facts: FactRows, patches: Sequence[Patch]) -> int:
    """Writes the file of a month that has rows, unless it is there; the number of rows."""
    path = facts.folder / month.file_of(month.key)
    if path.exists():
        return int(connection.row(f"select count(*) from read_parquet({quoted(path)})")[0])
    connection.execute("create or replace temp view dossier_rows as select * from facts.dossiers")
    return _copy(connection, f"select * from (\n{_rows(month, facts, patches)}\n) order by {ORDER}", path)


def _copy(connection: Connection, query: str, path: Path) -> int:
    """Writes a file that is whole or absent, absent without rows; their number."""
    part = path.with_suffix(".part")
    count = connection.row(f"copy ({query}) to {quoted(part)} ({WRITTEN})")[0]
    if count:
        settle(part, path)
    else:
        part.unlink()
    return int(count)


def _rows(month: Month, facts: FactRows, patches: Sequence[Patch]) -> str:
    """The month's rows: of its former file, the patches and what moved, a quarter of the work; else of the dossiers."""
    if month.month not in facts.told and month.key != month.patched:
        return f"select * from (\n{facts.sql}\n) where {month.condition}"
    files = [facts.folder / file for file in (month.file, *(patch.came for patch in patches)) if file]
    parts = [f"select * from read_parquet([{', '.join(map(quoted, files))}])"] if files else []
    if CAME in facts.moved:
        parts.append(f"select * from moved.{CAME}")
    went = [f"read_parquet({quoted(facts.folder / patch.went)})" for patch in patches if patch.went]
    if WENT in facts.moved:
        went.append(f"moved.{WENT}")
    rows = f"select * from ({' union all by name '.join(parts)}) where {month.condition}"
    return rows + "".join(f" and version_id not in (select version_id from {one})" for one in went)


def _read_patches(connection: Connection) -> tuple[Patch, ...]:
    rows = connection.rows("select came, came_rows, went, went_rows from months.patches order by patch_no")
    return tuple(Patch(*row) for row in rows)
