"""The rows of a report: which are data, which totals, sections and notes, and whose figures each of them gives."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from etl.grids import Grid, GridRow
from etl.kept import (
    is_blank,
    is_masked,
    keep_number,
    keep_organisation,
    looks_like_identity,
    masked,
    scrubbed,
    words_of,
)
from etl.sheet_parts import ERRORS
from etl.sources.form_headings import CODE, FIELD, NAME, NUMBER, Header
from etl.sources.form_units import SiteUnits
from ioc.errors import ErrorClass
from ioc.names import nfc

FIELD_WITHIN: Final = " › "
"""Between a field and a part of it, whose figures are in the field's own."""
_TOTAL: Final = re.compile(
    r"(tong|cong|tong so|tong cong|cong chung|cong tong)"
    r"( (toan )?(tinh|thanh pho|xa|phuong|dac khu|co quan|don vi|cac don vi|linh vuc|cac linh vuc|chung))?( [0-9]+)?"
    r"|toan (bo|tinh|thanh pho|xa|phuong|dac khu|co quan|don vi|dia ban)"
    r"|(tong|cong|tong cong|tong so) (thang|quy|nam|ky)\b.*"
)
_SECTION: Final = re.compile(
    r"(ubnd )?cap (tinh|thanh pho|xa|so|huyen|phuong)( .*)?|nganh doc|co quan nganh doc|khoi .{1,40}"
    r"|(cac |khoi )?(so|so nganh|so ban nganh|ban nganh)( .{0,40})?"
    r"|(cac |khoi )?(ubnd )?(cac )?(xa phuong|xa|phuong|xa phuong dac khu|phuong xa|dac khu)( thi tran)?"
    r"|(linh vuc|tthc|thu tuc).{0,20} (thuoc|cap) .*"
)
_PARENT_NUMBER: Final = re.compile(r"\(?([IVX]{1,5}|[A-H]|[a-h])[.)]?\)?")
_DATA_NUMBER: Final = re.compile(r"\d{1,4}(\.\d{1,3}){0,3}\.?|[IVX]{1,5}\.\d{1,3}")
_NUMBERING: Final = re.compile(r"\(?(\d{1,2}|[A-Za-z])\)?(\s*=.*)?|\(?\d{1,2}\)?\s*=?\s*[\d()+=\s]+")
_FOOTER: Final = re.compile(
    r"(nguoi lap|lap bieu|thu truong|noi nhan|ghi chu|xac nhan|ky ten|lanh dao|giam doc|chu tich|tm|kt|nguoi ky"
    r"|ke toan)\b.*|.*\bngay .*thang .*nam .*"
)
_SURNAMES: Final = frozenset(
    [
        "nguyễn", "trần", "lê", "phạm", "hoàng", "huỳnh", "phan", "vũ", "võ", "đặng", "bùi", "đỗ", "hồ", "ngô",
        "dương", "lý", "đinh", "mai", "trịnh", "đào", "lương", "tô", "cao", "tạ", "lâm", "phùng", "hà", "đoàn",
        "trương", "châu", "quách", "tống", "thái", "kiều", "lưu", "vương", "chu", "triệu", "tăng", "giang", "doãn",
        "khổng", "bạch", "nghiêm", "đồng", "thạch", "lò", "giàng", "vàng", "sùng", "nông", "hứa", "mã", "ma",
    ]
)  # fmt: skip
_FIELD_STARTS: Final = (
    "lý lịch",
    "hồ sơ",
    "đào tạo",
    "đồng bộ",
    "chu trình",
    "lương thực",
    "mã số",
    "nông nghiệp",
    "nông lâm",
)
_PERSON_WORDS: Final = range(2, 6)


class RowKind(StrEnum):
    """What a row of a report is."""

    DATA = "data"
    TOTAL = "total"
    SECTION = "section"
    NOTE = "note"


@dataclass(frozen=True)
class FormRow:
    """One row of data, its texts already harmless."""

    row_no: int
    """Within its sheet."""
    unit_code: str | None
    """As the row writes it, or the statistical code of the unit that bears just this name."""
    unit_name: str | None
    field_name: str
    cells: Mapping[str, str]
    """The text of each known column of figures."""
    is_by_name: bool = False
    fault: str | None = None
    is_part: bool = False
    """Its figures are within those of another row of data."""


@dataclass(frozen=True)
class Marked:
    """A grid's row and what it is."""

    row: GridRow
    kind: RowKind
    number: str
    name: str


@dataclass
class Owner:
    """Whose rows these are, while a report is read from top to bottom."""

    code: str | None
    name: str | None = None
    is_by_name: bool = False
    has_whole: bool = False
    """The unit has a row of its own."""
    fields: dict[str, str] = field(default_factory=dict)
    """Field by the number of its row, for the parts below it."""
    numbers: set[str] = field(default_factory=set)
    """Of the rows of data since the last section."""


def mark_rows(grid: Grid, header: Header, units: SiteUnits) -> list[Marked]:
    """Every written row below the headings and what it is."""
    rows = [row for row in grid.rows[header.last_row + 1 :] if any(row.cells)]
    kept = [row for place, row in enumerate(rows) if not _is_heading(row, grid, header, is_early=place < 2)]
    following = [*kept[1:], None][: len(kept)]
    return [_mark(row, below, header, units) for row, below in zip(kept, following, strict=True)]


def read_rows(
    marked: Sequence[Marked], grid: Grid, header: Header, units: SiteUnits, *, whole: str | None
) -> Iterator[FormRow]:
    """The rows of data; `whole` is the unit of a report whose rows are fields."""
    owner = Owner(whole)
    for it in marked:
        if it.kind is RowKind.DATA:
            yield _read_row(it, grid, header, units, owner)
            owner.numbers.add(_bare(it.number))
        elif it.kind is not RowKind.NOTE:
            owner.numbers.clear()


def _mark(row: GridRow, below: GridRow | None, header: Header, units: SiteUnits) -> Marked:
    number, name = _cell(row, header, NUMBER), _cell(row, header, NAME)
    if not name and not _DATA_NUMBER.fullmatch(number):
        # merged over the columns of number and name
        name, number = number, ""
    if not name:
        name = next((text for text in _period_cells(row, header) if _TOTAL.fullmatch(words_of(text))), "")
    below_number = _cell(below, header, NUMBER) if below is not None else ""
    is_parent = _has_parts(number, below_number)
    return Marked(row, _kind(row, header, units, number, name, is_parent), number, name)


def _has_parts(number: str, below: str) -> bool:
    is_outer = bool(_PARENT_NUMBER.fullmatch(number)) and bool(_DATA_NUMBER.fullmatch(below))
    return is_outer or (bool(number) and below.startswith(number.rstrip(".") + "."))


def _kind(row: GridRow, header: Header, units: SiteUnits, number: str, name: str, is_parent: bool) -> RowKind:
    words = words_of(name)
    is_counted = has_figures(row, header)
    if _TOTAL.fullmatch(words):
        return RowKind.TOTAL
    if not is_counted and any(_FOOTER.fullmatch(it) for it in (words, _only_words(row))):
        return RowKind.NOTE
    is_unit = bool(_cell(row, header, CODE)) or units.find(name) is not None
    is_section = _SECTION.fullmatch(words) is not None or (
        is_parent
        and bool(_PARENT_NUMBER.fullmatch(number))
        and not (header.rows_are != "unit" and _is_organisation(name))
    )
    if is_section and not is_unit:
        return RowKind.SECTION
    is_numbered = bool(_DATA_NUMBER.fullmatch(number)) and bool(name)
    return RowKind.DATA if is_counted or is_numbered or (is_unit and header.rows_are == "unit") else RowKind.NOTE


def _is_heading(row: GridRow, grid: Grid, header: Header, *, is_early: bool) -> bool:
    """Whether a row numbers the columns, or is a heading that a page break repeats."""
    if any(row.cells == above.cells for above in grid.rows[header.first_row : header.last_row + 1]):
        return True
    written = [cell for cell in row.cells if cell]
    is_numbering = len(written) >= 3 and all(map(_NUMBERING.fullmatch, written)) and len(set(written)) == len(written)
    return is_early and is_numbering and bool(_NUMBERING.fullmatch(_cell(row, header, NAME) or "1"))


def _read_row(it: Marked, grid: Grid, header: Header, units: SiteUnits, owner: Owner) -> FormRow:
    row = it.row
    overflow = not grid.is_sheet and any(row.cells[max(header.places.values()) + 1 + _unknown_columns(grid, header) :])
    fault = ErrorClass.INTEGRITY.value if row.is_cut or overflow else None
    field_name = _take_owner(it, header, units, owner)
    is_part = bool(field_name and owner.has_whole) or _outer(it.number) in owner.numbers
    if not field_name:
        owner.has_whole = True
    return FormRow(
        row.row_no,
        owner.code,
        owner.name,
        field_name,
        _figures(row, header),
        is_by_name=owner.is_by_name,
        fault=fault,
        is_part=is_part,
    )


def _unknown_columns(grid: Grid, header: Header) -> int:
    """How many headings stand right of the last known one."""
    width = max(len(row.cells) for row in grid.rows[header.first_row : header.last_row + 1])
    return max(0, width - 1 - max(header.places.values()))


def _take_owner(it: Marked, header: Header, units: SiteUnits, owner: Owner) -> str:
    """Makes the row's unit the owner where it names one; the row's field."""
    code, name = _cell(it.row, header, CODE), it.name
    beside = _cell(it.row, header, FIELD)
    found = None if code else units.find(name)
    is_unit = bool(code) or found is not None or _is_organisation(name)
    is_part = bool(_outer(it.number))
    if is_unit or (header.rows_are == "unit" and not (is_part and owner.code)):
        if (code or found) is None or (code or found) != owner.code:
            owner.has_whole = False
        owner.code, owner.is_by_name = code or found, found is not None
        owner.name = _keep_name(name, units)
        owner.fields = {}
        return keep_field(beside) if beside and not is_blank(beside) else ""
    parent = owner.fields.get(_outer(it.number))
    field_name = keep_field(name) if name else masked(name)
    owner.fields[_bare(it.number)] = field_name
    return field_name if parent is None else f"{parent}{FIELD_WITHIN}{field_name}"


def _keep_name(name: str, units: SiteUnits) -> str | None:
    if not name or is_blank(name):
        return None
    kept = keep_organisation(name)
    if not is_masked(kept):
        return kept
    return None if units.find(name) else (name if units.is_short_name(name) else kept)


def _bare(number: str) -> str:
    return number.rstrip(".")


def _outer(number: str) -> str:
    """The number of the row that a row is a part of: 1 of 1.1; empty where it is of none."""
    return _bare(number).rpartition(".")[0]


def _only_words(row: GridRow) -> str:
    """The words of a row that is one text, in whatever column it stands."""
    written = {cell for cell in row.cells if cell}
    return words_of(written.pop()) if len(written) == 1 else ""


def has_figures(row: GridRow, header: Header) -> bool:
    """Whether a row has a number in a column of figures."""
    return any(map(_is_figure, _figures(row, header).values()))


def _is_figure(text: str) -> bool:
    """Whether a cell holds a number, or what a spreadsheet writes where one was to be."""
    return text in ERRORS or not is_masked(keep_number(text or "?"))


def keep_field(text: str) -> str:
    """Keeps the name of a field or a procedure: no number of a card, no mail, nothing like a person's name."""
    is_personal = looks_like_identity(text) or looks_like_person(text)
    return masked(text) if is_personal else scrubbed(text)


def looks_like_person(text: str) -> bool:
    """Whether a text is a surname and further names: every word with a capital, or all in capitals."""
    words = re.sub(r"[^\w\s]", " ", nfc(text)).split()
    while words and words[0].lower() in ("ông", "bà", "anh", "chị", "đ", "c", "đồng", "chí"):
        words = words[1:]
    if len(words) not in _PERSON_WORDS or words[0].lower() not in _SURNAMES:
        return False
    if " ".join(words).lower().startswith(_FIELD_STARTS):
        return False
    return all(word[0].isupper() for word in words)


def _is_organisation(name: str) -> bool:
    return bool(name) and not is_masked(keep_organisation(name))


def _cell(row: GridRow, header: Header, column: str) -> str:
    place = header.places.get(column)
    return row.cells[place] if place is not None and place < len(row.cells) else ""


def _period_cells(row: GridRow, header: Header) -> list[str]:
    return [row.cells[place] for place in header.periods.values() if place < len(row.cells)]


def _figures(row: GridRow, header: Header) -> dict[str, str]:
    return {
        name: row.cells[place] if place < len(row.cells) else ""
        for name, place in header.places.items()
        if name not in (NUMBER, NAME, CODE, FIELD)
    }
