"""What the values of a workbook do not tell: fonts of cells, hidden rows and columns, errors, formulas without a value.

Read from the parts of an XLSX; a workbook in another format has none of it.
"""

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

Place = tuple[int, int]
"""Row and column of a cell, both from 0."""

NO_VALUE: Final = "#FORMULA!"
"""Stands in a cell whose formula was never computed."""
ERRORS: Final = ("#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#N/A", "#NULL!", "#NUM!", NO_VALUE)

_OLD_FONT = re.compile(r"\.vn|vni", re.IGNORECASE)
_SPOKEN_OF = (b'hidden="', b"hidden='", b't="e"', b"<f>", b"<f ", b"<f/>")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LETTERS_IN_ALPHABET = 26
# What no spreadsheet writes is looked for as well: the reader lets longer numbers and words run over.
_ROW_NUMBER = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']\s*([0-9]{1,12})")
_FAR_ROW = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']\s*[A-Za-z]+([0-9]{6,12})")
_FAR_COLUMN = re.compile(rb"(?<![\w:.-])r\s*=\s*[\"']\s*([A-Za-z]{2,8})[A-Za-z]*[0-9]")


@dataclass(frozen=True)
class SheetMarks:
    """What is special about a sheet's cells."""

    fonts: Mapping[Place, str] = field(default_factory=dict)
    """The old Vietnamese font that a cell is shown in."""
    faults: Mapping[Place, str] = field(default_factory=dict)
    """Error values, and NO_VALUE."""
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


def read_sheet_marks(content: bytes) -> dict[str, SheetMarks]:
    """The marks of each sheet of an XLSX by its name; empty for other formats and for parts that cannot be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            fonts = _old_fonts(archive)
            return {name: _read_sheet(archive.read(part), fonts) for name, part in _sheet_parts(archive)}
    except (
        zipfile.BadZipFile,
        zlib.error,
        etree.XMLSyntaxError,
        LookupError,
        ValueError,
        OSError,
        EOFError,
        RuntimeError,
    ):
        return {}


def spanned_cells(part: bytes) -> int:
    """How many cells lie between the first and the last one of a sheet: a reader that keeps a grid holds them all."""
    if b"sheetData" not in part:
        return 0
    rows = [int(row) for pattern in (_ROW_NUMBER, _FAR_ROW) for row in pattern.findall(part)]
    letters = {found[1].decode().upper() for found in _FAR_COLUMN.finditer(part)}
    # counted generously where the letters are too many for a column
    columns = (_LETTERS_IN_ALPHABET ** len(name) if len(name) > 3 else _column(name) + 1 for name in letters)
    return max(rows, default=1) * max(columns, default=_LETTERS_IN_ALPHABET)


def column_letters(column: int) -> str:
    """The letters that people see above a column: 0 is A, 26 is AA."""
    letters = ""
    number = column + 1
    while number:
        number, rest = divmod(number - 1, _LETTERS_IN_ALPHABET)
        letters = chr(ord("A") + rest) + letters
    return letters


def _parse(part: bytes) -> etree._Element:
    # Nothing outside the part is read, and no entity is put in.
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(part, parser)


def _elements(root: etree._Element, name: str) -> Iterator[etree._Element]:
    return root.iter(f"{{*}}{name}")


def _sheet_parts(archive: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    relations = _parse(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {str(it.get("Id")): str(it.get("Target")) for it in _elements(relations, "Relationship")}
    for sheet in _elements(_parse(archive.read("xl/workbook.xml")), "sheet"):
        relation = next((value for name, value in sheet.attrib.items() if str(name).endswith("}id")), "")
        target = targets.get(str(relation), "")
        part = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
        if part in archive.namelist() and "/worksheets/" in part:
            yield str(sheet.get("name")), part


def _old_fonts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The old Vietnamese font of each cell style that has one."""
    if "xl/styles.xml" not in archive.namelist():
        return {}
    styles = _parse(archive.read("xl/styles.xml"))
    names = [_font_name(font) for table in _elements(styles, "fonts") for font in table]
    formats = [entry for table in _elements(styles, "cellXfs") for entry in table]
    fonts = {str(index): _name_at(names, entry.get("fontId")) for index, entry in enumerate(formats)}
    return {index: name for index, name in fonts.items() if _OLD_FONT.match(name)}


def _font_name(font: etree._Element) -> str:
    name = next(_elements(font, "name"), None)
    return "" if name is None else str(name.get("val"))


def _name_at(names: Sequence[str], index: str | None) -> str:
    return names[int(index)] if index and index.isdecimal() and int(index) < len(names) else ""


def _read_sheet(part: bytes, fonts: Mapping[str, str]) -> SheetMarks:
    # Most sheets have nothing to tell: not parsing them halves the time of a large register.
    if not fonts and not any(word in part for word in _SPOKEN_OF):
        return SheetMarks()
    root = _parse(part)
    marks: dict[Place, str] = {}
    faults: dict[Place, str] = {}
    for cell in _elements(root, "c"):
        place = _place(str(cell.get("r")))
        if place is None:
            continue
        if font := fonts.get(str(cell.get("s"))):
            marks[place] = font
        if fault := _fault(cell):
            faults[place] = fault
    return SheetMarks(marks, faults, frozenset(_hidden_rows(root)), frozenset(_hidden_columns(root)))


def _place(reference: str) -> Place | None:
    found = _REFERENCE.fullmatch(reference)
    if found is None:
        return None
    return int(found[2]) - 1, _column(found[1])


def _column(letters: str) -> int:
    """The column of these capital letters, from 0."""
    column = 0
    for letter in letters:
        column = column * _LETTERS_IN_ALPHABET + ord(letter) - ord("A") + 1
    return column - 1


def _fault(cell: etree._Element) -> str | None:
    value = next(_elements(cell, "v"), None)
    text = "" if value is None else str(value.text or "")
    if cell.get("t") == "e":
        return text if text in ERRORS else ERRORS[1]
    # A formula whose text is empty says so by its type.
    is_formula = next(_elements(cell, "f"), None) is not None
    return NO_VALUE if is_formula and not text and cell.get("t") != "str" else None


def _hidden_rows(root: etree._Element) -> Iterator[int]:
    for row in _elements(root, "row"):
        number = str(row.get("r"))
        if row.get("hidden") in ("1", "true") and number.isdecimal():
            yield int(number) - 1


def _hidden_columns(root: etree._Element) -> Iterator[int]:
    for column in _elements(root, "col"):
        first, last = str(column.get("min")), str(column.get("max"))
        if column.get("hidden") in ("1", "true") and first.isdecimal() and last.isdecimal():
            yield from range(int(first) - 1, min(int(last), 1000))
