"""Tables that people keep in spreadsheets: found by their headings, read row by row as text.

Everything of a row may be read here, but only what a column's `keep` lets through is ever landed.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise

import pyarrow as pa

from etl.grids import Grid, GridRow, read_grids
from etl.kept import Keep, keep, words_of
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

HEADER_ROWS_SEARCHED = 50
LEAST_HEADINGS = 2
LEAST_CONTAINED_LETTERS = 4
"""A shorter heading (“CA”) must stand alone: within others it is too often something else."""
LEAST_NUMBERED_COLUMNS = 3
MOST_COLUMNS = 2_000
"""Further to the right no heading is looked for."""
LONGEST_HEADING = 500
"""A longer text is somebody's data."""
SHOWN_SYNONYMS = 3

_TOTAL = re.compile(r"(tong|cong|tong so|tong cong)( [0-9].*)?|tong (so|cong) (?!ty\b)[^0-9]*[0-9]*")
_TOTAL_KEY = re.compile(r"[0-9]{0,6}")
_FOOTER = re.compile(
    r"(nguoi lap|thu truong|noi nhan|ghi chu|xac nhan|ky ten|lanh dao don vi)\b.*|.*\bngay .*thang .*nam .*"
)
_NUMBERING = re.compile(r"\(?([0-9]{1,2}|[A-Za-z])\)?")
_DAY_NUMBER = re.compile(r"[2-6][0-9]{4}")
_DAY_ZERO = date(1899, 12, 30)
"""Of the spreadsheets' count of days."""
_STATED_DAY = re.compile(
    r"(?:ngày số liệu|số liệu đến(?: hết)?(?: ngày)?|tính đến(?: hết)?(?: ngày)?)\s*:?\s*"
    r"(\d{1,2}[/-]\d{1,2}[/-]\d{4}|\d{4}-\d{2}-\d{2})",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Column:
    """One column of a table, under any of its headings."""

    name: str
    headings: tuple[str, ...]
    keep: Keep | None = None
    """None: read where it is needed, never landed as it is."""
    is_date: bool = False


@dataclass(frozen=True)
class Layout:
    """What a kind of table looks like."""

    columns: tuple[Column, ...]
    required: tuple[tuple[str, ...], ...]
    """At least one column of each group must be there."""
    key: str
    """The column that a total or a note has nothing in."""
    filled_down: tuple[str, ...] = ()
    """The cells of a spreadsheet that people merge over several rows."""

    def column(self, name: str) -> Column:
        """The column of this name."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True)
class TableRow:
    """One row of data: the cells of the known columns, by column."""

    row_no: int
    cells: Mapping[str, str]
    fault: str | None = None

    def cell(self, name: str) -> str:
        """The text of a column; empty where the row or the file has none."""
        return self.cells.get(name, "")


@dataclass(frozen=True)
class Table:
    """The rows of a table file."""

    columns: frozenset[str]
    """The known columns that the file has."""
    stated_day: str
    """The day that the title lines state for the whole table; empty where they state none."""
    rows: tuple[TableRow, ...] = field(repr=False)
    title: tuple[str, ...] = field(default=(), repr=False)
    """The lines above the headings."""
    warnings: tuple[str, ...] = ()
    """What was read otherwise than it stands there: old encodings, hidden rows and sheets."""


@dataclass(frozen=True)
class _Header:
    """Where the headings stand and which cell is the heading of which column."""

    places: Mapping[str, int]
    last_row: int
    """Index of the heading's last row in the grid."""
    cells: tuple[str, ...] = field(repr=False)


def read_table(content: bytes, layout: Layout) -> Table:
    """The table of a file; SourceError if it cannot be read or lacks a required column."""
    grids = read_grids(content, recognise=lambda cells: len(_find_places(cells, layout)))
    found = [(grid, header) for grid in grids if (header := _find_header(grid, layout)) is not None]
    complete = [(grid, header) for grid, header in found if not _missing(header, layout)]
    if len(complete) > 1:
        raise SourceError(
            ErrorClass.SCHEMA,
            _("{n} sheets have the headings of the table; keep one sheet or hide the others").format(n=len(complete)),
        )
    if not complete:
        raise SourceError(ErrorClass.SCHEMA, _describe_missing(found[0][1] if found else None, layout))
    grid, header = complete[0]
    stated_day = _find_stated_day(grid.rows[: header.last_row + 1])
    title = tuple(" ".join(cell for cell in row.cells if cell) for row in grid.rows[: header.last_row])
    return Table(frozenset(header.places), stated_day, tuple(_read_rows(grid, header, layout)), title, grid.warnings)


@dataclass(frozen=True)
class Headings:
    """Where a table was found, for whoever wants to see what was understood."""

    sheet: str | None
    """None: the file has no sheets."""
    stated_day: str
    places: Mapping[str, tuple[int, str]]
    """By column: the cell's place in its row and the heading; empty where it holds more than a known heading."""


def find_headings(content: bytes, layout: Layout) -> Headings | None:
    """The headings that `read_table` goes by; None where it finds no table."""
    for grid in read_grids(content, recognise=lambda cells: len(_find_places(cells, layout))):
        header = _find_header(grid, layout)
        if header is not None and not _missing(header, layout):
            synonyms = _synonyms(layout)
            places = {
                name: (place, header.cells[place] if words_of(header.cells[place]) in synonyms else "")
                for name, place in header.places.items()
            }
            stated_day = _find_stated_day(grid.rows[: header.last_row + 1])
            return Headings(grid.name if grid.is_sheet else None, stated_day, places)
    return None


def keep_cells(row: TableRow, layout: Layout) -> dict[str, str | None]:
    """What may be stored of a row's cells, by column; null where nothing was written."""
    return {
        column.name: keep(row.cell(column.name), column.keep) for column in layout.columns if column.keep is not None
    }


Landed = tuple[pa.Table, tuple[str, ...]]
"""The landing's rows of a file, and what is odd about it."""


def landing_table(names: Sequence[str], rows: Sequence[tuple[TableRow, Mapping[str, str | None]]]) -> pa.Table:
    """The landing's columns: row_no, fault, then these names, all of them text."""
    columns: dict[str, pa.Array] = {
        "row_no": pa.array([row.row_no for row, _kept in rows], pa.int64()),
        "fault": pa.array([row.fault for row, _kept in rows], pa.string()),
    }
    for name in names:
        columns[name] = pa.array([kept.get(name) for _row, kept in rows], pa.string())
    return pa.table(columns)


def _find_header(grid: Grid, layout: Layout) -> _Header | None:
    """The first complete heading of one row, else of two, else the fullest incomplete one."""
    rows = grid.rows[:HEADER_ROWS_SEARCHED]
    single = [_Header(_find_places(row.cells, layout), index, row.cells) for index, row in enumerate(rows)]
    # Only in a spreadsheet do two rows surely have the same cells above each other.
    pairs = pairwise(rows) if grid.is_sheet else ()
    double = [_join_headings(*pair, last_row=index, layout=layout) for index, pair in enumerate(pairs, start=1)]
    known = [header for header in (*single, *double) if len(header.places) >= LEAST_HEADINGS]
    complete = [header for header in known if not _missing(header, layout)]
    if not complete:
        return max(known, key=lambda header: len(header.places), default=None)
    below = [header for header in double if _says_more(header, complete[0], grid, layout)]
    return below[0] if below else complete[0]


def _says_more(below: _Header, above: _Header, grid: Grid, layout: Layout) -> bool:
    """Whether the row under a complete heading belongs to it: further headings, and nothing where a key would be."""
    key = above.places.get(layout.key)
    is_next = below.last_row == above.last_row + 1
    return (
        is_next
        and len(below.places) > len(above.places)
        and (key is None or not grid.rows[below.last_row].cells[key])
        and not any(sign.isdigit() for cell in grid.rows[below.last_row].cells for sign in cell)
    )


def _join_headings(upper: GridRow, lower: GridRow, *, last_row: int, layout: Layout) -> _Header:
    """A heading of two rows: what stands above several columns is said of each of them."""
    cells: list[str] = []
    above = ""
    for top, bottom in zip(upper.cells, lower.cells, strict=True):
        above = top or (above if bottom else "")
        cells.append(f"{above} {bottom}".strip())
    return _Header(_find_places(cells, layout), last_row, tuple(cells))


def _find_places(cells: Sequence[str], layout: Layout) -> dict[str, int]:
    """Which cell is the heading of which column; of several the one that says it exactly, then the first."""
    synonyms = _synonyms(layout)
    exact: dict[str, int] = {}
    containing: dict[str, int] = {}
    for place, cell in enumerate(cells[:MOST_COLUMNS]):
        words = words_of(cell) if len(cell) <= LONGEST_HEADING else ""
        if words in synonyms:
            exact.setdefault(synonyms[words], place)
        elif (name := _contained_heading(words, synonyms)) is not None:
            containing.setdefault(name, place)
    return {**containing, **exact}


def _contained_heading(words: str, synonyms: Mapping[str, str]) -> str | None:
    """The column whose heading is the longest within these words, then the earliest."""
    inside = [
        (-len(heading), f" {words} ".index(f" {heading} "), name)
        for heading, name in synonyms.items()
        if len(heading) >= LEAST_CONTAINED_LETTERS and f" {heading} " in f" {words} "
    ]
    return min(inside)[2] if inside else None


@lru_cache(maxsize=16)
def _synonyms(layout: Layout) -> dict[str, str]:
    return {words_of(heading): column.name for column in layout.columns for heading in (column.name, *column.headings)}


def _missing(header: _Header, layout: Layout) -> list[tuple[str, ...]]:
    return [group for group in layout.required if not any(name in header.places for name in group)]


def _describe_missing(header: _Header | None, layout: Layout) -> str:
    # Unknown cells are not quoted: where there are no headings they are somebody's data.
    came = list(header.places) if header else []
    lacking = _missing(header, layout) if header else layout.required
    allowed = [[(name, *layout.column(name).headings[:SHOWN_SYNONYMS]) for name in group] for group in lacking]
    return _("columns are missing; came: {came}; missing: {missing}; add a heading of each").format(
        came=", ".join(came) or "–",
        missing="; ".join(" / ".join(heading for headings in group for heading in headings) for group in allowed),
    )


def _find_stated_day(rows: Sequence[GridRow]) -> str:
    lines = (" ".join(cell for cell in row.cells if cell) for row in rows)
    return next((stated.group(1) for line in lines if (stated := _STATED_DAY.search(line))), "")


def _read_rows(grid: Grid, header: _Header, layout: Layout) -> Iterator[TableRow]:
    """The rows below the headings that are data: not blank, no column numbers, totals, notes or headings again."""
    above: Mapping[str, str] = {}
    dates = {column.name for column in layout.columns if column.is_date}
    for position, row in enumerate(grid.rows[header.last_row + 1 :]):
        cells = {name: row.cells[place] if place < len(row.cells) else "" for name, place in header.places.items()}
        if _is_no_data(row, header, key=cells.get(layout.key, "")) or (position == 0 and _is_numbering(row)):
            continue
        if row.is_cut or any(row.cells[len(header.cells) :]):
            # Which cell belongs to which heading is no longer known.
            yield TableRow(row.row_no, {}, fault=ErrorClass.INTEGRITY.value)
            continue
        if grid.is_sheet:
            cells = _fill_down(cells, above)
            above = {name: cells[name] for name in layout.filled_down if name in cells}
            cells = {name: _day_text(text) if name in dates else text for name, text in cells.items()}
        yield TableRow(row.row_no, cells)


def _is_no_data(row: GridRow, header: _Header, *, key: str) -> bool:
    written = [cell for cell in row.cells if cell]
    if not written or row.cells == header.cells:
        return True
    label = next((cell for cell in written if not cell.isdecimal()), "")
    words = words_of(label)
    is_total = _TOTAL.fullmatch(words) is not None and (key == label or _TOTAL_KEY.fullmatch(key) is not None)
    is_footer = _FOOTER.fullmatch(words) is not None and key in ("", label)
    is_note = len(written) == 1 and not key
    return is_total or is_footer or is_note


def _is_numbering(row: GridRow) -> bool:
    """Whether a row only numbers the columns: (1) (2) (3), or A B 1 2."""
    written = [cell for cell in row.cells if cell]
    is_distinct = len(set(written)) == len(written) >= LEAST_NUMBERED_COLUMNS
    return is_distinct and all(_NUMBERING.fullmatch(cell) for cell in written)


def _fill_down(cells: dict[str, str], above: Mapping[str, str]) -> dict[str, str]:
    # All of them or none: a name of this row must not be joined with the code of the row above.
    return cells if any(cells[name] for name in above) else {**cells, **above}


def _day_text(text: str) -> str:
    """A day that a spreadsheet holds as a bare number, written out."""
    return (_DAY_ZERO + timedelta(days=int(text))).isoformat() if _DAY_NUMBER.fullmatch(text) else text
