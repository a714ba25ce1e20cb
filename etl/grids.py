"""Table files as grids of text: CSV in its many forms, spreadsheets and web pages, told apart by their content."""

import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from etl.encodings import Decoded, Encoding, decode_text, from_font, from_mojibake, from_tcvn3, is_tcvn3, is_tcvn3_cell
from etl.html_grids import PageCell, PageTable, looks_like_page, read_page
from etl.sheet_parts import Place, SheetMarks, column_letters, read_sheet_marks, spanned_cells
from etl.workbooks_apart import LockedWorkbookError, UnreadableWorkbookError, read_apart
from ioc.errors import ErrorClass, SourceError
from ioc.names import nfc
from ioc.words import gettext as _

FILE_LIMIT_BYTES = 200_000_000
UNPACKED_LIMIT_BYTES = 1_000_000_000
CELL_LIMIT = 30_000_000
SNIFFED_LINES = 50
SHOWN_HIDDEN = 10
DELIMITERS = (",", ";", "\t", "|")
LARGEST_EXACT_NUMBER = 1e15
"""A spreadsheet keeps 15 digits; of a larger number the last ones are lost."""

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The stream that a workbook with a password consists of."""
_ZIP_OF_XLSX = b"xl/workbook.xml"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\x00"))

Merge = tuple[int, int, int, int]
"""First row, first column, last row, last column of cells that are one, from 0."""
Recognise = Callable[[Sequence[str]], int]
"""How many known headings a row of cells holds."""


@dataclass(frozen=True)
class GridRow:
    """One row of a table file."""

    row_no: int
    """The sheet's row, or the line of a text file where the row begins."""
    cells: tuple[str, ...]
    is_cut: bool = False
    """The text file ends within this row."""


@dataclass(frozen=True)
class Grid:
    """One sheet, or the one table of a text file."""

    name: str
    rows: tuple[GridRow, ...]
    is_sheet: bool
    merges: tuple[Merge, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    """Row numbers that the sheet does not show; their cells are read all the same."""
    hidden_columns: frozenset[int] = frozenset()
    """From 0."""
    warnings: tuple[str, ...] = ()
    """What was done to the text before it could be read, and what the values do not tell."""
    page_title: str | None = None
    """Of a web page, as its browser window bears it; None: no web page."""

    def address(self, row_no: int, column: int) -> str:
        """A cell as people name it: C12, or with its line in a text file."""
        return f"{column_letters(column)}{row_no}"


def read_grids(content: bytes, *, recognise: Recognise) -> tuple[Grid, ...]:
    """Every visible sheet of a workbook, or the one grid of another file; SourceError if it cannot be read."""
    if len(content) > FILE_LIMIT_BYTES:
        raise _unreadable(
            _("the file has {n} bytes; at most {limit} are read").format(n=len(content), limit=FILE_LIMIT_BYTES)
        )
    if not content.strip():
        raise _unreadable(_("the file is empty; export it again"))
    if content.startswith((_ZIP, _OLE)):
        return _read_workbook(content)
    if content.startswith(_PDF):
        raise _unreadable(_("the file is a PDF; allowed are CSV (UTF-8) and XLSX"))
    if looks_like_page(content):
        return (_page_grid(read_page(content)),)
    return (_read_text(_mended_text(_decode(content)), recognise=recognise),)


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, in UTF-16 with its mark, or in an old encoding that gives Vietnamese words."""
    return _decode(content).text


def _decode(content: bytes) -> Decoded:
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        decoded = Decoded(content.decode(encoding))
    except UnicodeDecodeError as error:
        old = decode_text(content) if encoding != "utf-16" else None
        if old is not None and "\x00" not in old.text:
            return old
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            _("line {line} is not UTF-8 (perhaps an old Vietnamese encoding); save the file as “CSV UTF-8”").format(
                line=line
            )
        ) from None
    if "\x00" in decoded.text:
        raise _unreadable(_("the file is not text; allowed are CSV (UTF-8) and XLSX"))
    return decoded


def clean(text: str) -> str:
    """The text without invisible signs and needless spaces, in composed form."""
    return " ".join(nfc(text.translate(_UNSEEN)).split())


def _mended_text(decoded: Decoded) -> Decoded:
    """The text of a whole file that is valid UTF-8 and yet not Unicode."""
    if decoded.encoding is not None:
        return decoded
    lines = decoded.text.splitlines(keepends=True)
    mended = [from_mojibake(line) or line for line in lines]
    if mended != lines:
        return Decoded("".join(mended), Encoding.MOJIBAKE)
    return Decoded(from_tcvn3(decoded.text), Encoding.TCVN3) if is_tcvn3(lines) else decoded


def _read_text(decoded: Decoded, *, recognise: Recognise) -> Grid:
    text = decoded.text
    delimiter = _sniff_delimiter(text, recognise=recognise)
    ends_within_row = not text.endswith(("\n", "\r"))
    rows = list(_text_rows(text, delimiter=delimiter))
    if rows and ends_within_row:
        last = rows[-1]
        widest = max(len(row.cells) for row in rows)
        rows[-1] = GridRow(last.row_no, last.cells, is_cut=1 < len(last.cells) < widest)
    return Grid("", tuple(rows), is_sheet=False, warnings=tuple(_recoding([decoded.encoding])))


def _recoding(encodings: Sequence[Encoding | None]) -> Iterator[str]:
    for encoding in sorted({it for it in encodings if it is not None}):
        yield _("the text is in the old encoding {encoding}; it was converted").format(encoding=encoding.value)


def _sniff_delimiter(text: str, *, recognise: Recognise) -> str:
    """The delimiter by which most headings are known, then most rows as wide: headings may hold commas themselves."""
    lines = list(islice(io.StringIO(text, newline=""), SNIFFED_LINES))
    if lines and lines[0].strip().lower() in {f"sep={delimiter}" for delimiter in DELIMITERS}:
        return lines[0].strip()[-1]

    def fit(delimiter: str) -> tuple[int, int]:
        try:
            rows = [[clean(cell) for cell in row] for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:
            return 0, 0
        headings = max(rows, key=recognise, default=[])
        return recognise(headings), sum(len(row) == len(headings) for row in rows)

    return max(DELIMITERS, key=fit)


def _text_rows(text: str, *, delimiter: str) -> Iterator[GridRow]:
    # Strict, or one open quotation mark would swallow the rest of the file without a word.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row_no = 1
    try:
        for cells in reader:
            yield GridRow(row_no, tuple(map(clean, cells)))
            row_no = reader.line_num + 1
    except csv.Error:
        raise _unreadable(
            _("the row beginning in line {line} has a quotation mark that is not closed or not doubled").format(
                line=row_no
            )
        ) from None


def _read_workbook(content: bytes) -> tuple[Grid, ...]:
    if not content.startswith(_OLE):
        _refuse_bomb(content)
    is_xlsx = _ZIP_OF_XLSX in content
    grids, unseen = _read_parts(content) if content.startswith(_ZIP) and is_xlsx else _read_apart(content)
    if unseen and grids:
        warning = _("{n} hidden sheets were not read").format(n=unseen)
        # of each sheet: whoever reads one of them is to know
        grids = [replace(grid, warnings=(*grid.warnings, warning)) for grid in grids]
    return tuple(grids)


def _read_apart(content: bytes) -> tuple[list[Grid], int]:
    """The visible sheets of an Excel 97 workbook or an OpenDocument, and how many others there are."""
    if content.startswith(_OLE) and _ENCRYPTED in content:
        raise _locked()
    try:
        sheets = read_apart(content)
    except LockedWorkbookError:
        raise _locked() from None
    except UnreadableWorkbookError:
        raise _damaged() from None
    visible = [sheet for sheet in sheets if sheet.is_visible]
    grids = [_sheet_grid(sheet.name, sheet.rows, sheet.merges, SheetMarks()) for sheet in visible]
    return grids, len(sheets) - len(visible)


def _read_parts(content: bytes) -> tuple[list[Grid], int]:
    """The visible sheets of an XLSX, and how many others there are."""
    marks = read_sheet_marks(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
            grids = [_read_sheet(workbook.get_sheet_by_name(name), marks.get(name, SheetMarks())) for name in visible]
            return grids, len(workbook.sheets_metadata) - len(visible)
    except PasswordError:
        raise _locked() from None
    except CalamineError:
        raise _damaged() from None
    except BaseException as error:
        # The reader is written in Rust: what it did not foresee in a broken file comes as a panic.
        if type(error).__name__ == "PanicException":
            raise _damaged() from None
        raise


def _refuse_bomb(content: bytes) -> None:
    if not content.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
            if unpacked_bytes <= UNPACKED_LIMIT_BYTES:
                _refuse_far_cells(archive)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, RuntimeError):
        raise _damaged() from None
    if unpacked_bytes > UNPACKED_LIMIT_BYTES:
        raise _unreadable(
            _("the file has {n} bytes; at most {limit} are read").format(n=unpacked_bytes, limit=UNPACKED_LIMIT_BYTES)
        )


def _refuse_far_cells(archive: zipfile.ZipFile) -> None:
    """Refuses a sheet with two cells so far apart that the grid between them does not fit into memory."""
    names = archive.namelist()
    if "xl/workbook.bin" in names:
        raise _damaged()
    for name in names:
        if name.lower().endswith(".xml"):
            # wherever the workbook keeps its sheets
            n = spanned_cells(archive.read(name))
            if n > CELL_LIMIT:
                raise _unreadable(_("a sheet has {n} cells; at most {limit} are read").format(n=n, limit=CELL_LIMIT))


def _read_sheet(sheet: CalamineSheet, marks: SheetMarks) -> Grid:
    cell_count = sheet.total_height * sheet.total_width
    if cell_count > CELL_LIMIT:
        raise _unreadable(_("a sheet has {n} cells; at most {limit} are read").format(n=cell_count, limit=CELL_LIMIT))
    # The empty rows above the table count, or the row numbers would not be those that people see.
    values = sheet.to_python(skip_empty_area=False)
    merges = tuple((*first, *last) for first, last in sheet.merged_cell_ranges or ())
    return _sheet_grid(sheet.name, values, merges, marks)


def _sheet_grid(name: str, values: Sequence[Sequence[object]], merges: tuple[Merge, ...], marks: SheetMarks) -> Grid:
    cells, encodings = _mended_cells(values, marks)
    hidden_rows = frozenset(row + 1 for row in marks.hidden_rows if row < len(cells) and any(cells[row]))
    return Grid(
        name,
        tuple(GridRow(row_no, texts) for row_no, texts in enumerate(cells, start=1)),
        is_sheet=True,
        merges=merges,
        hidden_rows=hidden_rows,
        hidden_columns=marks.hidden_columns,
        warnings=(*_recoding(encodings), *_hidden(hidden_rows, marks.hidden_columns)),
    )


def _hidden(rows: frozenset[int], columns: frozenset[int]) -> Iterator[str]:
    if rows:
        shown = ", ".join(map(str, sorted(rows)[:SHOWN_HIDDEN]))
        yield _("{n} hidden rows were read: {rows}").format(n=len(rows), rows=shown)
    if columns:
        shown = ", ".join(column_letters(column) for column in sorted(columns)[:SHOWN_HIDDEN])
        yield _("{n} hidden columns were read: {columns}").format(n=len(columns), columns=shown)


def _page_grid(page: PageTable) -> Grid:
    fonts = _fonts_of(page.rows)
    cells, encodings = _mended_cells([[cell.text for cell in row] for row in page.rows], SheetMarks(fonts=fonts))
    hidden_rows = frozenset(row + 1 for row in page.hidden_rows)
    return Grid(
        "",
        tuple(GridRow(row_no, texts) for row_no, texts in enumerate(cells, start=1)),
        is_sheet=True,
        merges=page.merges,
        hidden_rows=hidden_rows,
        warnings=(*_recoding(encodings), *_hidden(hidden_rows, frozenset())),
        page_title=clean(page.title),
    )


def _fonts_of(rows: Sequence[Sequence[PageCell]]) -> dict[Place, str]:
    return {
        (row_no, column): cell.font for row_no, row in enumerate(rows) for column, cell in enumerate(row) if cell.font
    }


def _mended_cells(
    values: Sequence[Sequence[object]], marks: SheetMarks
) -> tuple[list[tuple[str, ...]], list[Encoding | None]]:
    """The cells as clean text in Unicode, and the encodings that some of them were in."""
    found: list[Encoding | None] = []
    is_old = not marks.fonts and is_tcvn3([text for row in values for text in row if isinstance(text, str)])
    is_mixed = any(font.strip(" \"'").lower().startswith(".vn") for font in set(marks.fonts.values()))
    rows: list[tuple[str, ...]] = []
    for row_no, row in enumerate(values):
        cells = [
            _mended(value, marks.fonts.get((row_no, column), ""), is_old or (is_mixed and is_tcvn3_cell(value)), found)
            if isinstance(value, str) and not value.isascii()
            else cell_text(value)
            for column, value in enumerate(row)
        ]
        rows.append(tuple(cells))
    _mark_faults(rows, marks.faults)
    return rows, found


def _mended(text: str, font: str, is_old: bool, found: list[Encoding | None]) -> str:
    # Before it is cleaned: some letters of the old encodings look like invisible signs.
    mended = from_mojibake(text)
    if mended is not None:
        found.append(Encoding.MOJIBAKE)
        return clean(mended)
    if is_old and not font:
        found.append(Encoding.TCVN3)
        return clean(from_tcvn3(text))
    converted, encoding = from_font(text, font) if font else (text, None)
    found.append(encoding)
    return clean(converted)


def _mark_faults(rows: list[tuple[str, ...]], faults: Mapping[Place, str]) -> None:
    """Writes the error values into the cells that hold one: read as values they would look blank."""
    for (row_no, column), fault in faults.items():
        if row_no < len(rows) and column < len(rows[row_no]) and rows[row_no][column] in ("", "0"):
            cells = list(rows[row_no])
            cells[column] = fault
            rows[row_no] = tuple(cells)


def cell_text(value: object) -> str:
    """A spreadsheet's cell as the text that a person would have typed: ISO dates, whole numbers without “.0”."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(float(value))
    if isinstance(value, datetime):
        is_day = value.time() == time.min
        return value.date().isoformat() if is_day else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    return "" if value is None else str(value)


def _number_text(number: float) -> str:
    if abs(number) >= LARGEST_EXACT_NUMBER:
        mantissa, _mark, exponent = f"{number:.14E}".partition("E")
        return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"
    return str(int(number)) if number.is_integer() else format(number, ".15g")


def _locked() -> SourceError:
    return _unreadable(_("the workbook has a password; save it without one"))


def _damaged() -> SourceError:
    return _unreadable(_("the file is not a spreadsheet or is damaged; allowed are XLSX, XLS, ODS and CSV (UTF-8)"))


def _unreadable(message: str) -> SourceError:
    return SourceError(ErrorClass.UNREADABLE, message)
