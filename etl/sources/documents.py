"""Source kind `documents`: how many documents units sent, received and signed, from tables and the document axis."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Final

from etl.grids import FILE_LIMIT_BYTES, cell_text
from etl.inbox import InboxFile, inbox_files
from etl.kept import words_of
from etl.landing import write_landing
from etl.sources.document_periods import Stretch, find_stretch, read_stretch
from etl.sources.document_rows import LANDED, LAYOUT, Kept, Statement, describe_issues, keep_statements
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.tables import Landed, TableRow, landing_table, read_table
from ioc.config import DocumentsSettings
from ioc.errors import ErrorClass, SourceError, UsageError
from ioc.words import gettext as _

DEEPEST_LEVEL: Final = 10
LISTS: Final = ("data", "result", "results", "items", "content", "list", "records", "children")
"""Where an answer holds its list of units."""
CHILDREN: Final = "childorgan"
FURTHER_KEYS: Final = {
    "organdomain": "unit_code",
    "domain": "unit_code",
    "organname": "unit_name",
    "unit": "unit_name",
    "fromdate": "from_day",
    "todate": "to_day",
    "sentext": "sent_ext",
    "sentint": "sent_int",
    "receivedext": "received_ext",
    "receivedint": "received_int",
    "lastupdate": "last_update",
    "signedrate": "sign_rate",
    "month": "period",
}
"""Names of the answers' fields beside those of the tables, without signs between the words."""
SUMS: Final = {"sent_total": ("sent_ext", "sent_int"), "received_total": ("received_ext", "received_int")}
"""What some axes state only in two halves: to the outside and within."""


@dataclass(frozen=True)
class Document:
    """A file as read: its rows, and the stretch of days that it states for all of them."""

    statements: tuple[Statement, ...]
    title: Stretch | None
    columns: frozenset[str] = field(default=frozenset())
    warnings: tuple[str, ...] = ()


def read_documents(content: bytes) -> Document:
    """The rows of a table or of an answer; SourceError if it is neither."""
    if len(content) > FILE_LIMIT_BYTES:
        raise SourceError(
            ErrorClass.UNREADABLE,
            _("the file has {n} bytes; at most {limit} are read").format(n=len(content), limit=FILE_LIMIT_BYTES),
        )
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{"):
        return _read_answer(content)
    table = read_table(content, LAYOUT)
    return Document(tuple(map(_of_row, table.rows)), _title_stretch(table.title), table.columns, table.warnings)


def to_landing(content: bytes, *, name: str = "", default: str | None = None) -> Landed:
    """The landing's rows of one file, and what is odd about it; the file's name may tell the period, then `default`."""
    document = read_documents(content)
    named = _named_stretch(name)
    stretch = document.title or named or (read_stretch(default) if default else None)
    kept = keep_statements(document.statements, stretch=stretch)
    table = landing_table(LANDED, [(TableRow(row.row_no, {}, row.fault), row.landed()) for row in kept])
    odd = (*_describe_name(document.title, named), *describe_issues(kept), *_describe_rates(kept))
    return table, (*document.warnings, *odd)


def _of_row(row: TableRow) -> Statement:
    return Statement(row.row_no, row.cells, row.fault)


def _title_stretch(lines: Sequence[str]) -> Stretch | None:
    """The stretch of days of the title: of several the shortest, where the others hold it."""
    found = {stretch for line in lines if (stretch := find_stretch(line)) is not None}
    shortest = min(found, key=lambda one: one.end - one.start, default=None)
    if shortest is None or any(one.start > shortest.start or one.end < shortest.end for one in found):
        return None
    return shortest


def _named_stretch(name: str) -> Stretch | None:
    """The stretch that a file's name tells, else that of the nearest folder."""
    path = PurePosixPath(name)
    parts = (path.stem, *(folder.name for folder in path.parents))
    return next((stretch for part in parts if (stretch := find_stretch(part)) is not None), None)


def _describe_name(title: Stretch | None, named: Stretch | None) -> Iterator[str]:
    if title is not None and named is not None and title != named:
        yield _("INTEGRITY: the title states {title}, the file's name {name}; the title counts").format(
            title=f"{title.start} – {title.end}", name=f"{named.start} – {named.end}"
        )


def _describe_rates(rows: Sequence[Kept]) -> Iterator[str]:
    """Says which rows have a rate without its counts."""
    numbers = [row.row_no for row in rows if row.rate() is not None and row.count("sent_signed") is None]
    if numbers:
        yield _("{n} rows state a rate without its counts; it is kept, but not added up").format(n=len(numbers))


def _read_answer(content: bytes) -> Document:
    try:
        answer = json.loads(content)
    except (ValueError, RecursionError):
        raise SourceError(ErrorClass.NOT_JSON, _("the file begins like JSON but is none; fetch it again")) from None
    entries, envelope = _entries(answer)
    numbers = count(1)
    statements = tuple(one for entry in entries for one in _walk(entry, numbers, level=1))
    if entries and not any({"unit_code", "unit_name"} & set(one.cells) for one in statements):
        raise SourceError(
            ErrorClass.SCHEMA, _("the entries name no unit; organDomain or organName is needed in each of them")
        )
    days = " - ".join(envelope[name] for name in ("from_day", "to_day") if name in envelope)
    return Document(
        statements, find_stretch(days) or (read_stretch(envelope["period"]) if "period" in envelope else None)
    )


def _entries(answer: object) -> tuple[list[object], Mapping[str, str]]:
    """The units of an answer, and what stands beside their list."""
    if isinstance(answer, list):
        return answer, {}
    if isinstance(answer, dict):
        for name in LISTS:
            if isinstance(inside := answer.get(name), list | dict):
                entries, nearer = _entries(inside)
                return entries, {**_cells(answer), **nearer}
        if {"unit_code", "unit_name"} & set(_cells(answer)):
            return [answer], {}
    raise SourceError(
        ErrorClass.SCHEMA, _("the answer holds no list of units; it is expected at the top or under data")
    )


def _walk(entry: object, numbers: Iterator[int], *, level: int) -> Iterator[Statement]:
    """An entry and those below it, each once."""
    if level > DEEPEST_LEVEL:
        raise SourceError(ErrorClass.SCHEMA, _("units are nested deeper than {n} levels").format(n=DEEPEST_LEVEL))
    row_no = next(numbers)
    if not isinstance(entry, dict):
        yield Statement(row_no, {}, fault=ErrorClass.SCHEMA.value)
        return
    inside = next((value for key, value in entry.items() if _bare(key) == CHILDREN), None)
    children = inside if isinstance(inside, list) else []
    below = [tuple(_walk(child, numbers, level=level + 1)) for child in children]
    yield Statement(row_no, _cells(entry), children=tuple(family[0] for family in below))
    for family in below:
        yield from family


def _cells(entry: Mapping[str, object]) -> dict[str, str]:
    """The known fields of an entry as texts."""
    known = _known_keys()
    cells = {
        known[_bare(key)]: cell_text(value)
        for key, value in entry.items()
        if _bare(key) in known and isinstance(value, str | int | float)
    }
    for total, halves in SUMS.items():
        parts = [cells[half] for half in halves if half in cells]
        if total not in cells and len(parts) == len(halves) and all(part.isdecimal() for part in parts):
            cells[total] = str(sum(map(int, parts)))
    if (
        "sent_total" not in cells
        and "received_total" not in cells
        and "sent_signed" in cells
        and "grand_total" in cells
    ):
        # a dashboard of signatures: its total is that of the documents sent
        cells["sent_total"] = cells.pop("grand_total")
    return cells


def _known_keys() -> Mapping[str, str]:
    headings = {_bare(text): column.name for column in LAYOUT.columns for text in (column.name, *column.headings)}
    return {**headings, **FURTHER_KEYS}


def _bare(key: str) -> str:
    return words_of(key).replace(" ", "")


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The reports of the inbox folder."""
    settings = context.settings
    if not isinstance(settings, DocumentsSettings):
        raise UsageError(_("source {source} has no path to a folder").format(source=context.source_id))
    for file in inbox_files(settings.path, memory=context.inbox_memory):
        if not file.sha256:
            message = _("the file cannot be read; check its permissions")
            yield Failure(file.name, SourceError(ErrorClass.UNREADABLE, message))
            continue
        yield Incoming(
            origin=file.name,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            fetched_at=context.clock(),
            # each row states its own days
            as_of=None,
            land=partial(_land, file, settings.period),
        )


def _land(file: InboxFile, period: str | None, path: Path) -> tuple[str, ...]:
    try:
        content = file.path.read_bytes()
    except OSError:
        raise SourceError(ErrorClass.UNREADABLE, _("the file cannot be read; check its permissions")) from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        # Landed now, it would stand in the ledger under the hash of what it was before.
        raise SourceError(ErrorClass.INTEGRITY, _("the file changed while it was being read; the next run takes it"))
    table, warnings = to_landing(content, name=file.name, default=period)
    write_landing(path, table)
    return warnings


KIND: Final = SourceKind(
    name="documents",
    fact=Fact("document_stat", ("source_id", "unit_code", "source_unit_code", "period_start", "period_end")),
    contract="document_stat",
    fetch=fetch,
    # the same bytes under another name may speak of another month
    states_anew=True,
)
