"""The units: provinces, communes, departments and the former ones, their tree, lineage and codes in other systems."""

import csv
import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path

from ioc.errors import ConfigError, Problem, UsageError
from ioc.names import fold, nfc, sort_key
from ioc.words import gettext as _

REFERENCE = Path(__file__).parent.parent / "data" / "reference"
"""The tables that come with the product."""
REFORM = date(2025, 7, 1)
"""The day on which districts ended and 3,321 communes took the place of 10,035."""
LAST_FORMER_DAY = date(2025, 6, 30)
FORMER_SUFFIX = "@2024-12-31"
"""`CODE@2024-12-31` names the unit that bore the code then; most codes were given anew, to other territories."""

SYSTEMS = ("statistical", "electronic_id", "portal_id", "local")
"""Systems of codes: statistics office, electronic identifier, national portal's id, a source's own."""

_KINDS = {
    "Thành phố ": "thanh_pho",
    "Thị trấn ": "thi_tran",
    "Đặc khu ": "dac_khu",
    "Phường ": "phuong",
    "Thị xã ": "thi_xa",
    "Huyện ": "huyen",
    "Tỉnh ": "tinh",
    "Quận ": "quan",
    "Xã ": "xa",
}
_PREFIX = re.compile("|".join(_KINDS))
_DEPARTMENT_KIND = "so_nganh"
_FORMER = re.compile(r"(?P<code>[A-Z0-9.]{1,36})@(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d))?)?", re.ASCII)
_PROVINCE_DIGITS, _COMMUNE_DIGITS = 2, 5
_OLD_IDENTIFIER = re.compile(r"(?P<parts>(?:\d+\.)+)(?P<province>[A-Z]\d{1,2})", re.ASCII)


class Level(StrEnum):
    PROVINCE = "province"
    DEPARTMENT = "department"
    COMMUNE = "commune"
    REGION = "region"
    FORMER_PROVINCE = "former_province"
    FORMER_DISTRICT = "former_district"
    FORMER_COMMUNE = "former_commune"


@dataclass(frozen=True)
class Unit:
    """A unit of administration in the time of its validity."""

    unit_code: str
    """Statistical code; a department's electronic identifier; of a former unit with FORMER_SUFFIX."""
    name: str
    short_name: str
    """Without the word for its kind, as people sort and search."""
    level: Level
    kind: str
    """tinh, thanh_pho, xa, phuong, dac_khu, so_nganh, vung; formerly also quan, huyen, thi_xa, thi_tran."""
    parent_code: str | None
    valid_from: date | None
    """None where the day is not known."""
    valid_to: date | None
    electronic_id: str | None
    latitude: float | None = None
    longitude: float | None = None
    area_km2: float | None = None

    @property
    def is_former(self) -> bool:
        """Whether the unit ended with the reform."""
        return self.valid_to is not None

    # Two keys of 14,000 units take longer than reading them, and most programs need neither.
    @cached_property
    def sort_key(self) -> str:
        """The short name's place in the alphabet."""
        return sort_key(self.short_name)

    @cached_property
    def search_key(self) -> str:
        """Short and full name, folded, with a bar between them."""
        full, short = fold(self.name), fold(self.short_name)
        return full if full == short else f"{short}|{full}"


@dataclass(frozen=True)
class Succession:
    """A former unit's territory that went to a present one."""

    old_code: str
    new_code: str
    is_whole: bool
    """False where the former unit was divided: the shares are not known, any apportionment is an estimate."""
    is_main: bool
    """Whether this successor took all or most of the former unit."""


@dataclass(frozen=True)
class Units:
    """All units, and the way from other systems' codes to them."""

    all: tuple[Unit, ...]
    xref: dict[str, str]
    """Our unit code by a source's, which is in the form that `resolve_code` gives."""
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Of each region of the operator's: the provinces, communes and departments in it."""
    by_code: Mapping[str, Unit] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_code", {unit.unit_code: unit for unit in self.all})

    @cached_property
    def _children(self) -> dict[str, list[Unit]]:
        grouped: dict[str, list[Unit]] = {}
        for unit in self.all:
            if unit.parent_code:
                grouped.setdefault(unit.parent_code, []).append(unit)
        return grouped

    def children(self, code: str, *, level: Level | None = None) -> tuple[Unit, ...]:
        """The units right below, of one level or of all, in the order of the alphabet."""
        below = [unit for unit in self._children.get(code, ()) if level is None or unit.level == level]
        return tuple(sorted(below, key=lambda unit: (unit.sort_key, unit.unit_code)))

    def ancestors(self, code: str) -> tuple[Unit, ...]:
        """The units above, the nearest first."""
        parent = self.by_code[code].parent_code
        return () if parent is None else (self.by_code[parent], *self.ancestors(parent))

    def find(self, text: str) -> Unit:
        """The unit that a person names by a code of any system; a UsageError where nobody bears it."""
        code = self.xref.get(resolve_code(text))
        if code is None:
            raise UsageError(
                _("unit {text!r}: give a statistical code (52, 23563) or an electronic identifier (H21.100)").format(
                    text=text
                )
            )
        return self.by_code[code]


def resolve_code(text: str) -> str:
    """A source's unit code in one spelling: no spaces, upper case; the old 000.00.19.H26 becomes H26.19."""
    # composed last: without a space between them, marks may belong together
    code = nfc("".join(text.split()).upper())
    old = _OLD_IDENTIFIER.fullmatch(code)
    if old is None:
        return code
    parts = old["parts"].rstrip(".").split(".")
    while parts and not parts[0].strip("0"):
        del parts[0]
    return ".".join([old["province"], *reversed(parts)])


def former_code(text: str) -> str:
    """CODE@DATE as the product writes it: the unit's code before the reform, or the bare code of a present one.

    A date that holds days on both sides of the reform names nobody and stays as it is.
    """
    found = _FORMER.fullmatch(resolve_code(nfc(text)))
    days = _days_named(found) if found else None
    if found is None or days is None:
        return text
    if days[0] >= REFORM:
        return found["code"]
    return _padded(found["code"]) + FORMER_SUFFIX if days[1] <= LAST_FORMER_DAY else text


def _days_named(found: re.Match[str]) -> tuple[date, date] | None:
    """First and last day of the year, month or day after the @."""
    year, month, day = (int(found[part]) if found[part] else None for part in ("year", "month", "day"))
    try:
        last_month = month or 12
        return (
            date(year or 0, month or 1, day or 1),
            date(year or 0, last_month, day or monthrange(year or 0, last_month)[1]),
        )
    except ValueError:
        return None


def _padded(code: str) -> str:
    """A code that lost its leading zeros as a number; three digits are a district's."""
    if not code.isdecimal():
        return code
    return code.zfill(_PROVINCE_DIGITS) if len(code) <= _PROVINCE_DIGITS + 1 else code.zfill(_COMMUNE_DIGITS)


def load_units(reference: Path = REFERENCE, *, crosswalks: Sequence[Path] = ()) -> Units:
    """All units and their codes; a ConfigError with every faulty row of the tables and crosswalks."""
    reading = _Reading()
    for table in _TABLES:
        reading.add_units(reference / table.file, table)
    for path in (reference / "crosswalk.csv", *crosswalks):
        reading.add_crosswalk(path)
    if reading.problems:
        raise ConfigError(reading.problems)
    return reading.units()


def load_lineage(reference: Path = REFERENCE) -> tuple[Succession, ...]:
    """What became of each former unit at the reform."""
    problems: list[Problem] = []
    rows = list(read_rows(reference / "lineage_2025-07-01.csv", _LINEAGE_COLUMNS, problems))
    if problems:
        raise ConfigError(problems)
    return tuple(
        Succession(
            row["old_code"] + FORMER_SUFFIX,
            row["new_code"],
            is_whole=row["extent"] == "whole",
            is_main=row["extent"] == "whole" or row["main_successor"] == "1",
        )
        for row in rows
    )


@dataclass(frozen=True)
class _Table:
    """A reference table of units of one level; the parents' tables come before."""

    file: str
    level: Level
    parent_column: str | None = None
    code_column: str = "code"
    is_former: bool = False


_TABLES = (
    _Table("provinces_2025.csv", Level.PROVINCE),
    _Table("departments.csv", Level.DEPARTMENT, "province_code", code_column="electronic_id"),
    _Table("communes_2025.csv", Level.COMMUNE, "province_code"),
    _Table("former_provinces.csv", Level.FORMER_PROVINCE, is_former=True),
    _Table("former_districts.csv", Level.FORMER_DISTRICT, "province_code", is_former=True),
    _Table("former_communes.csv", Level.FORMER_COMMUNE, "district_code", is_former=True),
)
_CROSSWALK_COLUMNS = ("system", "source_unit_code", "unit_code", "name")
_LINEAGE_COLUMNS = ("old_code", "new_code", "extent", "main_successor")


class TableRow:
    """One line of a table, with the place to point at when it is faulty."""

    def __init__(self, file: Path, line: int, cells: dict[str, str]) -> None:
        self.file, self.line, self.cells = file, line, cells

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def problem(self, column: str, message: str) -> Problem:
        return Problem(self.file, self.line, column, message)


class _Reading:
    """What has been read so far, and what was wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._units: dict[str, Unit] = {}
        self._xref: dict[str, str] = {}

    def units(self) -> Units:
        """Everything read, once it is free of problems."""
        own = {code: code for code in self._units}
        return Units(tuple(self._units.values()), {**own, **self._xref})

    def add_units(self, path: Path, table: _Table) -> None:
        """Adds the units of one reference table."""
        columns = (table.code_column, "name", *([table.parent_column] if table.parent_column else []))
        suffix = FORMER_SUFFIX if table.is_former else ""
        for row in read_rows(path, columns, self.problems):
            parent = row[table.parent_column] + suffix if table.parent_column else None
            self._add_unit(row, row[table.code_column] + suffix, table.level, parent)

    def add_crosswalk(self, path: Path) -> None:
        """Adds the codes of one crosswalk, its departments first: other rows may speak of them."""
        rows = list(read_rows(path, _CROSSWALK_COLUMNS, self.problems))
        for row in rows:
            if row["level"] == Level.DEPARTMENT and row["system"] == "electronic_id":
                self._add_department(row)
        for row in rows:
            self._add_code(row)

    def _add_department(self, row: TableRow) -> None:
        code = resolve_code(row["source_unit_code"])
        if row["unit_code"] not in ("", code):
            self.problems.append(
                row.problem(
                    "unit_code", _("a department's unit_code is its electronic identifier, {code}").format(code=code)
                )
            )
        elif code not in self._units:
            self._add_unit(row, code, Level.DEPARTMENT, row["parent_code"])

    def _add_unit(self, row: TableRow, code: str, level: Level, parent: str | None) -> None:
        message = None
        if not code or not row["name"]:
            message = _("the code or the name is missing")
        elif code in self._units:
            message = _("unit {code} is there twice").format(code=code)
        elif parent is not None and parent not in self._units:
            message = _("there is no unit {code} above it").format(code=parent or "?")
        if message:
            self.problems.append(row.problem("unit_code", message))
            return
        try:
            self._units[code] = _unit(row, code, level, parent)
        except ValueError:
            self.problems.append(row.problem("latitude", _("latitude, longitude and area_km2 are numbers or empty")))

    def _add_code(self, row: TableRow) -> None:
        system, source_code = row["system"], resolve_code(row["source_unit_code"])
        unit_code = row["unit_code"] or (source_code if row["level"] == Level.DEPARTMENT else "")
        own_code = source_code if source_code in self._units else unit_code
        before = self._xref.get(source_code, own_code)
        if system not in SYSTEMS:
            message = _("system {system!r}: allowed are {systems}").format(system=system, systems=", ".join(SYSTEMS))
            self.problems.append(row.problem("system", message))
        elif not source_code:
            self.problems.append(row.problem("source_unit_code", _("the source's code is missing")))
        elif unit_code not in self._units:
            message = _(
                "there is no unit {code}; a row of system electronic_id and level department declares a department"
            )
            self.problems.append(row.problem("unit_code", message.format(code=unit_code or "?")))
        elif before != unit_code:
            message = _("code {code} already stands for unit {unit}").format(code=source_code, unit=before)
            self.problems.append(row.problem("source_unit_code", message))
        else:
            self._cross(system, source_code, unit_code)

    def _cross(self, system: str, source_code: str, unit_code: str) -> None:
        self._xref[source_code] = unit_code
        if system != "electronic_id":
            return
        old = _old_identifier(source_code)
        if old:
            self._xref[old] = unit_code
        unit = self._units[unit_code]
        if unit.electronic_id is None:
            self._units[unit_code] = replace(unit, electronic_id=source_code)


def _unit(row: TableRow, code: str, level: Level, parent: str | None) -> Unit:
    """The unit that a line describes; ValueError for a number that is none."""
    name = nfc(row["name"])
    kind, short_name = _take_apart(name)
    is_former = code.endswith(FORMER_SUFFIX)
    return Unit(
        unit_code=code,
        name=name,
        short_name=short_name,
        level=level,
        kind=kind,
        parent_code=parent,
        valid_from=None if is_former else REFORM,
        valid_to=LAST_FORMER_DAY if is_former else None,
        electronic_id=code if level is Level.DEPARTMENT else None,
        latitude=_number(row["latitude"]),
        longitude=_number(row["longitude"]),
        area_km2=_number(row["area_km2"]),
    )


def _take_apart(name: str) -> tuple[str, str]:
    """Kind and proper name; nobody calls a ward by its number alone, so that it keeps its full name."""
    found = _PREFIX.match(name)
    if found is None:
        return _DEPARTMENT_KIND, name
    proper = name[found.end() :]
    return _KINDS[found[0]], name if proper[:1].isdecimal() else proper


def _number(text: str) -> float | None:
    return float(text) if text else None


def _old_identifier(code: str) -> str | None:
    """The identifier before 2020, four parts from right to left: H26.19 was 000.00.19.H26."""
    parts = code.split(".")
    missing = 4 - len(parts)
    if missing < 1:
        return None
    return ".".join([*("000", "00", "00")[:missing], *reversed(parts)])


def read_rows(path: Path, columns: Iterable[str], problems: list[Problem]) -> Iterator[TableRow]:
    """The lines of a CSV file with at least these columns; `#` begins a comment line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem(path, 1, "—", _("cannot be read as UTF-8 text: {error}").format(error=error)))
        return
    lines = csv.reader(text.splitlines(keepends=True))
    header = [name.strip() for name in next(lines, [])]
    missing = [column for column in columns if column not in header]
    if missing:
        message = _("the columns {missing} are missing; there are {header}")
        message = message.format(missing=", ".join(missing), header=", ".join(header) or "—")
        problems.append(Problem(path, 1, "—", message))
        return
    for cells in lines:
        if not cells or cells[0].startswith("#"):
            continue
        if len(cells) != len(header):
            message = _("{found} cells, the header has {expected}").format(found=len(cells), expected=len(header))
            problems.append(Problem(path, lines.line_num, "—", message))
            continue
        yield TableRow(path, lines.line_num, dict(zip(header, map(str.strip, cells), strict=True)))
