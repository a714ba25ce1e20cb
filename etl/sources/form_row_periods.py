"""Periods that the rows of a report tell themselves, in columns such as “Tháng” or “Từ ngày” and “Đến ngày”."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from etl.grids import Grid, GridRow
from etl.sources.form_headings import FROM, MONTH, QUARTER, SPAN, TO, YEAR, Header
from etl.sources.form_period import Stretch, find_named_stretch, find_stretch
from etl.sources.form_rows import Marked, RowKind, has_figures
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

_BARE: Final = {MONTH: "tháng", QUARTER: "quý", YEAR: "năm"}
_PART: Final = re.compile(r"\d{1,2}|[IVXivx]{1,4}")
_YEAR: Final = re.compile(r"(?:năm\s+)?(20\d{2})", re.IGNORECASE)
_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}.*")
_FIRST_DAY: Final = re.compile(r"\d{4}-\d{2}-01")
LONGEST_MONTH_DAYS: Final = 31


def row_stretches(marked: Sequence[Marked], grid: Grid, header: Header, titled: Stretch | None) -> dict[int, Stretch]:
    """The stretch of each row with figures by its number; empty where the title's is that of all.

    SourceError where the columns say something and yet do not tell every row's period within the title's.
    """
    rows = [it.row for it in marked if it.kind is RowKind.DATA and has_figures(it.row, header)]
    told = {row.row_no: _cells(row, grid, header) for row in rows}
    if not any(any(cells.values()) for cells in told.values()):
        return {}
    year = _only_year(titled)
    found = {row.row_no: _read(told[row.row_no], year) for row in rows}
    for row_no, stretch in found.items():
        if stretch is None:
            raise _untold(grid, header, row_no)
    stretches = {row_no: stretch for row_no, stretch in found.items() if stretch is not None}
    return stretches if titled is None else _within(stretches, titled, grid, header)


def _within(stretches: Mapping[int, Stretch], titled: Stretch, grid: Grid, header: Header) -> dict[int, Stretch]:
    is_one = len(set(stretches.values())) == 1
    if is_one and _is_titles_own(next(iter(stretches.values())), titled):
        return {}
    for row_no, stretch in stretches.items():
        # one month of a longer title that all rows share: which of the two the figures are of is not told
        if not (_holds(titled, stretch) or _holds(stretch, titled)) or (is_one and not _is_year(titled)):
            raise _untold(grid, header, row_no)
    return {row_no: titled if _holds(stretch, titled) else stretch for row_no, stretch in stretches.items()}


def _is_titles_own(stretch: Stretch, titled: Stretch) -> bool:
    """Whether a column only repeats the title: a month of the 15th to the 14th is named after one of its months."""
    overlaps = stretch.start <= titled.end and titled.start <= stretch.end
    return _holds(stretch, titled) or (overlaps and _days(titled) <= LONGEST_MONTH_DAYS <= _days(stretch) + 3)


def _holds(whole: Stretch, part: Stretch) -> bool:
    return whole.start <= part.start and part.end <= whole.end


def _days(stretch: Stretch) -> int:
    return (stretch.end - stretch.start).days + 1


def _is_year(stretch: Stretch) -> bool:
    return _days(stretch) > 364


def _only_year(titled: Stretch | None) -> str:
    return str(titled.start.year) if titled is not None and titled.start.year == titled.end.year else ""


def _cells(row: GridRow, grid: Grid, header: Header) -> dict[str, str]:
    return {name: _cell(row, place, grid) for name, place in header.periods.items()}


def _cell(row: GridRow, place: int, grid: Grid) -> str:
    """A cell's text; of cells that are merged the one that all of them show."""
    text = row.cells[place] if place < len(row.cells) else ""
    if text or not grid.is_sheet:
        return text
    index = row.row_no - 1
    tops = (top for top, left, bottom, right in grid.merges if top <= index <= bottom and left <= place <= right)
    top = next(tops, index)
    return grid.rows[top].cells[place] if place < len(grid.rows[top].cells) else ""


def _read(cells: Mapping[str, str], title_year: str) -> Stretch | None:
    """The narrowest stretch that the cells tell, where all the others hold it; None where they do not tell one."""
    own_year = _YEAR.fullmatch(cells.get(YEAR, ""))
    year = own_year[1] if own_year else title_year
    if cells.get(YEAR) and not own_year:
        return None
    told = list(_told(cells, [f"năm {year}"] if year else []))
    if not told or None in told:
        return None
    stretches = sorted((it for it in told if it is not None), key=_days)
    return stretches[0] if all(_holds(wider, stretches[0]) for wider in stretches) else None


def _told(cells: Mapping[str, str], elsewhere: Sequence[str]) -> Iterator[Stretch | None]:
    first, last = cells.get(FROM, ""), cells.get(TO, "")
    if first or last:
        yield find_stretch([f"từ ngày {first} đến ngày {last}"], elsewhere=elsewhere) if first and last else None
    for name in (SPAN, MONTH, QUARTER, YEAR):
        if text := cells.get(name, ""):
            yield _named(name, text, elsewhere)


def _named(name: str, text: str, elsewhere: Sequence[str]) -> Stretch | None:
    if _YEAR.fullmatch(text):
        return find_stretch([f"năm {text[-4:]}"]) if name in (YEAR, SPAN) else None
    if name in _BARE and _PART.fullmatch(text):
        return find_stretch([f"{_BARE[name]} {text}"], elsewhere=elsewhere) if name != YEAR else None
    if _DAY.fullmatch(text) and not _FIRST_DAY.fullmatch(text):
        return None
    return find_named_stretch(text, elsewhere=elsewhere)


def _untold(grid: Grid, header: Header, row_no: int) -> SourceError:
    headings = [_heading(grid, header, place) for place in header.periods.values()]
    return SourceError(
        ErrorClass.SCHEMA,
        _(
            "the column {columns} is of the rows' own periods, but {cell} together with the title does not tell one; "
            "write a period such as 2026-05 there that is within the title's, in every row, or hand in a file of its "
            "own for each period"
        ).format(
            columns=", ".join(f"“{heading}”" for heading in headings),
            cell=grid.address(row_no, next(iter(header.periods.values()))),
        ),
    )


def _heading(grid: Grid, header: Header, place: int) -> str:
    rows = grid.rows[header.first_row : header.last_row + 1]
    return next((row.cells[place] for row in reversed(rows) if place < len(row.cells) and row.cells[place]), "")
