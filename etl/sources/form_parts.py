"""Several tables below each other in one sheet, each with a title of its own; headings that a page repeats are none."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from etl.grids import Grid, GridRow
from etl.kept import words_of
from etl.sources.form_headings import Header, find_headers
from etl.sources.form_period import Stretch, find_impossible, find_made_at, find_stretch, speaks_of_period
from etl.sources.form_rows import Marked, RowKind, has_figures
from etl.sources.form_units import SiteUnits
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

_NOT_A_TITLE: Final = re.compile(r"(ghi chu|noi nhan|nguoi lap|thu truong|xac nhan|luu|trang)\b.*")
_TITLE: Final = re.compile(
    r"(bao cao|bieu|tinh hinh|ket qua|tong hop|so lieu|ky|thang|quy|nam|tu ngay|[0-9]+ thang)\b.*"
)


@dataclass(frozen=True)
class Part:
    """One table of a sheet."""

    grid: Grid
    """The sheet down to the table's last row: places and row numbers stay those of the sheet."""
    header: Header
    above: tuple[str, ...]
    """The lines of its own title."""
    told: Stretch | None
    """What the title says; None: nothing."""


@dataclass(frozen=True)
class _Title:
    """What stands between two tables, and what of it speaks of the lower one."""

    lines: tuple[str, ...]
    row_no: int
    """Of the line that names a period or repeats one of the title above."""
    first_row: int
    """Index of its first line in the sheet's rows; that of the headings where it has none."""


def find_parts(grid: Grid, best: Header, units: SiteUnits, elsewhere: Sequence[str]) -> list[Part]:
    """The tables of a sheet from the top down; SourceError where one has a title whose period cannot be told."""
    first, *further = find_headers(grid, best)
    above = _lines(grid.rows[: first.first_row])
    parts = [Part(grid, first, above, find_stretch(above, elsewhere=elsewhere))]
    for upper, header in pairwise([first, *further]):
        last = parts[-1]
        title = _title_of(grid, upper, header, known=set(above), units=units)
        told = find_stretch(title.lines, elsewhere=[*above, *elsewhere])
        if told is None or find_impossible(title.lines):
            _refuse_untold(title, header, grid, known=set(above))
        if _is_other(last, header, title, told, units):
            ended = replace(last, grid=replace(last.grid, rows=last.grid.rows[: title.first_row]))
            parts[-1:] = [ended, Part(grid, header, title.lines, told or last.told)]
        else:
            parts[-1] = replace(last, grid=_without(last.grid, title.first_row, header.first_row, known=set(above)))
    return parts


def _lines(rows: Sequence[GridRow]) -> tuple[str, ...]:
    return tuple(line_of(row.cells) for row in rows if any(row.cells))


def line_of(cells: Sequence[str]) -> str:
    """A row's text; what a merged cell says over and over only once."""
    return " ".join(cell for place, cell in enumerate(cells) if cell and (place == 0 or cell != cells[place - 1]))


def _title_of(grid: Grid, upper: Header, lower: Header, *, known: set[str], units: SiteUnits) -> _Title:
    """The lines above a heading from the one on that first says something new, without what ends the table before."""
    between = grid.rows[upper.last_row + 1 : lower.first_row]
    last = max((place for place, row in enumerate(between) if has_figures(row, upper)), default=-1)
    first = upper.last_row + 1 + last + 1
    kept = [
        (index, line)
        for index in range(first, lower.first_row)
        if not _NOT_A_TITLE.fullmatch(words_of(line := line_of(grid.rows[index].cells))) and line
    ]
    # where rows are fields, an office's line says whose they are
    offices = units if lower.rows_are != "unit" else SiteUnits()
    told = [
        place for place, (_index, line) in enumerate(kept) if _is_title(line, known) or offices.find(line) is not None
    ]
    if not told:
        return _Title((), grid.rows[lower.first_row].row_no, lower.first_row)
    # an office may be named just above, in a line of its own
    has_office = told[0] > 0 and _is_office(grid.rows[kept[told[0] - 1][0]])
    start = told[0] - 1 if has_office else told[0]
    return _Title(tuple(line for _index, line in kept[start:]), grid.rows[kept[told[0]][0]].row_no, kept[start][0])


def _is_office(row: GridRow) -> bool:
    """Whether a row is one text, neither a row that has a number of its own nor the day of a signature."""
    return len({cell for cell in row.cells if cell}) == 1 and find_made_at([line_of(row.cells)]) is None


def _without(grid: Grid, first: int, end: int, *, known: set[str]) -> Grid:
    """A sheet without the title that a page repeats; its rows keep their places."""
    kept = (replace(row, cells=()) if _is_title(line_of(row.cells), known) else row for row in grid.rows[first:end])
    return replace(grid, rows=(*grid.rows[:first], *kept, *grid.rows[end:])) if first < end else grid


def _is_title(line: str, known: set[str]) -> bool:
    return line in known or speaks_of_period(line)


def _is_other(last: Part, header: Header, title: _Title, told: Stretch | None, units: SiteUnits) -> bool:
    if (told is not None and told != last.told) or not _has_same_headings(last, header):
        return True
    named = [code for line in title.lines if (code := units.find(line)) is not None]
    before = [code for line in last.above if (code := units.find(line)) is not None]
    return header.rows_are != "unit" and bool(named) and named != before


def _has_same_headings(last: Part, header: Header) -> bool:
    return [row.cells for row in _heading_rows(last.grid, last.header)] == [
        row.cells for row in _heading_rows(last.grid, header)
    ]


def _heading_rows(grid: Grid, header: Header) -> Sequence[GridRow]:
    return grid.rows[header.first_row : header.last_row + 1]


def _refuse_untold(title: _Title, header: Header, grid: Grid, *, known: set[str]) -> None:
    if any(line not in known and speaks_of_period(line) for line in title.lines):
        raise _second_table(title.row_no, grid.rows[header.first_row].row_no)


def refuse_titles_within(
    marked: Sequence[Marked], stretch: Stretch, above: Sequence[str], elsewhere: Sequence[str]
) -> None:
    """SourceError where rows stand below a title of another period that no heading follows."""
    for it in _followed_by_data(marked):
        line = line_of(it.row.cells)
        told = find_stretch([line], elsewhere=[*above, *elsewhere]) if _TITLE.fullmatch(words_of(line)) else None
        if told is not None and told != stretch:
            raise _second_table(it.row.row_no, it.row.row_no + 1)


def _followed_by_data(marked: Sequence[Marked]) -> Iterator[Marked]:
    last = max((place for place, it in enumerate(marked) if it.kind is RowKind.DATA), default=-1)
    yield from (it for it in marked[: max(last, 0)] if it.kind in (RowKind.NOTE, RowKind.SECTION))


def _second_table(title_row: int, first_row: int) -> SourceError:
    return SourceError(
        ErrorClass.SCHEMA,
        _(
            "row {title} is the title of a further table, whose rows from row {first} on are of another period or of "
            "one that the title does not tell; write “Tháng … năm …” there and the headings below it, or put "
            "the table into a sheet of its own"
        ).format(title=title_row, first=first_row),
    )
