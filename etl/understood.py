"""What was understood of a file before its rows: the sheet, the headings, and which cell holds which field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from etl.kept import scrubbed
from etl.sources.certificates import LAYOUT as CERTIFICATES
from etl.sources.form_06a import FormAsk, read_form
from etl.sources.form_headings import NAME
from etl.sources.form_units import load_site_units
from etl.sources.procedures import LAYOUT as PROCEDURES
from etl.sources.staff import LAYOUT as STAFF
from etl.tables import Layout, find_headings
from ioc.config import Config
from ioc.words import gettext as _

LAYOUTS: Final[Mapping[str, Layout]] = {"certificates": CERTIFICATES, "procedures": PROCEDURES, "staff": STAFF}
TITLE_LENGTH: Final = 160
OF_NAME: Final = ("unit_code", "unit_name", "field_name")
"""Fields that a report tells in the cell of the row's name."""


@dataclass(frozen=True)
class Heading:
    """Where a column was found and how the file names it."""

    text: str
    """Empty where it might hold more than a known heading."""
    letter: str | None
    """Of a spreadsheet's column."""


@dataclass(frozen=True)
class Understood:
    """What is told of a file beside its rows."""

    about: tuple[str, ...] = ()
    headings: Mapping[str, Heading] = field(default_factory=dict)
    addresses: Mapping[tuple[int, str], str] = field(default_factory=dict)
    """Cells by row and field, where the file says them itself."""

    def cell(self, row_no: int, name: str) -> str | None:
        """The address of a field of a row, such as C12; None where the file has no cells or the column is not known."""
        told = self.addresses.get((row_no, name))
        if told is not None:
            return told
        heading = self.headings.get(name)
        return f"{heading.letter}{row_no}" if heading is not None and heading.letter is not None else None


def understand(kind: str, content: bytes, *, config: Config, name: str) -> Understood:
    """What a kind of file tells of itself; nothing for kinds that have no tables."""
    if kind == "form_06a":
        return _form(content, config, name)
    layout = LAYOUTS.get(kind)
    return _table(content, layout) if layout is not None else Understood()


def _table(content: bytes, layout: Layout) -> Understood:
    found = find_headings(content, layout)
    if found is None:
        return Understood()
    about = (_("sheet {name}").format(name=found.sheet),) if found.sheet else ()
    headings = {
        name: Heading(text, column_letter(place) if found.sheet else None)
        for name, (place, text) in found.places.items()
    }
    return Understood(about, headings)


def _form(content: bytes, config: Config, name: str) -> Understood:
    units = load_site_units(config.site.unit, config.units.crosswalks)
    form = read_form(content, FormAsk(units, name))
    about = [scrubbed(form.title)[:TITLE_LENGTH]] if form.title else []
    about += [_("sheet {name}").format(name=table.sheet) for table in form.tables if table.sheet]
    about = list(dict.fromkeys(about))
    headings = {
        column: Heading(scrubbed(text)[:TITLE_LENGTH], None)
        for table in form.tables
        for column, text in table.headings.items()
    }
    addresses = {
        (line.row_no, field_name): address
        for table in form.tables
        for line in table.lines
        for column, address in line.addresses.items()
        for field_name in (OF_NAME if column == NAME else (column,))
    }
    return Understood(tuple(about), headings, addresses)


def column_letter(place: int) -> str:
    """The name of a spreadsheet's column: 0 is A, 26 is AA."""
    letters, rest = "", place + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
