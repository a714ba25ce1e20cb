"""What units state for stretches of days: form II.06a and documents; and how months make longer periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

from tests.oracle.raw import PROVINCE, Answers, Counts, Parts, Span, needed_day, read_tables
from tests.oracle.terms import ONE_DAY, last_day_of_month

Figures = dict[str, int]
"""A unit's figures of a month, by name."""
Months = dict[str, dict[date, Figures]]
"""unit → first day of the month → figures."""
FORM_COLUMNS = (
    "c3", "online", "direct", "carried", "done", "early", "on_time", "late", "open", "in_time", "overdue",
)  # fmt: skip
"""Of form II.06a, after number, unit and code."""
OPENING, CLOSING = {"carried"}, {"open", "in_time", "overdue"}
"""A longer period's is the first month's, or the last month's; all others add up."""


class _Cells(HTMLParser):
    """The texts of a table's cells, row by row."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._is_in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag == "tr":
            self.rows.append([])
        self._is_in_cell = tag == "td"
        if self._is_in_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._is_in_cell = False

    def handle_data(self, data: str) -> None:
        if self._is_in_cell:
            self.rows[-1][-1] += data


def read_forms(folder: Path, units: dict[str, str]) -> Months:
    found: Months = defaultdict(dict)
    for path in sorted(folder.iterdir()):
        cells = _Cells()
        cells.feed(path.read_text(encoding="utf-8"))
        stretch = next(text for row in cells.rows for text in row if text.startswith("(Từ ngày"))
        month = needed_day(stretch.split()[2])
        for row in cells.rows:
            if len(row) == len(FORM_COLUMNS) + 3 and row[2].upper() in units:
                numbers = (int(text.replace(".", "")) for text in row[3:])
                found[units[row[2].upper()]][month] = dict(zip(FORM_COLUMNS, numbers, strict=True))
    return with_province(found)


def read_documents(folder: Path, units: dict[str, str]) -> Months:
    found: Months = defaultdict(dict)
    for row in read_tables(folder):
        figures = {
            name: int(row[name])
            for name in row
            if name.startswith(("sent_", "work_", "received_")) and row[name].strip()
        }
        found[units[row["unit_code"].upper()]][needed_day(row["period_start"])] = figures
    return with_province(found)


def with_province(months: Months) -> Months:
    """The province's figures are the sums of its units'."""
    whole: dict[date, Figures] = defaultdict(lambda: defaultdict(int))
    for figures in months.values():
        for month, own in figures.items():
            for name, number in own.items():
                whole[month][name] += number
    return {**months, PROVINCE: whole}


def figures_of(months: Mapping[date, Figures], span: Span) -> Figures | None:
    """What the months of a period make; None where it is not made of whole months, or one of them is missing."""
    if span.start.day != 1 or span.end != last_day_of_month(span.end):
        return None
    within = [month for month in sorted(months) if span.start <= month <= span.end]
    wanted, month, newest = [], span.start, max(months)
    while month <= min(span.end, newest):
        wanted.append(month)
        month = last_day_of_month(month) + ONE_DAY
    if not within or within != wanted:
        return None
    made: Figures = {}
    for name in months[within[0]]:
        numbers = [months[month][name] for month in within]
        made[name] = numbers[0] if name in OPENING else numbers[-1] if name in CLOSING else sum(numbers)
    return made


def count_stated(
    months: Months, spans: list[Span], series: str, indicators: Mapping[str, Callable[[Figures], Parts]]
) -> Answers:
    answers: dict[tuple[str, str], Counts] = defaultdict(dict)
    for unit, figures in months.items():
        for span in spans:
            found = figures_of(figures, span)
            for indicator, parts_of in indicators.items() if found else ():
                assert found is not None
                answers[indicator, series][unit, span.name] = parts_of(found)
    return answers


FORM_INDICATORS: Mapping[str, Callable[[Figures], Parts]] = {
    "ontime_completed": lambda it: (it["early"] + it["on_time"], it["done"]),
    "early_rate": lambda it: (it["early"], it["done"]),
    "overdue_completed_rate": lambda it: (it["late"], it["done"]),
    "open_overdue_count": lambda it: (it["overdue"], None),
    "open_overdue_rate": lambda it: (it["overdue"], it["open"]),
    "carried_over_rate": lambda it: (it["carried"], it["carried"] + it["online"] + it["direct"]),
    "online_submission_simple": lambda it: (it["online"], it["online"] + it["direct"]),
}
DOCUMENT_INDICATORS: Mapping[str, Callable[[Figures], Parts]] = {
    "edoc_signed_rate": lambda it: (it["sent_signed"], it["sent_total"]),
    "edoc_personal_signed": lambda it: (it["sent_signed_personal"], it["sent_total"]),
    "edoc_org_signed": lambda it: (it["sent_signed_org"], it["sent_total"]),
    "edoc_exchange_rate": lambda it: (it["sent_electronic"], it["sent_total"]),
    "work_file_online": lambda it: (it["work_files_online"], it["work_files_total"]),
}
