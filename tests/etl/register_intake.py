"""A register's way from its file to typed rows, as the pipeline goes it: fetch, land, contract."""

import importlib.resources
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from etl.sources.incoming import Failure, FetchContext, Incoming, SourceKind
from ioc.config import Config, load_config
from ioc.store.engine import open_memory

FETCHED_AT = datetime(2026, 9, 1, 6, 30)
UNITS = {"H24.101": "11533", "H24.102": "11536", "11533": "11533", "11536": "11536", "07900": "07900", "01": "01"}
KEY = "a key of the tests only"

Problem = Mapping[str, str | None]


@dataclass(frozen=True)
class TypedRow:
    """One row as its contract gives it."""

    row_no: int
    problems: tuple[Problem, ...]
    event_at: datetime | None
    payload: Mapping[str, Any]

    def reasons(self) -> dict[str, str | None]:
        """What is wrong, by field."""
        return {str(problem["field"]): problem["reason"] for problem in self.problems}


class Inbox:
    """An inbox folder with a source over it."""

    def __init__(self, folder: Path, kind: SourceKind) -> None:
        self.kind = kind
        self.folder = folder / "inbox"
        self.folder.mkdir()
        self._landing = folder / "landing"
        self._landing.mkdir()

    def put(self, name: str, content: str | bytes) -> None:
        """Puts a file into the inbox."""
        data = content.encode() if isinstance(content, str) else content
        (self.folder / name).write_bytes(data)

    def fetch(self, *, holder_key: str | None = None) -> list[Incoming | Failure]:
        """What the source hands over."""
        return list(self.kind.fetch(self._context(holder_key)))

    def landings(self, *, holder_key: str | None = None) -> list[Path]:
        """The landing file of each inbox file."""
        paths: list[Path] = []
        for item in self.fetch(holder_key=holder_key):
            assert isinstance(item, Incoming)
            path = self._landing / f"{len(paths)}.parquet"
            item.land(path)
            paths.append(path)
        return paths

    def rows(self, *, holder_key: str | None = None) -> list[TypedRow]:
        """The rows of the inbox's only file through the contract."""
        (landing,) = self.landings(holder_key=holder_key)
        return type_rows(landing, self.kind)

    def row(self, *, holder_key: str | None = None) -> TypedRow:
        """The only row of the only file."""
        (row,) = self.rows(holder_key=holder_key)
        return row

    def _context(self, holder_key: str | None) -> FetchContext:
        config = _config(self.folder, self.kind.name, holder_key)
        return FetchContext(
            source_id="register",
            settings=config.sources["register"],
            config=config,
            clock=lambda: FETCHED_AT,
            is_loaded=lambda _sha256: False,
        )


def type_rows(landing: Path, kind: SourceKind) -> list[TypedRow]:
    """A landing file's rows through the kind's contract, checked to be neither lost nor doubled."""
    facts = importlib.resources.files("etl.facts")
    connection = open_memory()
    connection.execute((facts / "macros.sql").read_text())
    connection.execute("create table unit_xref (source_unit_code varchar, unit_code varchar)")
    for code, unit_code in UNITS.items():
        connection.execute("insert into unit_xref values (?, ?)", [code, unit_code])
    connection.execute(f"create view landed as select * from '{landing}'")
    contract = (facts / f"{kind.contract}.sql").read_text()
    connection.execute(f"create temp table typed as select * from (\n{contract}\n)", {"fetched_at": FETCHED_AT})
    names = [name for (name,) in connection.rows("select column_name from (describe typed)")]
    rows = connection.rows("select * from typed order by row_no")
    assert [row[0] for row in rows] == [row_no for (row_no,) in connection.rows("select row_no from landed order by 1")]
    connection.close()
    return [TypedRow(row[0], tuple(row[1]), row[2], dict(zip(names[3:], row[3:], strict=True))) for row in rows]


def workbook(
    rows: Sequence[Sequence[object]],
    *,
    merged: Sequence[tuple[int, int, int, int, str]] = (),
    further: Mapping[str, Sequence[Sequence[object]]] | None = None,
) -> bytes:
    """An XLSX file: rows of one sheet, cells merged over several rows, further sheets."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "dd/mm/yyyy", "in_memory": True}) as book:
        for name, table in {"Danh sách": rows, **(further or {})}.items():
            sheet = book.add_worksheet(name)
            for row_index, row in enumerate(table):
                for column, value in enumerate(row):
                    sheet.write(row_index, column, value)
        for first_row, first_column, last_row, last_column, text in merged:
            book.worksheets()[0].merge_range(first_row, first_column, last_row, last_column, text)
    return buffer.getvalue()


def _config(folder: Path, kind: str, holder_key: str | None) -> Config:
    file = folder.parent / "config.yaml"
    file.write_text(
        f"site: {{name: Thử, unit: '31'}}\n"
        f"privacy: {{holder_key: '${{IOC_HOLDER_KEY}}'}}\n"
        f"sources:\n  register: {{kind: {kind}, path: {folder.name}}}\n"
    )
    return load_config(file, environ={} if holder_key is None else {"IOC_HOLDER_KEY": holder_key})
