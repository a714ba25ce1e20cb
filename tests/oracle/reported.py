"""Figures that somebody wrote down."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from pathlib import Path

from tests.oracle.raw import PROVINCE, Answers, Counts, Parts, read_tables

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
    return answers


def province_sums(counts: Counts) -> Counts:
    """Of units that are there today; a figure without its denominator is never added to another."""
    sums: dict[str, Parts] = {}
    for (unit, period), (numerator, denominator) in counts.items():
        if unit != PROVINCE and "@" not in unit and numerator is not None and denominator is not None:
            so_far, of = sums.get(period, (Decimal(0), Decimal(0)))
            sums[period] = ((so_far or 0) + numerator, (of or 0) + denominator)
    return {(PROVINCE, period): parts for period, parts in sums.items() if (PROVINCE, period) not in counts}
