"""Workbooks of Excel 97 (BIFF) and OpenDocument, read in a process of their own.

A broken one can make its reader run for ever, or ask for more memory than there is, which ends the process it runs in.
"""

import io
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

TIMEOUT_S: Final = 60.0
MEMORY_LIMIT_BYTES: Final = 3 << 30
PASSWORD_EXIT_CODE: Final = 3

Value = str | float | bool | datetime | date | time | None


class UnreadableWorkbookError(Exception):
    """The reader did not finish: the workbook is damaged."""


class LockedWorkbookError(Exception):
    """The workbook has a password."""


@dataclass(frozen=True)
class ApartSheet:
    """A sheet as it was read."""

    name: str
    is_visible: bool
    rows: tuple[tuple[Value, ...], ...]
    merges: tuple[tuple[int, int, int, int], ...]
    """First row, first column, last row, last column, from 0."""


def read_apart(content: bytes, *, timeout_s: float = TIMEOUT_S) -> tuple[ApartSheet, ...]:
    """The sheets of a workbook; UnreadableWorkbookError where they cannot be read in time and memory."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "RUST_BACKTRACE": "0"}
    try:
        done = subprocess.run(
            [sys.executable, "-m", __name__], input=content, capture_output=True, timeout=timeout_s, env=environment
        )
    except subprocess.TimeoutExpired:
        raise UnreadableWorkbookError from None
    if done.returncode == PASSWORD_EXIT_CODE:
        raise LockedWorkbookError
    if done.returncode != 0:
        raise UnreadableWorkbookError
    return tuple(_from_told(sheet) for sheet in json.loads(done.stdout))


def _from_told(sheet: dict[str, Any]) -> ApartSheet:
    rows = tuple(tuple(_from_json(value) for value in row) for row in sheet["rows"])
    merges = tuple((top, left, bottom, right) for top, left, bottom, right in sheet["merges"])
    return ApartSheet(sheet["name"], sheet["is_visible"], rows, merges)


def _from_json(value: Any) -> Value:
    if not isinstance(value, dict):
        plain: Value = value
        return plain
    kinds: dict[str, Callable[[str], Value]] = {
        "datetime": datetime.fromisoformat,
        "date": date.fromisoformat,
        "time": time.fromisoformat,
    }
    ((kind, text),) = value.items()
    return kinds[kind](text)


def _to_json(value: object) -> object:
    for kind in (datetime, date, time):
        if isinstance(value, kind):
            return {kind.__name__: value.isoformat()}
    return str(value) if isinstance(value, timedelta) else value


def _tell(content: bytes) -> list[dict[str, object]]:
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        return [_tell_sheet(workbook, meta.name, meta.visible) for meta in workbook.sheets_metadata]


def _tell_sheet(workbook: CalamineWorkbook, name: str, visible: SheetVisibleEnum) -> dict[str, object]:
    is_visible = visible == SheetVisibleEnum.Visible
    sheet = workbook.get_sheet_by_name(name) if is_visible else None
    values: Sequence[Sequence[object]] = sheet.to_python(skip_empty_area=False) if sheet is not None else ()
    spans = (sheet.merged_cell_ranges or ()) if sheet is not None else ()
    merges = [[*first, *last] for first, last in spans]
    rows = [[_to_json(value) for value in row] for row in values]
    return {"name": name, "is_visible": is_visible, "rows": rows, "merges": merges}


def main() -> int:
    """Reads a workbook from the standard input and writes its sheets as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT_BYTES, MEMORY_LIMIT_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        sys.stdout.write(json.dumps(_tell(sys.stdin.buffer.read())))
    except PasswordError:
        return PASSWORD_EXIT_CODE
    except CalamineError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
