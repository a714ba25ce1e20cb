"""What is kept of a page of a foreign view, as the bytes of its landing file."""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import pyarrow as pa

from etl.sources.sql_pages import Moment
from ioc.errors import ErrorClass, SourceError, StoreError
from ioc.store.engine import open_memory, quoted
from ioc.store.warehouse import read_sql
from ioc.words import gettext as _
from ioc.words import ngettext

MACROS: Final = (("etl.facts", "macros.sql"), ("etl.sources", "dossier_macros.sql"), ("etl.sources", "sql_macros.sql"))
FORMAT: Final = "format parquet, compression zstd, row_group_size 100000"


@dataclass(frozen=True)
class KeptPage:
    """The landing of one page; nothing personal is left in it."""

    content: bytes
    sha256: str
    read_to: Moment | None
    """The newest change in the page that is not in the future, as the database writes it."""
    rows_with_lost_letters: int

    def doubts(self) -> tuple[str, ...]:
        """What a person should look at."""
        if not self.rows_with_lost_letters:
            return ()
        message = ngettext(
            "{n} row has “?” for Vietnamese letters in a name, which was not kept; let the view give nvarchar",
            "{n} rows have “?” for Vietnamese letters in a name, which was not kept; let the view give nvarchar",
            self.rows_with_lost_letters,
        )
        return (message.format(n=self.rows_with_lost_letters),)

    def land(self, path: Path) -> None:
        """Writes the landing file; it is on the disk when this returns."""
        with path.open("wb") as file:
            file.write(self.content)
            file.flush()
            os.fsync(file.fileno())


class Keeper:
    """Takes pages apart in memory."""

    def __init__(self, landing: str, *, says: str) -> None:
        """`landing` and `says` name .sql files: what is kept of a page, and what is said of it."""
        self._landing = read_sql("etl.sources", landing)
        self._says = read_sql("etl.sources", says)
        # one thread, so that the same rows always become the same bytes
        self._connection = open_memory(threads=1)

    def __enter__(self) -> Self:
        for package, name in MACROS:
            self._connection.execute(read_sql(package, name))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def keep(self, rows: pa.Table, *, fetched_at: datetime) -> KeptPage:
        """What is kept of a page's rows, which are all text."""
        row_nos = pa.array(np.arange(1, rows.num_rows + 1, dtype=np.int64))
        self._connection.register("raw", rows.add_column(0, "row_no", row_nos))
        try:
            content = self._copy()
            read_to, lost = self._connection.row(self._says, {"fetched_at": fetched_at})
        except StoreError:
            # DuckDB may quote what it stumbled over
            raise SourceError(ErrorClass.UNREADABLE, _("a page of the view could not be taken apart")) from None
        finally:
            self._connection.unregister("raw")
        return KeptPage(content, hashlib.sha256(content).hexdigest(), read_to, int(lost))

    def _copy(self) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "page.parquet"
            self._connection.execute(f"copy ({self._landing}) to {quoted(path)} ({FORMAT})")
            return path.read_bytes()
