"""Table files as grids of text: CSV in its many forms and spreadsheets, told apart by their content."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import islice

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError, SheetVisibleEnum

from ioc.errors import ErrorClass, SourceError
from ioc.names import nfc
from ioc.words import gettext as _

FILE_LIMIT_BYTES = 200_000_000
UNPACKED_LIMIT_BYTES = 1_000_000_000
CELL_LIMIT = 30_000_000
SNIFFED_LINES = 50
DELIMITERS = (",", ";", "\t", "|")
LARGEST_EXACT_NUMBER = 1e15
"""A spreadsheet keeps 15 digits; of a larger number the last ones are lost."""

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad\x00"))

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


def read_grids(content: bytes, *, recognise: Recognise) -> tuple[Grid, ...]:
    """Every visible sheet of a workbook, or the one grid of a text file; SourceError if it cannot be read."""
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
    return (_read_text(decode(content), recognise=recognise),)


def decode(content: bytes) -> str:
    """The text of a file in UTF-8, or in UTF-16 with its mark."""
    encoding = "utf-16" if content.startswith(_UTF16) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise _unreadable(
            _("line {line} is not UTF-8 (perhaps an old Vietnamese encoding); save the file as “CSV UTF-8”").format(
                line=line
            )
        ) from None
    if "\x00" in text:
        raise _unreadable(_("the file is not text; allowed are CSV (UTF-8) and XLSX"))
    if text.lstrip().startswith("<"):
        raise _unreadable(_("the file is a web page under another name; open it and save it as XLSX"))
    return text


def clean(text: str) -> str:
    """The text without invisible signs and needless spaces, in composed form."""
    return " ".join(nfc(text.translate(_UNSEEN)).split())


def _read_text(text: str, *, recognise: Recognise) -> Grid:
    delimiter = _sniff_delimiter(text, recognise=recognise)
    ends_within_row = not text.endswith(("\n", "\r"))
    rows = list(_text_rows(text, delimiter=delimiter))
    if rows and ends_within_row:
        last = rows[-1]
        widest = max(len(row.cells) for row in rows)
        rows[-1] = GridRow(last.row_no, last.cells, is_cut=1 < len(last.cells) < widest)
    return Grid("", tuple(rows), is_sheet=False)


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
    _refuse_bomb(content)
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
            visible = [sheet.name for sheet in workbook.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
            return tuple(_read_sheet(workbook.get_sheet_by_name(name)) for name in visible)
    except PasswordError:
        raise _unreadable(_("the workbook has a password; save it without one")) from None
    except CalamineError:
        raise _unreadable(
            _("the file is not a spreadsheet or is damaged; allowed are XLSX, XLS, ODS and CSV (UTF-8)")
        ) from None


def _refuse_bomb(content: bytes) -> None:
    if not content.startswith(_ZIP):
        return
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile:
        raise _unreadable(
            _("the file is not a spreadsheet or is damaged; allowed are XLSX, XLS, ODS and CSV (UTF-8)")
        ) from None
    if unpacked_bytes > UNPACKED_LIMIT_BYTES:
        raise _unreadable(
            _("the file has {n} bytes; at most {limit} are read").format(n=unpacked_bytes, limit=UNPACKED_LIMIT_BYTES)
        )


def _read_sheet(sheet: CalamineSheet) -> Grid:
    cell_count = sheet.total_height * sheet.total_width
    if cell_count > CELL_LIMIT:
        raise _unreadable(_("a sheet has {n} cells; at most {limit} are read").format(n=cell_count, limit=CELL_LIMIT))
    # The empty rows above the table count, or the row numbers would not be those that people see.
    values = sheet.to_python(skip_empty_area=False)
    rows = (GridRow(row_no, tuple(map(cell_text, cells))) for row_no, cells in enumerate(values, start=1))
    return Grid(sheet.name, tuple(rows), is_sheet=True)


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


def _unreadable(message: str) -> SourceError:
    return SourceError(ErrorClass.UNREADABLE, message)
