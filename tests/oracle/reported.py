"""Figures that somebody wrote down."""

from __future__ import annotations

import csv
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from tests.oracle.raw import PROVINCE, Answers, Counts, Parts, read_tables

REFERENCE = Path(__file__).parents[2] / "data" / "reference"
BEFORE_THE_MERGER = "2024-12-31"
"""A unit that was there before July 2025 bears this day beside its code."""
NEVER_ADDED = {"online_submission_simple"}
"""Measures with a denominator that stand for their unit alone."""


def read_reported(folder: Path) -> Answers:
    """Each figure as it was written, and of today's units the sums of what has a denominator."""
    answers: Answers = defaultdict(dict)
    for row in read_tables(folder):
        whole = Decimal(row["of"]) if row["of"].strip() else None
        code, at, _day = row["unit_code"].partition("@")
        unit = f"{code}@{BEFORE_THE_MERGER}" if at else code
        answers[row["measure"], "reported"][unit, row["period"]] = (Decimal(row["value"]), whole)
    for (measure, _series), counts in answers.items():
        if measure not in NEVER_ADDED:
            counts.update(province_sums(counts))
            counts.update(district_sums(counts))
    return answers


def district_sums(counts: Counts) -> Counts:
    """What former districts wrote counts for the former province above each, and for the present one it went to."""
    above = {row["code"]: row["province_code"] for row in _reference("former_districts.csv")}
    sums: dict[tuple[str, str], Parts] = {}
    for (unit, period), (numerator, denominator) in counts.items():
        code = unit.partition("@")[0]
        if "@" in unit and code in above and numerator is not None and denominator is not None:
            for target in (f"{above[code]}@{BEFORE_THE_MERGER}", _present_province(code)):
                so_far, of = sums.get((target, period), (Decimal(0), Decimal(0)))
                sums[target, period] = ((so_far or 0) + numerator, (of or 0) + denominator)
    return {key: parts for key, parts in sums.items() if key not in counts}


def _present_province(district: str) -> str:
    """The one province in which all communes of a former district lie today."""
    communes = {row["code"] for row in _reference("former_communes.csv") if row["district_code"] == district}
    new = {row["new_code"] for row in _reference("lineage_2025-07-01.csv") if row["old_code"] in communes}
    (province,) = {row["province_code"] for row in _reference("communes_2025.csv") if row["code"] in new}
    return province


def _reference(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def province_sums(counts: Counts) -> Counts:
    """Of units that are there today; a figure without its denominator is never added to another."""
    sums: dict[str, Parts] = {}
    for (unit, period), (numerator, denominator) in counts.items():
        if unit != PROVINCE and "@" not in unit and numerator is not None and denominator is not None:
            so_far, of = sums.get(period, (Decimal(0), Decimal(0)))
            sums[period] = ((so_far or 0) + numerator, (of or 0) + denominator)
    return {(PROVINCE, period): parts for period, parts in sums.items() if (PROVINCE, period) not in counts}
