"""Source kind `form_06a`: the report form II.06a and its look-alikes, as people hand them in, in any kind of file.

A row of data is a unit's or a field's line. Titles, headings, column numbers, sections, notes and signatures are no
rows; total rows are none either but hold the columns' sums in check. Of several sheets each is a table of its own:
the rows of the second are numbered from 10,000,001.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Final

import pyarrow as pa

from etl.encodings import even_capitals
from etl.grids import Grid, read_grids
from etl.inbox import InboxFile, inbox_files
from etl.kept import keep_number, keep_unit_code
from etl.landing import write_landing
from etl.sheet_parts import ERRORS
from etl.sources.form_checks import Checked, broken_identities, shortened, tell_identity, tell_repeated, tell_totals
from etl.sources.form_headings import (
    DIRECT,
    EARLY_AND_ON_TIME,
    NAME,
    POSTAL,
    Header,
    count_headings,
    find_header,
)
from etl.sources.form_parts import Part, find_parts, line_of, refuse_titles_within
from etl.sources.form_period import Stretch, find_impossible, find_made_at, find_named_stretch, find_stretch
from etl.sources.form_row_periods import LONGEST_MONTH_DAYS, row_stretches
from etl.sources.form_rows import FormRow, Marked, RowKind, mark_rows, read_rows
from etl.sources.form_units import SiteUnits, load_site_units
from etl.sources.incoming import Fact, Failure, FetchContext, Incoming, SourceKind
from ioc.config import FormSettings
from ioc.errors import ErrorClass, SourceError, UsageError
from ioc.periods import parse_period
from ioc.units import REFORM
from ioc.words import gettext as _

FIGURES: Final = (
    "received_total", "received_in_period", "received_online", "received_direct_postal", "received_carried",
    "done_total", "done_early", "done_on_time", "done_late",
    "open_total", "open_in_time", "open_overdue", "withdrawn", "returned", "supplement",
)  # fmt: skip
LANDED: Final = (
    "unit_code", "unit_name", "period_start", "period_end", "field_name",
    *FIGURES, "on_time_includes_early", "stated_at",
)  # fmt: skip
ROWS_OF_A_SHEET: Final = 10_000_000
MOST_SHEETS: Final = 400
_ZEROS: Final = frozenset({"", "-", "–", "—", "không có"})
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:(?:\.\d{3})+|(?:,\d{3})+)")
_POINT_ZERO: Final = re.compile(r"([+-]?\d+)[.,]0+")


@dataclass(frozen=True)
class Line:
    """One row of data as it lands, with where its cells are."""

    row_no: int
    unit_code: str | None
    unit_name: str | None
    field_name: str
    figures: Mapping[str, str]
    """Text by figure; blanks of a row that says anything are zeros."""
    addresses: Mapping[str, str]
    """The cell of each figure and of the row's name: C12, or 'Tháng 1'!C12 where there are several sheets."""
    on_time_includes_early: bool
    is_by_name: bool = False
    fault: str | None = None
    is_part: bool = False
    """Its figures are within those of another line."""
    stretch: Stretch | None = None
    """Where the row tells its own; None: that of its table."""


@dataclass(frozen=True)
class FormTable:
    """One sheet's report, or one of several below each other."""

    sheet: str
    stretch: Stretch
    made_at: datetime | None
    headings: Mapping[str, str]
    """The heading of each column that was recognised, from the group down."""
    lines: tuple[Line, ...]
    totals: tuple[Mapping[str, str], ...]
    """The cells of total rows: they are held against the sums, never loaded."""


@dataclass(frozen=True)
class Form:
    """What was understood of a file."""

    title: str
    tables: tuple[FormTable, ...]
    warnings: tuple[str, ...]

    @property
    def stretch(self) -> Stretch:
        """The days that the first table is about."""
        return self.tables[0].stretch


@dataclass(frozen=True)
class FormAsk:
    """What a report is read with."""

    units: SiteUnits = field(default_factory=SiteUnits)
    file_name: str = ""
    stretch: Stretch | None = None
    """Where neither title nor names tell."""
    unit: str | None = None
    """Of a report whose rows are fields and whose title names no unit of the site."""
    today: date | None = None
    """A report that begins later is told of."""


@dataclass(frozen=True)
class _Found:
    """A table with the headings of a report."""

    grid: Grid
    header: Header
    position: int
    prefix: str
    """Before the addresses of its cells; empty where it is the only sheet."""
    part: Part
    is_further: bool
    """There is one above it in its sheet."""

    def address(self, row_no: int, column: str) -> str:
        """A known column's cell."""
        return self.prefix + self.grid.address(row_no, self.header.places[column])

    def lines_above(self) -> list[str]:
        """The texts of the title."""
        return list(self.part.above)


def read_form(content: bytes, ask: FormAsk | None = None) -> Form:
    """The report in a file; SourceError if it cannot be read, has no such headings or tells no period."""
    ask = ask or FormAsk()
    grids = read_grids(content, recognise=count_headings)
    found = _find_tables(grids, ask)
    if not found:
        raise _no_report(grids)
    warnings: list[str] = [text for grid in grids for text in grid.warnings]
    tables: list[FormTable] = []
    for it in found:
        tables.append(_read_table(it, ask, warnings, before=tables[-1].stretch if it.is_further else None))
    if not any(table.lines for table in tables):
        warnings.append(_("EMPTY: the report has no rows"))
    title = even_capitals(_title(found[0].lines_above()))
    return Form(title, tuple(tables), shortened(list(dict.fromkeys(warnings))))


def _no_report(grids: Sequence[Grid]) -> SourceError:
    missing = _(
        "the headings of the form 06a were not found: a column of units or fields, and columns such as "
        "“Số hồ sơ đã giải quyết > Tổng số”"
    )
    title = next((grid.page_title for grid in grids if grid.page_title), None)
    if title is None:
        return SourceError(ErrorClass.SCHEMA, missing)
    page = _("the file is the web page “{title}”; export the report again and save it as XLSX").format(title=title)
    return SourceError(ErrorClass.SCHEMA, f"{page} ({missing})")


def _find_tables(grids: Sequence[Grid], ask: FormAsk) -> list[_Found]:
    with_header = [
        (place, grid, header) for place, grid in enumerate(grids[:MOST_SHEETS]) if (header := find_header(grid))
    ]
    is_many = len(with_header) > 1
    stem = PurePosixPath(ask.file_name).stem
    return [
        _Found(part.grid, part.header, place, f"'{grid.name}'!" if is_many and grid.name else "", part, number > 0)
        for place, grid, header in with_header
        for number, part in enumerate(find_parts(grid, header, ask.units, [grid.name, stem]))
    ]


def _read_table(found: _Found, ask: FormAsk, warnings: list[str], *, before: Stretch | None) -> FormTable:
    grid, header = found.grid, found.header
    marked = mark_rows(grid, header, ask.units)
    above = found.lines_above()
    notes = [line_of(it.row.cells) for it in marked if it.kind is RowKind.NOTE]
    titled = (found.part.told or before) if found.is_further else _stretch_of(grid.name, above, notes, ask)
    own = row_stretches(marked, grid, header, titled)
    stretch = titled or _whole_of(own.values())
    if not own:
        refuse_titles_within(marked, stretch, above, [grid.name, PurePosixPath(ask.file_name).stem])
    first = min([stretch.start, *(it.start for it in own.values())])
    if first < REFORM:
        # The units of that time bore the same names and were others.
        ask = replace(ask, units=SiteUnits())
        marked = mark_rows(grid, header, ask.units)
    whole = _unit_of(above, ask) if header.rows_are != "unit" else None
    rows = read_rows(marked, grid, header, ask.units, whole=whole)
    lines = tuple(_line(row, found, own.get(row.row_no)) for row in rows)
    warnings += [*_checks(found, marked, lines), *_future(stretch, own, ask.today)]
    if first < REFORM and any(_is_of_today(line.unit_code) for line in lines):
        warnings.append(
            _("INTEGRITY: the report is of before 1 July 2025; codes of present units stand for today's territory")
        )
    totals = tuple(_total_cells(it, found) for it in marked if it.kind is RowKind.TOTAL)
    return FormTable(grid.name, stretch, find_made_at([*above, *notes]), header.paths, lines, totals)


def _whole_of(own: Collection[Stretch]) -> Stretch:
    """From the first day of the rows' own stretches to the last; SourceError where there is none."""
    if not own:
        raise SourceError(
            ErrorClass.SCHEMA,
            _(
                "neither the title nor the names of sheet and file tell the period; write “Từ ngày … đến ngày …” above "
                "the table, name the file such as 06a_2026-10.xlsx, or set the source's period"
            ),
        )
    return Stretch(min(it.start for it in own), max(it.end for it in own))


def _future(stretch: Stretch, own: Mapping[int, Stretch], today: date | None) -> Iterator[str]:
    """What is told of a report whose days have not begun: its rows are refused one by one."""
    late = sorted(it.start for it in (*own.values(), *(() if own else (stretch,))) if today and it.start > today)
    if late and today:
        yield _(
            "VALUE: the period begins on {day:%d/%m/%Y}, which is after {today:%d/%m/%Y}: rows of a period in the "
            "future are refused; correct the period in the title"
        ).format(day=late[0], today=today)


def _is_of_today(code: str | None) -> bool:
    """Whether a code can only be a present unit's: bare statistical ones are refused for days before the reform."""
    return code is not None and "@" not in code and not code.isdecimal()


def _stretch_of(sheet: str, above: Sequence[str], notes: Sequence[str], ask: FormAsk) -> Stretch | None:
    stem = PurePosixPath(ask.file_name).stem
    impossible = find_impossible(above)
    titled = find_stretch(above, elsewhere=[sheet, stem]) if impossible is None else None
    by_sheet = find_named_stretch(sheet, elsewhere=[*above, stem])
    if titled is not None and by_sheet is not None and _is_month_within(by_sheet, titled):
        return by_sheet
    named = titled or by_sheet or find_named_stretch(stem, elsewhere=above)
    if named is None and impossible is not None:
        raise SourceError(
            ErrorClass.SCHEMA,
            _("the title says “{days}”, which the calendar does not have; correct the days or the month").format(
                days=impossible
            ),
        )
    return named or ask.stretch or find_stretch(notes)


def _is_month_within(stretch: Stretch, whole: Stretch) -> bool:
    """Whether a sheet is one month of the year or quarter that the title of them all speaks of."""
    days = (stretch.end - stretch.start).days + 1
    is_within = whole.start <= stretch.start and stretch.end <= whole.end
    return is_within and days <= LONGEST_MONTH_DAYS < (whole.end - whole.start).days + 1


def _unit_of(above: Sequence[str], ask: FormAsk) -> str | None:
    """The unit that a title names: the deepest of the site's; else the one that was set."""
    named = [code for line in above if (code := ask.units.find(line)) is not None]
    below_root = [code for code in named if code != ask.units.root]
    return next(iter([*below_root, *([ask.unit] if ask.unit else []), *named]), None)


def _line(row: FormRow, found: _Found, stretch: Stretch | None) -> Line:
    figures, includes_early = _figures(row.cells)
    return Line(
        row_no=row.row_no + found.position * ROWS_OF_A_SHEET,
        unit_code=keep_unit_code(row.unit_code) if row.unit_code else None,
        unit_name=row.unit_name,
        field_name=row.field_name,
        figures=figures,
        addresses=_addresses(row.row_no, found),
        on_time_includes_early=includes_early,
        is_by_name=row.is_by_name,
        fault=row.fault,
        is_part=row.is_part,
        stretch=stretch,
    )


def _addresses(row_no: int, found: _Found) -> dict[str, str]:
    known = {name: found.address(row_no, name) for name in found.header.places}
    for name, others in (("done_on_time", (EARLY_AND_ON_TIME,)), ("received_direct_postal", (DIRECT, POSTAL))):
        parts = [known[other] for other in others if other in known]
        if name not in known and parts:
            known[name] = " + ".join(parts)
    return known


def _figures(cells: Mapping[str, str]) -> tuple[dict[str, str], bool]:
    """The figures of a row by the form's names, and whether its on-time figure counts the early ones."""
    figures = {name: text for name, text in cells.items() if name in FIGURES}
    if "received_direct_postal" not in figures and DIRECT in cells:
        figures["received_direct_postal"] = _sum_text(cells[DIRECT], cells.get(POSTAL, ""))
    if "done_on_time" not in figures and EARLY_AND_ON_TIME in cells:
        figures["done_on_time"] = cells[EARLY_AND_ON_TIME]
    if not any(figures.values()):
        return {}, False
    kept = {name: "0" if text.lower() in _ZEROS else _keep_figure(text) for name, text in figures.items()}
    return kept, "done_on_time" in figures and "done_early" not in figures


def _sum_text(direct: str, postal: str) -> str:
    """Two cells as one figure; where one cannot be read, that one."""
    if postal.lower() in _ZEROS:
        return direct
    if direct.lower() in _ZEROS:
        return postal
    first, second = whole_number(direct), whole_number(postal)
    return (
        str(first + second) if first is not None and second is not None else (postal if first is not None else direct)
    )


def _keep_figure(text: str) -> str:
    return text if text in ERRORS else keep_number(text)


def whole_number(text: str) -> int | None:
    """A count as etl/facts/macros.sql reads it; None where that is not one."""
    bare = text.replace(" ", "").replace("\u00a0", "")
    if _WHOLE.fullmatch(bare):
        return int(bare)
    if _THOUSANDS.fullmatch(bare):
        return int(re.sub("[.,]", "", bare))
    found = _POINT_ZERO.fullmatch(bare)
    return int(found[1]) if found else None


def _checks(found: _Found, marked: Sequence[Marked], lines: Sequence[Line]) -> Iterator[str]:
    """What does not agree within the rows and with the totals."""
    sound = [line for line in lines if line.fault is None]
    checked = {line.row_no: _checked(line.figures, line.addresses, line.on_time_includes_early) for line in sound}
    for row in checked.values():
        for identity in broken_identities(row):
            yield tell_identity(identity, row)
    counted = {line.row_no for line in sound if not line.is_part}
    before: list[Checked] = []
    since: list[Checked] = []
    for it in marked:
        row_no = it.row.row_no + found.position * ROWS_OF_A_SHEET
        if it.kind is RowKind.TOTAL:
            figures, includes_early = _figures(_total_cells(it, found))
            yield from tell_totals(
                _checked(figures, _addresses(it.row.row_no, found), includes_early), before, since=since
            )
            since = []
        elif row_no in counted:
            before.append(checked[row_no])
            since.append(checked[row_no])
    yield from tell_repeated(
        [(f"{line.unit_code} {line.stretch}", line.field_name, _name_address(line)) for line in sound if line.unit_code]
    )


def _name_address(line: Line) -> str:
    return line.addresses.get(NAME) or next(iter(line.addresses.values()), str(line.row_no))


def _checked(figures: Mapping[str, str], addresses: Mapping[str, str], includes_early: bool) -> Checked:
    numbers = {name: number for name, text in figures.items() if (number := whole_number(text)) is not None}
    return Checked(numbers, addresses, includes_early)


def _total_cells(it: Marked, found: _Found) -> dict[str, str]:
    cells = it.row.cells
    return {
        name: cells[place]
        for name, place in found.header.places.items()
        if place < len(cells) and (name in FIGURES or name in (DIRECT, POSTAL, EARLY_AND_ON_TIME))
    }


def _title(above: Sequence[str]) -> str:
    """The line that says what the report is; others may name people."""
    words = re.compile(r"tình hình|kết quả giải quyết|báo cáo|biểu số|biểu mẫu|tổng hợp", re.IGNORECASE)
    return next((line for line in above if words.search(line)), "")


def to_landing(form: Form) -> pa.Table:
    """The landing's rows of a report."""
    rows = [(line, _landed(line, table)) for table in form.tables for line in table.lines]
    columns: dict[str, pa.Array] = {
        "row_no": pa.array([line.row_no for line, _cells in rows], pa.int64()),
        "fault": pa.array([line.fault for line, _cells in rows], pa.string()),
    }
    for name in LANDED:
        columns[name] = pa.array([cells.get(name) for _line_read, cells in rows], pa.string())
    return pa.table(columns)


def _landed(line: Line, table: FormTable) -> dict[str, str | None]:
    return {
        "unit_code": line.unit_code,
        "unit_name": line.unit_name,
        "period_start": (line.stretch or table.stretch).start.isoformat(),
        "period_end": (line.stretch or table.stretch).end.isoformat(),
        "field_name": line.field_name,
        **line.figures,
        "on_time_includes_early": ("true" if line.on_time_includes_early else "false") if line.figures else None,
        "stated_at": table.made_at.isoformat(sep=" ") if table.made_at else None,
    }


def fetch(context: FetchContext) -> Iterator[Incoming | Failure]:
    """The reports of the inbox folder."""
    settings = context.settings
    if not isinstance(settings, FormSettings):
        raise UsageError(_("source {source} has no path to a folder").format(source=context.source_id))
    units = load_site_units(context.config.site.unit, context.config.units.crosswalks)
    period = parse_period(settings.period) if settings.period else None
    stretch = Stretch(period.start, period.end) if period else None
    for file in inbox_files(settings.path, memory=context.inbox_memory):
        if not file.sha256:
            message = _("the file cannot be read; check its permissions")
            yield Failure(file.name, SourceError(ErrorClass.UNREADABLE, message))
            continue
        yield Incoming(
            origin=file.name,
            sha256=file.sha256,
            size_bytes=file.size_bytes,
            fetched_at=context.clock(),
            # each table states its own day
            as_of=None,
            land=partial(_land, file, FormAsk(units, file.name, stretch, settings.unit, context.clock().date())),
        )


def _land(file: InboxFile, ask: FormAsk, path: Path) -> Sequence[str]:
    try:
        content = file.path.read_bytes()
    except OSError:
        raise SourceError(ErrorClass.UNREADABLE, _("the file cannot be read; check its permissions")) from None
    if hashlib.sha256(content).hexdigest() != file.sha256:
        # Landed now, it would stand in the ledger under the hash of what it was before.
        raise SourceError(ErrorClass.INTEGRITY, _("the file changed while it was being read; the next run takes it"))
    form = read_form(content, ask)
    write_landing(path, to_landing(form))
    return form.warnings


FACT: Final = Fact("dossier_stat", ("source_id", "unit_code", "period_start", "period_end", "field_name"))
KIND: Final = SourceKind(name="form_06a", fact=FACT, contract="dossier_stat", fetch=fetch)
