"""What all raw files have in common: tables, dates in many spellings, codes of units, and what a count looks like."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

PROVINCE = "31"
NULLS = {"", "-", "–", "n/a", "null", "none"}
PATTERNS = ("%Y%m%d%H%M%S", "%Y%m%d%H%M", "%Y%m%d", "%d/%m/%Y %H:%M:%S", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d")

Number = int | Decimal
Parts = tuple[Number | None, Number | None]
"""Numerator and denominator; a plain count has no denominator."""
Counts = dict[tuple[str, str], Parts]
"""(unit, period) → parts."""
Answers = dict[tuple[str, str], Counts]
"""(indicator, series) → counts."""


@dataclass(frozen=True)
class Span:
    """A period: its name, what kind it is, and both its days."""

    name: str
    kind: str
    start: date
    end: date


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file; lines that begin with # are remarks."""
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(line for line in handle if not line.startswith("#")))


def read_tables(folder: Path) -> list[dict[str, str]]:
    """The rows of all CSV files of a folder."""
    return [row for path in sorted(folder.glob("*.csv")) for row in read_table(path)]


def read_units(folder: Path) -> dict[str, str]:
    """A source's code → the unit's own."""
    return {row["source_unit_code"].upper(): row["unit_code"] for row in read_table(folder / "crosswalk.csv")}


def moment(text: object) -> datetime | None:
    """A time in the spelling of any interface."""
    if text is None or str(text).strip().lower() in NULLS:
        return None
    clean = str(text).strip()
    for pattern in PATTERNS:
        try:
            found = datetime.strptime(clean, pattern)
        except ValueError:
            continue
        return None if found.year <= 1900 else found
    raise ValueError(clean)


def day(text: object) -> date | None:
    """The day of a time."""
    found = moment(text)
    return found.date() if found else None


def needed_day(text: object) -> date:
    """A day that must be there."""
    found = day(text)
    assert found is not None, text
    return found


def whole_number(text: object) -> int | None:
    """A whole number in any spelling; None where there is none."""
    if text is None or str(text).strip().lower() in NULLS:
        return None
    return int(float(str(text)))


def level_of(unit: str) -> str:
    """Statistical codes of communes are five digits; a department bears its electronic identifier."""
    return "province" if unit == PROVINCE else "commune" if unit.isdigit() else "department"


def is_counted_in(unit: str, whole: str) -> bool:
    """Whether a unit's cases are cases of another: of itself, and of the province."""
    return whole in (unit, PROVINCE)
