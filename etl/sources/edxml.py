"""Source kind `edxml`: messages of the document axis, single or in archives; one row for each, attachments unread."""

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO, Final

from etl.inbox import CHUNK_BYTES, InboxFile, inbox_files
from etl.landing import write_landing
from etl.sources.edxml_attachments import DAMAGED, SignatureFinder
from etl.sources.edxml_reader import Source, read_message
from etl.sources.edxml_rows import LANDED, keep_message
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from etl.tables import TableRow, landing_table
from ioc.config import EdxmlSettings
from ioc.errors import ErrorClass, SourceError, UsageError
from ioc.words import gettext as _

MOST_ENTRIES: Final = 100_000
SHOWN_ENTRIES: Final = 8
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_MESSAGE_NAMES: Final = (".edxml", ".xml")
_ENCRYPTED: Final = 0x1


@dataclass(frozen=True)
class Limits:
    """How large messages and archives may be, and whether attachments are looked into."""

    max_message_bytes: int
    max_archive_bytes: int
    check_pdf: bool = False


@dataclass(frozen=True)
class MessageRow:
    """One message as landed, or why it could not be read."""

    row: TableRow
    values: dict[str, str | None]


def read_messages(file: IO[bytes], limits: Limits) -> tuple[list[MessageRow], tuple[str, ...]]:
    """The messages of a file and warnings; SourceError where the file as a whole cannot be read."""
    start = file.read(4)
    file.seek(0)
    if start in _ZIP:
        return _read_archive(file, limits)
    if not start:
        raise SourceError(ErrorClass.UNREADABLE, _("the file is empty; export it again"))
    return [MessageRow(TableRow(1, {}), _read_one(file, limits))], ()


def _read_one(source: Source, limits: Limits) -> dict[str, str | None]:
    finder = SignatureFinder() if limits.check_pdf else None
    message = read_message(source, max_bytes=limits.max_message_bytes, contents=finder)
    return keep_message(message, finder=finder)


def _read_archive(file: IO[bytes], limits: Limits) -> tuple[list[MessageRow], tuple[str, ...]]:
    try:
        with zipfile.ZipFile(file) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_size(entries, limits)
            messages = sorted(filter(_is_message, entries), key=lambda entry: _natural_order(entry.filename))
            rows = [_read_entry(archive, entry, row_no, limits) for row_no, entry in enumerate(messages, start=1)]
    except DAMAGED:
        raise SourceError(ErrorClass.UNREADABLE, _("the archive is damaged; export it again")) from None
    others = len(entries) - len(messages)
    return rows, tuple(_warnings(rows, others))


def _check_size(entries: list[zipfile.ZipInfo], limits: Limits) -> None:
    unpacked_bytes = sum(entry.file_size for entry in entries)
    if unpacked_bytes > limits.max_archive_bytes:
        raise SourceError(
            ErrorClass.UNREADABLE,
            _("the archive has {n} bytes unpacked; at most {limit} are read").format(
                n=unpacked_bytes, limit=limits.max_archive_bytes
            ),
        )
    if len(entries) > MOST_ENTRIES:
        raise SourceError(
            ErrorClass.UNREADABLE,
            _("the archive has {n} files; at most {limit} are read").format(n=len(entries), limit=MOST_ENTRIES),
        )


def _is_message(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.rpartition("/")[2]
    return name.lower().endswith(_MESSAGE_NAMES) and not name.startswith((".", "~$"))


def _natural_order(name: str) -> list[tuple[int, int, str]]:
    parts = re.split(r"([0-9]+)", name)
    return [(1, int(part), "") if part.isdigit() and part.isascii() else (0, 0, part) for part in parts]


def _read_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, row_no: int, limits: Limits) -> MessageRow:
    """One message of an archive; what cannot be read is a row too, so that it is not lost."""
    if entry.flag_bits & _ENCRYPTED or entry.file_size > limits.max_message_bytes:
        return MessageRow(TableRow(row_no, {}, ErrorClass.UNREADABLE.value), {})
    try:
        with archive.open(entry) as stream:
            return MessageRow(TableRow(row_no, {}), _read_one(stream, limits))
    except SourceError as error:
        return MessageRow(TableRow(row_no, {}, error.error_class.value), {})
    except DAMAGED:
        return MessageRow(TableRow(row_no, {}, ErrorClass.UNREADABLE.value), {})


def _warnings(rows: list[MessageRow], others: int) -> Iterator[str]:
    if not rows:
        yield _("EMPTY: the archive holds no message (.edxml or .xml)")
    if others:
        yield _("{n} files of the archive are no messages and were passed over").format(n=others)
    refused = [row.row.row_no for row in rows if row.row.fault is not None]
    if refused:
        shown = ", ".join(map(str, refused[:SHOWN_ENTRIES]))
        yield _("UNREADABLE: messages number {rows} of the archive cannot be read").format(rows=shown)


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The messages and archives of the inbox folder."""
    settings = context.settings
    if not isinstance(settings, EdxmlSettings):
        raise UsageError(_("source {source} has no path to a folder").format(source=context.source_id))
    limits = Limits(settings.max_message_bytes, settings.max_archive_bytes, settings.check_pdf)
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
            # each message has its own time
            as_of=None,
            land=partial(_land, file, limits),
        )


def _land(file: InboxFile, limits: Limits, path: Path) -> tuple[str, ...]:
    try:
        with file.path.open("rb") as stream:
            rows, warnings = read_messages(stream, limits)
            stream.seek(0)
            is_as_listed = _hash(stream) == file.sha256
    except OSError:
        raise SourceError(ErrorClass.UNREADABLE, _("the file cannot be read; check its permissions")) from None
    if not is_as_listed:
        # Landed now, it would stand in the ledger under the hash of what it was before.
        raise SourceError(ErrorClass.INTEGRITY, _("the file changed while it was being read; the next run takes it"))
    write_landing(path, landing_table(LANDED, [(row.row, row.values) for row in rows]))
    return warnings


def _hash(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while chunk := stream.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


KIND: Final = SourceKind(name="edxml", fact=Fact("message", ("message_key",)), contract="message", fetch=fetch)
