"""The dossiers of a dossier-sync file as lines of JSON in Arrow batches, whatever the file's outer form.

The forms are told apart by content: one JSON object per line (NDJSON), an array, an envelope `{"data": [...]}`,
a single object.
The lines hold personal data: they live in memory only, and no message quotes them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedIOBase
from itertools import pairwise
from typing import Any, Final

import ijson
import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

BATCH_BYTES: Final = 4 << 20
"""Bytes of lines per batch: enough to keep DuckDB busy, little enough for a few to be in memory at once."""
LINE_LIMIT_BYTES: Final = 64 << 20
HEAD_BYTES: Final = 1 << 20
"""How much of a file is looked at to tell its form."""
PIECE_BYTES: Final = 1 << 16
FAULT_PIECE_BYTES: Final = 1 << 10
DEEPEST: Final = 700
"""Levels within a piece; dossiers have four. Memory grows with the square of them, and JSON is written by recursion."""
ENVELOPE_UNIT_KEYS: Final = ("madonvi", "MaDonVi", "MADONVI")
BROKEN_ENCODING: Final = "ENCODING"
"""The fault of a line that is not UTF-8."""
BOM: Final = b"\xef\xbb\xbf"
LINES: Final = pa.schema([("row_no", pa.int64()), ("fault", pa.string()), ("line", pa.string())])


@dataclass(frozen=True)
class DossierLines:
    """A file's dossiers in order, one line of JSON each; rows are numbered as lines or elements of the file."""

    batches: Iterator[pa.RecordBatch]
    envelope_unit_code: str | None
    """What the envelope says of the unit, as it came."""


def open_lines(file: BufferedIOBase) -> DossierLines:
    """The dossiers of a file; raises SourceError at once or while iterating where the file as a whole is unreadable."""
    start = _skip_mark(file)
    head = file.read(HEAD_BYTES)
    file.seek(start)
    if not head.strip():
        raise SourceError(ErrorClass.EMPTY, _("the file is empty; put the exported dossiers in it"))
    if _has_an_object_per_line(head):
        return DossierLines(_split_lines(file), None)
    form = head.lstrip()[:1]
    if form == b"[":
        return DossierLines(_batch_elements(_read_elements(file, start, "item")), None)
    if form != b"{":
        raise _unreadable(start, _("it is not JSON"))
    return _open_object(file, start)


def _skip_mark(file: BufferedIOBase) -> int:
    mark = file.read(len(BOM))
    if mark[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise _unreadable(0, _("it is UTF-16; save it as UTF-8"))
    start = len(BOM) if mark == BOM else 0
    file.seek(start)
    return start


def _has_an_object_per_line(head: bytes) -> bool:
    """Whether a line that is not the inner part of a pretty-printed document is a whole object, and is not alone."""
    lines = [line for line in map(bytes.strip, head.split(b"\n")) if line]
    return len(lines) > 1 and any(
        _is_object(line)
        for previous, line in zip([b"", *lines], lines, strict=False)
        if previous[-1:] not in (b"[", b",", b":")
    )


def _is_object(line: bytes) -> bool:
    if not line.startswith(b"{"):
        return False
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _split_lines(file: BufferedIOBase) -> Iterator[pa.RecordBatch]:
    """Batches that share the bytes read: the ends of lines are found all at once, and no line is handled by itself."""
    row_no, rest = 1, b""
    while len(piece := _read_behind(rest, file)) > len(rest):
        ends = _line_ends(piece)
        if len(ends):
            yield _line_batch(piece, ends, first_row_no=row_no)
            row_no += len(ends)
        rest = piece.slice(ends[-1] if len(ends) else 0).to_pybytes()
        if len(rest) > LINE_LIMIT_BYTES:
            raise _unreadable(
                file.tell() - len(rest), _("a line is longer than {n} MB").format(n=LINE_LIMIT_BYTES >> 20)
            )
    if rest:
        yield _line_batch(pa.py_buffer(rest), np.array([len(rest)]), first_row_no=row_no)


def _read_behind(rest: bytes, file: BufferedIOBase) -> pa.Buffer:
    """The next bytes of a file behind those left of the last ones, in memory that Arrow uses again and again."""
    buffer = pa.allocate_buffer(len(rest) + BATCH_BYTES)
    view = memoryview(buffer).cast("B")
    view[: len(rest)] = rest
    return buffer.slice(0, len(rest) + file.readinto(view[len(rest) :]))


def _line_ends(lines: pa.Buffer) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == ord("\n")) + 1


def _line_batch(lines: pa.Buffer, ends: npt.NDArray[np.int64], *, first_row_no: int) -> pa.RecordBatch:
    offsets = np.concatenate(([0], ends)).astype(np.int32)
    texts = pa.StringArray.from_buffers(len(ends), pa.py_buffer(offsets), lines)
    row_nos = np.arange(first_row_no, first_row_no + len(ends), dtype=np.int64)
    try:
        texts.validate(full=True)
    except pa.ArrowInvalid:
        return _mend_batch(lines.to_pybytes(), offsets, row_nos)
    return _batch(row_nos, pa.nulls(len(ends), pa.string()), texts)


def _mend_batch(lines: bytes, offsets: npt.NDArray[np.int32], row_nos: npt.NDArray[np.int64]) -> pa.RecordBatch:
    """The slow way, for a batch with a line that is not UTF-8: that line loses its text and gets a fault."""
    texts = [_decode(lines[start:end]) for start, end in pairwise(offsets)]
    faults = [BROKEN_ENCODING if text is None else None for text in texts]
    return _batch(row_nos, pa.array(faults, pa.string()), pa.array([text or "" for text in texts], pa.string()))


def _decode(line: bytes) -> str | None:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return None


def _batch(row_nos: npt.NDArray[np.int64], faults: pa.Array, texts: pa.Array) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(row_nos), faults, texts], schema=LINES)


def _open_object(file: BufferedIOBase, start: int) -> DossierLines:
    """An envelope with its list of dossiers, or a dossier by itself."""
    shape = _read_shape(file, start)
    if shape.has_data:
        code = shape.unit_code or _find_late_unit_code(file, start)
        return DossierLines(_batch_elements(_read_elements(file, start, "data.item")), code)
    if not shape.is_dossier:
        raise SourceError(
            ErrorClass.SCHEMA,
            _("the JSON object has neither a list `data` nor a `MaHoSo`; send dossiers or an envelope of them"),
        )
    return DossierLines(_batch_elements(_read_elements(file, start, "")), None)


@dataclass(frozen=True)
class _Shape:
    """What an object's own keys tell of it, up to its list of dossiers."""

    has_data: bool
    is_dossier: bool
    unit_code: str | None


def _read_shape(file: BufferedIOBase, start: int) -> _Shape:
    is_dossier, unit_code = False, None
    file.seek(start)
    for prefix, event, value in _guard(file, start, ijson.parse(_Shallow(file), buf_size=PIECE_BYTES)):
        if prefix == "data" and event == "start_array":
            return _Shape(True, is_dossier, unit_code)
        is_dossier = is_dossier or prefix == "MaHoSo"
        if prefix in ENVELOPE_UNIT_KEYS and event in ("string", "number"):
            unit_code = str(value)
    return _Shape(False, is_dossier, unit_code)


def _find_late_unit_code(file: BufferedIOBase, start: int) -> str | None:
    """The envelope's unit where it stands behind the list."""
    for key in ENVELOPE_UNIT_KEYS:
        for value in _read_elements(file, start, key):
            return value if isinstance(value, str) else None
    return None


def _read_elements(file: BufferedIOBase, start: int, prefix: str) -> Iterator[Any]:
    file.seek(start)
    yield from _guard(file, start, ijson.items(_Shallow(file), prefix, buf_size=PIECE_BYTES))


class _Shallow:
    """A file that is refused as soon as a piece of it nests deeper than any dossier does."""

    def __init__(self, file: BufferedIOBase) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        if piece and _levels(piece) > DEEPEST:
            words = _("its lists and objects lie more than {n} levels within each other").format(n=DEEPEST)
            raise _unreadable(self._file.tell() - len(piece), words)
        return piece


def _levels(piece: bytes) -> int:
    """How many levels deeper than its start a piece reaches; brackets within texts are few, and mostly in pairs."""
    letters = np.frombuffer(piece, dtype=np.uint8)
    opening = (letters == ord("{")) | (letters == ord("["))
    closing = (letters == ord("}")) | (letters == ord("]"))
    return int(np.cumsum(opening.view(np.int8) - closing.view(np.int8), dtype=np.int32).max())


def _guard(file: BufferedIOBase, start: int, parsed: Iterator[Any]) -> Iterator[Any]:
    """What was parsed; a fault of the JSON becomes a SourceError that quotes nothing of the text."""
    try:
        yield from parsed
    except ijson.JSONError:
        offset = _find_fault(file, start)
        raise _unreadable(offset, _("its JSON breaks off or is broken there")) from None


def _find_fault(file: BufferedIOBase, start: int) -> int:
    """The place of the first byte that cannot belong to the document: parsed again in ever smaller pieces."""
    sound_until = max(start, file.tell() - PIECE_BYTES)
    # byte by byte from the start of a piece would take long: a text that fills it is looked at again for each byte
    for piece_bytes in (FAULT_PIECE_BYTES, 1):
        sound_until = _parse_until_fault(file, start, sound_until=sound_until, piece_bytes=piece_bytes)
    return sound_until


def _parse_until_fault(file: BufferedIOBase, start: int, *, sound_until: int, piece_bytes: int) -> int:
    """Where the piece with the fault begins."""
    file.seek(start)
    events = ijson.sendable_list()
    parser = ijson.basic_parse_coro(events)
    offset = start
    try:
        while piece := file.read(min(PIECE_BYTES, sound_until - offset) if offset < sound_until else piece_bytes):
            parser.send(piece)
            offset += len(piece)
            events.clear()
    except ijson.JSONError:
        pass
    return offset


def _batch_elements(elements: Iterator[Any]) -> Iterator[pa.RecordBatch]:
    row_no, lines, size_bytes = 1, list[bytes](), 0
    for element in elements:
        line = _dump(element)
        lines.append(line)
        size_bytes += len(line)
        if size_bytes >= BATCH_BYTES:
            yield _element_batch(lines, first_row_no=row_no)
            row_no, lines, size_bytes = row_no + len(lines), [], 0
    if lines:
        yield _element_batch(lines, first_row_no=row_no)


def _element_batch(lines: Sequence[bytes], *, first_row_no: int) -> pa.RecordBatch:
    text = pa.py_buffer(b"".join(lines))
    return _line_batch(text, np.cumsum([len(line) for line in lines]), first_row_no=first_row_no)


def _dump(element: Any) -> bytes:
    try:
        # ijson gives Decimal for numbers with a point; as text they keep their digits
        return orjson.dumps(element, default=str)
    except TypeError:
        # a whole number beyond 64 bits
        return json.dumps(element, default=str).encode()


def _unreadable(offset: int, reason: str) -> SourceError:
    message = _("the file cannot be read at byte {offset}: {reason}; send it again whole, as UTF-8 JSON")
    return SourceError(ErrorClass.UNREADABLE, message.format(offset=offset, reason=reason))
