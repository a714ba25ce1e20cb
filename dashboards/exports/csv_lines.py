"""Tables as CSV: for programs, and for people who open it in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dashboards.exports.headings import heading
from dashboards.exports.tables import Table

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""A spreadsheet computes text that begins like this; in other people's text it must stay text."""
LINES_PER_CHUNK = 500


def machine_lines(table: Table) -> Iterator[str]:
    """UTF-8, names of columns as in the catalogue, ISO dates, decimal points, codes as text."""
    return _chunks([table.columns, *([_plain(cell) for cell in row] for row in table.rows)])


def spreadsheet_lines(table: Table) -> Iterator[str]:
    """The same rows for a spreadsheet: byte order mark, headings in words, no text that could be a formula."""
    yield BYTE_ORDER_MARK
    headings = [heading(column) for column in table.columns]
    yield from _chunks([headings, *([_guarded(cell) for cell in row] for row in table.rows)])


def _chunks(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for start in range(0, len(rows), LINES_PER_CHUNK):
        buffer = io.StringIO()
        csv.writer(buffer).writerows(rows[start : start + LINES_PER_CHUNK])
        yield buffer.getvalue()


def _plain(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return _decimal(cell)
    if isinstance(cell, list | tuple):
        return ";".join(str(part) for part in cell)
    return str(cell)


def _decimal(number: Decimal) -> str:
    """Without the zeros that only the column's type puts there."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _guarded(cell: Any) -> str:
    text = _plain(cell)
    is_text = isinstance(cell, str | list | tuple)
    return f"'{text}" if is_text and text.startswith(FORMULA_STARTS) else text
