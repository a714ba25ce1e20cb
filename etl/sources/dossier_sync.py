"""Source kind `dossier_sync`: files of dossiers as they are sent to the national portal, without the people in them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final

import pyarrow as pa

from etl.inbox import InboxFile, inbox_files
from etl.sources.dossier_lines import LINES, DossierLines, open_lines
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from ioc.config import FileSourceSettings
from ioc.errors import ErrorClass, SourceError, StoreError, UsageError
from ioc.store.engine import Connection, open_memory, quoted
from ioc.words import gettext as _

MACROS: Final = (
    Path(__file__).parent.parent / "facts" / "macros.sql",
    Path(__file__).with_name("dossier_macros.sql"),
)
LANDING: Final = Path(__file__).with_name("dossier_landing.sql")
FORMAT: Final = "format parquet, compression zstd, compression_level 1, row_group_size 100000"
SLICE_BATCHES: Final = 64
"""Batches of lines per query: a quarter of a gigabyte."""
LARGE_BYTES: Final = 256 << 20
"""Smaller files are landed beside others, and threads of their own would only get in each other's way."""


def fetch_dossiers(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The files in the source's inbox, in natural order of their names."""
    if not isinstance(context.settings, FileSourceSettings):
        raise UsageError(_("source {source} has no path to a folder").format(source=context.source_id))
    for file in inbox_files(context.settings.path, memory=context.inbox_memory):
        if not file.sha256:
            yield Failure(file.name, _no_access())
            continue
        yield Incoming(
            origin=file.name,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            fetched_at=context.clock(),
            as_of=None,
            land=partial(land_dossiers, file),
        )


def land_dossiers(source: InboxFile, path: Path) -> None:
    """Writes what is kept of a file's dossiers as Parquet, on the disk when this returns."""
    try:
        with source.path.open("rb") as file:
            _write_kept(open_lines(file), path, threads=2 if source.size_bytes > LARGE_BYTES else 1)
            is_same = file.seek(0, os.SEEK_END) == source.size_bytes
    except OSError:
        raise _no_access() from None
    if not is_same:
        # Landed now, it would stand in the ledger under the hash of what it was before.
        message = _("the file changed while it was being read; the next run takes it")
        raise SourceError(ErrorClass.INTEGRITY, message)
    with path.open("rb") as landed:
        os.fsync(landed.fileno())


def _no_access() -> SourceError:
    return SourceError(ErrorClass.UNREADABLE, _("the file cannot be read; check its permissions"))


def _write_kept(lines: DossierLines, path: Path, *, threads: int) -> None:
    """Slice by slice, since what DuckDB needs to take JSON apart grows until a query ends."""
    pieces: list[Path] = []
    connection = open_memory(threads=threads)
    try:
        # the query is planned once per slice: to simplify its many expressions would take longer than that saves
        connection.execute("set disabled_optimizers = 'expression_rewriter'")
        for macros in MACROS:
            connection.execute(macros.read_text(encoding="utf-8"))
        for batches in _slice_batches(lines.batches):
            pieces.append(path.with_name(f"{path.stem}-{len(pieces)}.part"))
            _copy_kept(connection, batches, pieces[-1], envelope_unit_code=lines.envelope_unit_code)
        _join(connection, pieces, path)
    finally:
        connection.close()
        for piece in pieces:
            piece.unlink(missing_ok=True)


def _slice_batches(batches: Iterator[pa.RecordBatch]) -> Iterator[Iterator[pa.RecordBatch]]:
    """The batches in runs of bounded length; one empty run where there are none."""
    first = next(batches, None)
    if first is None:
        yield iter(())
    while first is not None:
        yield chain([first], islice(batches, SLICE_BATCHES - 1))
        first = next(batches, None)


def _copy_kept(
    connection: Connection, batches: Iterator[pa.RecordBatch], path: Path, *, envelope_unit_code: str | None
) -> None:
    """DuckDB takes the kept fields out of the lines; it pulls the batches, so few lines are in memory at a time."""
    failures: list[Exception] = []
    connection.register("raw", pa.RecordBatchReader.from_batches(LINES, _keep_failure(batches, failures)))
    try:
        connection.execute(
            f"copy ({LANDING.read_text(encoding='utf-8')}) to {quoted(path)} ({FORMAT})",
            {"envelope_unit_code": envelope_unit_code},
        )
    except StoreError as error:
        # DuckDB may quote the text that it stumbled over, and the text is of people
        failures.append(SourceError(ErrorClass.UNREADABLE, _kind_of(error)))
    finally:
        connection.unregister("raw")
    if failures:
        raise failures[0]


def _join(connection: Connection, pieces: list[Path], path: Path) -> None:
    if len(pieces) == 1:
        pieces[0].replace(path)
        return
    names = ", ".join(map(quoted, pieces))
    connection.execute(f"copy (select * from read_parquet([{names}])) to {quoted(path)} ({FORMAT})")


def _kind_of(error: StoreError) -> str:
    kind = re.match(r"[A-Za-z/ ]{1,40}Error", str(error))
    message = _("the database could not take in the file: {kind}")
    return message.format(kind=kind.group() if kind else "Error")


def _keep_failure(batches: Iterator[pa.RecordBatch], failures: list[Exception]) -> Iterator[pa.RecordBatch]:
    """The batches; their failure is remembered, since it reaches us through DuckDB as an error of DuckDB."""
    try:
        yield from batches
    except (SourceError, OSError) as error:
        failures.append(error)
        raise


KIND: Final = SourceKind(
    name="dossier_sync", fact=Fact("dossier", ("dossier_code",)), contract="dossier", fetch=fetch_dossiers
)
