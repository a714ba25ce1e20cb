"""Answers of the command line: a table for people, CSV or JSON for machines."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TextIO

from rich import box
from rich.console import Console
from rich.table import Table

WIDE = 400
"""Columns of a table that does not go to a terminal: nothing is cut off."""


class AnswerFormat(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"


def write_answer(
    record: type[Any],
    rows: Iterable[Any],
    *,
    answer_format: AnswerFormat,
    names: Mapping[str, str] | None = None,
    file: TextIO | None = None,
) -> None:
    """Writes records of one dataclass; its fields, renamed by `names`, are the columns. CSV is written row by row."""
    columns = [field.name for field in fields(record)]
    headings = [(names or {}).get(column, column) for column in columns]
    values = ([getattr(row, column) for column in columns] for row in rows)
    write = {AnswerFormat.TABLE: _write_table, AnswerFormat.CSV: _write_csv, AnswerFormat.JSON: _write_json}
    write[answer_format](headings, values, file or sys.stdout)


def _write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]], file: TextIO) -> None:
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_text(value) for value in row] for row in rows)


def _write_json(columns: Sequence[str], rows: Iterable[Sequence[object]], file: TextIO) -> None:
    records = [{column: _plain(value) for column, value in zip(columns, row, strict=True)} for row in rows]
    json.dump(records, file, ensure_ascii=False, indent=2)
    file.write("\n")


def _write_table(columns: Sequence[str], rows: Iterable[Sequence[object]], file: TextIO) -> None:
    shown = list(rows)
    console = Console(file=file, width=None if file.isatty() else WIDE, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for position, column in enumerate(columns):
        is_numeric = any(isinstance(row[position], int | float | Decimal) for row in shown)
        table.add_column(column, justify="right" if is_numeric else "left", overflow="fold")
    for row in shown:
        table.add_row(*(_text(value) for value in row))
    console.print(table)


def _text(value: object) -> str:
    """A value in a cell: ISO dates, decimal points, nothing for an unknown one."""
    plain = _plain(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if plain is None:
        return ""
    if isinstance(plain, list):
        return ";".join(str(item) for item in plain)
    if isinstance(plain, bool):
        return str(plain).lower()
    return str(plain)


def _plain(value: object) -> object:
    """A value as JSON knows it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    return value
