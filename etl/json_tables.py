"""Tables that come as JSON: a list of objects, an object that holds one, or an object per line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from etl.grids import clean
from etl.kept import words_of
from etl.tables import Layout, Table, TableRow, read_table
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

ROWS_KEYS = ("data", "items", "rows", "results")
"""Under which an envelope holds its rows."""
NO_OBJECT = ErrorClass.VALUE.value
"""The fault of an element that is no object."""

Element = tuple[int, object]
"""A row's number and what stands there."""


def read_any_table(content: bytes, layout: Layout) -> Table:
    """The table of a JSON, CSV or spreadsheet file, told apart by content."""
    return read_json_table(content, layout) if is_json(content) else read_table(content, layout)


def is_json(content: bytes) -> bool:
    """Whether a file begins as a JSON list or object does."""
    return content[:1000].removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")


def read_json_table(content: bytes, layout: Layout) -> Table:
    """The rows of a JSON file; keys are known by name or by any heading of the column."""
    elements = _read_elements(_decode(content))
    columns = {
        words_of(heading): column.name for column in layout.columns for heading in (column.name, *column.headings)
    }
    rows = tuple(TableRow(row_no, *_cells(element, columns)) for row_no, element in elements)
    came = frozenset(name for row in rows for name in row.cells)
    missing = [group for group in layout.required if not came.intersection(group)]
    if missing and rows:
        raise SourceError(
            ErrorClass.SCHEMA,
            _("columns are missing; came: {came}; missing: {missing}; add a heading of each").format(
                came=", ".join(sorted(came)) or "–", missing="; ".join(" / ".join(group) for group in missing)
            ),
        )
    return Table(came, "", rows)


def _decode(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _broken() from None


def _broken() -> SourceError:
    return SourceError(ErrorClass.NOT_JSON, _("the file begins as JSON but is broken or cut; export it again"))


def _read_elements(text: str) -> Sequence[Element]:
    try:
        whole = orjson.loads(text)
    except orjson.JSONDecodeError:
        return _read_lines(text)
    if isinstance(whole, dict):
        whole = next((whole[key] for key in ROWS_KEYS if isinstance(whole.get(key), list)), [whole])
    return list(enumerate(whole, start=1))


def _read_lines(text: str) -> Sequence[Element]:
    """One object per line; a line that is none is a faulty row, but the first must be one."""
    lines = [(row_no, line) for row_no, line in enumerate(text.split("\n"), start=1) if line.strip()]
    elements = [(row_no, _line_object(line)) for row_no, line in lines]
    if not elements or not isinstance(elements[0][1], dict) or len(elements) == 1:
        raise _broken()
    return elements


def _line_object(line: str) -> object:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return None


def _cells(element: object, columns: Mapping[str, str]) -> tuple[dict[str, str], str | None]:
    """The known columns of an object as text, and what is wrong with it."""
    if not isinstance(element, dict):
        return {}, NO_OBJECT
    return dict(_known(element, columns)), None


def _known(element: Mapping[str, Any], columns: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in element.items():
        name = columns.get(words_of(key))
        if name is not None:
            yield name, _text(value)


def _text(value: object) -> str:
    """A JSON value as a person would have typed it; of a list or an object, something that no rule keeps."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if math.isfinite(value) and value.is_integer() else repr(value)
    return clean(str(value))
