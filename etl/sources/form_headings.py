"""Which column of a report is which: headings of one to four rows, known by their path from the group to the column."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from etl.encodings import even_capitals
from etl.grids import Grid
from etl.kept import words_of

HEADER_ROWS_SEARCHED: Final = 60
MOST_HEADER_ROWS: Final = 4
MOST_COLUMNS: Final = 200
LEAST_FIGURES: Final = 3
"""Fewer known columns of figures are no report of dossiers."""

NUMBER, NAME, CODE, FIELD = "number", "name", "unit_code", "field"
"""Columns that are no figures: the row's number, its unit or field, the unit's code, the field beside a unit."""
MONTH, QUARTER, YEAR, SPAN, FROM, TO = "month", "quarter", "year", "span", "from", "to"
"""Columns of a row's own period."""
EARLY_AND_ON_TIME: Final = "done_early_and_on_time"
DIRECT, POSTAL = "received_direct", "received_postal"
"""Stated apart, and together the form's fifth column."""

_NUMBERS: Final = frozenset({"stt", "tt", "so tt", "so thu tu"})
_CODES: Final = frozenset({"ma don vi", "ma dinh danh", "ma co quan", "ma dinh danh don vi", "ma don vi dinh danh"})
_UNITS: Final = re.compile(
    r"(ten )?(don vi|co quan|co quan don vi|don vi co quan|xa phuong|co quan to chuc)( giai quyet| bao cao| thuc hien"
    r"| duoc giao giai quyet| hanh chinh)?|ten|don vi (hoac )?linh vuc|ten don vi linh vuc"
)
_FIELDS: Final = re.compile(
    r"(ten )?(linh vuc|nhom linh vuc|thu tuc|thu tuc hanh chinh|tthc)( giai quyet| cong viec.*| tthc| thu tuc.*)?"
)
_PERIODS: Final = (
    (MONTH, re.compile(r"thang( bao cao| so lieu)?")),
    (QUARTER, re.compile(r"quy( bao cao| so lieu)?")),
    (YEAR, re.compile(r"nam( bao cao| so lieu)?")),
    (SPAN, re.compile(r"(ky|ky bao cao|ky so lieu|ky du lieu|thang nam|thoi ky|thang quy( nam)?|quy nam)")),
    (FROM, re.compile(r"(tu ngay|ngay bat dau|ky tu ngay|ngay dau ky)")),
    (TO, re.compile(r"(den ngay|den het ngay|ngay ket thuc|ky den ngay|ngay cuoi ky)")),
)
_MIXED: Final = re.compile(r".*\bdon vi\b.*\blinh vuc\b.*")

_DONE = r"(da|duoc) (giai quyet|xu ly|tra ket qua|hoan thanh)( xong)?|giai quyet xong|ket qua giai quyet"
_OPEN = r"(dang|chua) (giai quyet|xu ly)|dang thu ly|ton cuoi ky"
_DUE = r"(tiep )?nhan (va )?giai quyet|(phai|can) (giai quyet|xu ly)|tiep nhan (va )?xu ly"
_TAKEN = r"(da |moi )?tiep nhan( moi)?|nhan moi"
_GROUPS: Final = (
    ("done", re.compile(rf"\b({_DONE})\b")),
    ("open", re.compile(rf"\b({_OPEN})\b")),
    ("received", re.compile(rf"\b({_DUE}|{_TAKEN})\b")),
)
_TAKEN_LAST: Final = re.compile(rf"\b({_TAKEN})\b")
_DUE_WORDS: Final = re.compile(rf"\b({_DUE})\b")
_NOISE: Final = re.compile(
    r"\b(so luong|ho so|hs|tthc|thu tuc hanh chinh|trong do|chia ra|gom|bao gom|va tra ket qua|ket qua|tinh hinh)\b"
)
_LONE_NUMBERS: Final = re.compile(r"\b([0-9]{1,2}[a-z]?|[a-d])\b")
_NOTES: Final = re.compile(r"\([^()]*\)|=.*$")
_IGNORED: Final = re.compile(r"\b(ty le|ti le|ghi chu|ton cuoi|phan tram|so sanh|cung ky)\b|%")

_TOTALS: Final = ("", "so", "tong", "tong so", "cong", "tong cong", "tong so so")
_LATE: Final = ("qua han", "tre han", "tre", "da qua han", "qua thoi han", "bi qua han", "khong dung han")
_LEAVES: Final[Mapping[str, Mapping[str, Sequence[str]]]] = {
    "received": {
        "received_total": ("tong", "tong so", "cong", "tong cong", "so tong"),
        "received_in_period": ("trong ky", "trong ky tong so", "trong ky tong", "trong ky cong", "moi", "trong ky so"),
        "received_online": (
            "truc tuyen", "qua mang", "dich vu cong truc tuyen", "dvc truc tuyen", "dvctt", "nop truc tuyen",
            "hinh thuc truc tuyen", "qua dich vu cong truc tuyen", "qua dvc truc tuyen",
        ),
        "received_direct_postal": (
            "truc tiep dich vu buu chinh", "truc tiep va bcci", "truc tiep buu chinh", "truc tiep bcci",
            "truc tiep va dich vu buu chinh", "truc tiep hoac dich vu buu chinh", "truc tiep qua dich vu buu chinh",
            "truc tiep va buu chinh", "truc tiep hoac buu chinh", "truc tiep dvbc", "truc tiep qua buu chinh",
            "truc tiep dich vu bcci", "truc tiep va dich vu bcci", "truc tiep buu chinh cong ich",
            "truc tiep dich vu buu chinh cong ich", "truc tiep va qua dich vu buu chinh",
        ),
        DIRECT: ("truc tiep", "nop truc tiep", "tai bo phan mot cua", "tai quay"),
        POSTAL: (
            "buu chinh", "dich vu buu chinh", "qua buu chinh", "bcci", "qua dich vu buu chinh", "buu chinh cong ich",
        ),
        "received_carried": (
            "tu ky truoc", "ky truoc chuyen sang", "ky truoc chuyen qua", "ton dau", "ton dau ky", "ky truoc",
            "tu ky truoc chuyen sang", "ton ky truoc", "ton ky truoc chuyen sang", "chuyen tu ky truoc",
            "ton tu ky truoc", "ky truoc chuyen", "tu ky truoc chuyen qua", "so ky truoc chuyen sang",
            "so ky truoc chuyen qua",
        ),
    },
    "done": {
        "done_total": _TOTALS,
        "done_early": ("truoc han", "som", "som han", "truoc thoi han"),
        "done_on_time": ("dung han", "dung", "dung thoi han"),
        EARLY_AND_ON_TIME: (
            "truoc va trong han", "truoc va dung han", "truoc han va dung han", "truoc han dung han", "truoc dung han",
            "dung han va truoc han", "dung va truoc han", "trong han", "som va dung han", "dung han truoc han",
        ),
        "done_late": _LATE,
    },
    "open": {
        "open_total": _TOTALS,
        "open_in_time": ("trong han", "chua den han", "con han", "chua qua han", "con trong han"),
        "open_overdue": _LATE,
    },
}  # fmt: skip
_ANYWHERE: Final[Mapping[str, Sequence[str]]] = {
    "withdrawn": (
        "cd rut", "rut", "cong dan rut", "xin rut", "nguoi dan rut", "cd rut so", "dan rut", "to chuc ca nhan rut",
    ),
    "returned": ("tra lai", "tu choi", "tra lai tu choi", "khong du dieu kien", "bi tra lai"),
    "supplement": ("bo sung", "cho bo sung", "yeu cau bo sung", "dang bo sung", "tam dung cho bo sung"),
}  # fmt: skip
_WITHOUT_GROUP: Final = {
    leaf: name
    for names in (
        _LEAVES["received"],
        {key: _LEAVES["done"][key] for key in ("done_early", "done_on_time", EARLY_AND_ON_TIME)},
    )
    for name, leaves in names.items()
    for leaf in leaves
    if leaf != "trong han"
}
_BY_LEAF: Final = {
    group: {leaf: name for name, leaves in {**_ANYWHERE, **names}.items() for leaf in leaves}
    for group, names in _LEAVES.items()
} | {"": {**{leaf: name for name, leaves in _ANYWHERE.items() for leaf in leaves}, **_WITHOUT_GROUP}}


@dataclass(frozen=True)
class Header:
    """Where the headings of a report stand, and what its columns are."""

    first_row: int
    last_row: int
    """Indices in the grid's rows."""
    places: Mapping[str, int]
    paths: Mapping[str, str] = field(repr=False)
    """The heading of each known column as people read it: “Số hồ sơ đã giải quyết > Trong đó > Quá hạn”."""
    rows_are: str
    """unit | field | mixed: what the rows' names are names of."""
    periods: Mapping[str, int] = field(default_factory=dict)
    """The columns that tell a row's own period: MONTH, QUARTER, YEAR, SPAN, FROM, TO."""

    def __len__(self) -> int:
        return len(self.places)


def count_headings(cells: Sequence[str]) -> int:
    """How many cells of one row are headings of a report, for telling delimiters apart."""
    return sum(1 for cell in cells if cell and (_side_column((cell,)) or _figure((cell,))))


def find_header(grid: Grid) -> Header | None:
    """The block of headings with the most known columns; of several the shortest, then the first. None: no report."""
    best: Header | None = None
    for first in _possible_starts(grid):
        for length in range(1, MOST_HEADER_ROWS + 1):
            if first + length > len(grid.rows):
                break
            header = _read_block(grid, first, first + length - 1)
            if header is not None and (best is None or _rank(header) > _rank(best)):
                best = header
    return best


def find_headers(grid: Grid, best: Header) -> list[Header]:
    """The best block and every further one in the rows above and below it, from the top down."""
    above = _blocks_between(grid, 0, best.first_row, best)
    # what stands above without rows of its own is the title
    above = [it for it, below in zip(above, [*above, best][1:], strict=True) if _has_rows(grid, it, below)]
    return [*above, best, *_blocks_between(grid, best.last_row + 1, len(grid.rows), best)]


def _has_rows(grid: Grid, header: Header, below: Header) -> bool:
    figures = [place for name, place in header.places.items() if name not in (NUMBER, NAME, CODE, FIELD)]
    rows = grid.rows[header.last_row + 1 : below.first_row]
    return any(row.cells[place].isdecimal() for row in rows for place in figures if place < len(row.cells))


def _blocks_between(grid: Grid, first: int, end: int, best: Header) -> list[Header]:
    found: list[Header] = []
    height = best.last_row - best.first_row + 1
    pattern = [row.cells for row in grid.rows[best.first_row : best.last_row + 1]]
    for index in range(first, end):
        start = found[-1].last_row + 1 if found else first
        cells = grid.rows[index].cells
        if index < start or not cells:
            continue
        if cells == pattern[0] and [row.cells for row in grid.rows[index : index + height]] == pattern:
            found.append(replace(best, first_row=index, last_row=index + height - 1))
        elif _may_be_heading(cells) and (other := _best_around(grid, index, start, end)) is not None:
            found.append(other)
    return found


def _may_be_heading(cells: Sequence[str]) -> bool:
    """Whether a row has the heading of a side column and is no row of figures."""
    is_marked = any(cell and _side_column((cell,)) for cell in cells[:MOST_COLUMNS])
    return is_marked and sum(cell.isdecimal() for cell in cells[:MOST_COLUMNS]) < LEAST_FIGURES


def _best_around(grid: Grid, index: int, first: int, end: int) -> Header | None:
    """The best block that holds a row, within these rows."""
    blocks = [
        header
        for start in range(max(first, index - MOST_HEADER_ROWS + 1), index + 1)
        for last in range(index, min(start + MOST_HEADER_ROWS, end))
        if (header := _read_block(grid, start, last)) is not None
    ]
    return max(blocks, key=_rank, default=None)


def _rank(header: Header) -> tuple[int, int, int]:
    return len(header.places), header.first_row - header.last_row, -header.first_row


def _possible_starts(grid: Grid) -> Iterator[int]:
    """Rows that hold a side column's heading, and those just above: it may stand at the bottom of the block."""
    marked = [
        index
        for index, row in enumerate(grid.rows[:HEADER_ROWS_SEARCHED])
        if any(cell and _side_column((cell,)) for cell in row.cells[:MOST_COLUMNS])
    ]
    yield from sorted({start for index in marked for start in range(max(0, index - MOST_HEADER_ROWS + 1), index + 1)})


def _read_block(grid: Grid, first: int, last: int) -> Header | None:
    paths = [tuple(path) for path in _paths(grid, first, last)]
    places: dict[str, int] = {}
    rows_are = "unit"
    for column, path in _visible_first(grid, paths):
        name = _side_column(path) or _figure(path)
        if name is not None and name not in places:
            places[name] = column
            if name == NAME:
                rows_are = _named_by(path)
    figures = set(places) - {NUMBER, NAME, CODE, FIELD}
    if len(figures) < LEAST_FIGURES or not {NAME, CODE, FIELD} & set(places):
        return None
    if NAME not in places and FIELD in places:
        places[NAME], rows_are = places.pop(FIELD), "field"
    shown = {name: even_capitals(" > ".join(paths[column])) for name, column in places.items()}
    return Header(first, last, places, shown, rows_are, _period_columns(paths, set(places.values())))


def _period_columns(paths: Sequence[tuple[str, ...]], known: set[int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for column, path in enumerate(paths):
        name = _period_column(path) if column not in known else None
        if name is not None:
            found.setdefault(name, column)
    return found


def _period_column(path: Sequence[str]) -> str | None:
    """The part of a period that a heading is of; a figure of some month is none."""
    labels = [words_of(label) for label in path]
    if not labels or _find_group(labels)[0] or _IGNORED.search(" ".join(labels)):
        return None
    return next((name for name, pattern in _PERIODS if pattern.fullmatch(labels[-1])), None)


def _visible_first(grid: Grid, paths: Sequence[tuple[str, ...]]) -> list[tuple[int, tuple[str, ...]]]:
    """Of two columns with one heading the one that people see counts."""
    return sorted(enumerate(paths), key=lambda item: (item[0] in grid.hidden_columns, item[0]))


def _paths(grid: Grid, first: int, last: int) -> Iterator[list[str]]:
    """Each column's labels from top to bottom; a merged cell's label is said of all that it covers."""
    width = min(max((len(row.cells) for row in grid.rows[first : last + 1]), default=0), MOST_COLUMNS)
    levels = [[*row.cells[:width], *[""] * (width - len(row.cells))] for row in grid.rows[first : last + 1]]
    covered = _spread_merges(grid, levels, first)
    if not covered:
        _spread_blanks(levels)
    for column in range(width):
        labels = [level[column] for level in levels if level[column]]
        yield [label for place, label in enumerate(labels) if place == 0 or label != labels[place - 1]]


def _spread_merges(grid: Grid, levels: list[list[str]], first: int) -> bool:
    """Writes merged labels into all their cells; whether there was any."""
    covered = False
    for top, left, bottom, right in grid.merges:
        # a damaged workbook may name the last row before the first
        if not first <= top <= bottom < first + len(levels) or left >= len(levels[0]):
            continue
        covered = True
        label = levels[top - first][left]
        for row in range(top - first, bottom - first + 1):
            for column in range(left, min(right + 1, len(levels[0]))):
                levels[row][column] = label
    return covered


def _spread_blanks(levels: list[list[str]]) -> None:
    """Where merging is not told, a blank cell belongs to the label on its left, within the same group above."""
    for depth, level in enumerate(levels[:-1]):
        for column in range(1, len(level)):
            is_same_group = all(above[column] == above[column - 1] for above in levels[:depth])
            # the last row is that of the columns: what has nothing below is not part of a group
            has_below = any(below[column] for below in levels[depth + 1 :])
            if not level[column] and level[column - 1] and is_same_group and has_below:
                level[column] = level[column - 1]


def _side_column(path: Sequence[str]) -> str | None:
    """The column of numbers, names or codes that a heading is."""
    words = _plain(path[-1]) if path else ""
    if words in _NUMBERS:
        return NUMBER
    if words in _CODES:
        return CODE
    if _MIXED.fullmatch(words) or _UNITS.fullmatch(words):
        return NAME
    return FIELD if _FIELDS.fullmatch(words) else None


def _named_by(path: Sequence[str]) -> str:
    return "mixed" if _MIXED.fullmatch(_plain(path[-1])) else "unit"


def _plain(label: str) -> str:
    return _LONE_NUMBERS.sub("", words_of(_NOTES.sub(" ", label))).strip() or words_of(label)


def _figure(path: Sequence[str]) -> str | None:
    """The figure that a path of labels means."""
    return _figure_of(tuple(path))


@lru_cache(maxsize=5_000)
def _figure_of(path: tuple[str, ...]) -> str | None:
    labels = [_label_words(label) for label in path]
    if not any(labels) or _IGNORED.search(" ".join(labels)) or "%" in path[-1]:
        return None
    group, depth = _find_group(labels)
    rest = _without_groups(" ".join(labels[depth:]))
    leaf = " ".join(_NOISE.sub(" ", rest).split())
    leaf = leaf.removeprefix("so ") if leaf != "so" else ""
    if group == "received":
        return _received(leaf, labels)
    return _BY_LEAF[group].get(leaf)


def _label_words(label: str) -> str:
    """A label's words without notes in brackets, formulas and the numbers of columns."""
    return " ".join(_LONE_NUMBERS.sub("", words_of(_NOTES.sub(" ", label))).split())


def _find_group(labels: Sequence[str]) -> tuple[str, int]:
    """The group that the deepest label speaks of which speaks of one, and that label's place."""
    for depth in reversed(range(len(labels))):
        for group, pattern in _GROUPS:
            if pattern.search(labels[depth]):
                return group, depth
    return "", 0


def _without_groups(text: str) -> str:
    for _group, pattern in _GROUPS:
        text = pattern.sub(" ", text)
    return " ".join(text.split())


def _received(leaf: str, labels: Sequence[str]) -> str | None:
    if leaf in ("", "so"):
        # "Tiếp nhận" alone is what came in; "phải giải quyết" alone is everything.
        is_taken = bool(_TAKEN_LAST.search(_DUE_WORDS.sub(" ", labels[-1])))
        return "received_in_period" if is_taken else "received_total"
    found = _BY_LEAF["received"].get(leaf)
    if found is None and leaf.startswith("trong ky "):
        found = _BY_LEAF["received"].get(leaf.removeprefix("trong ky "))
        return "received_in_period" if found == "received_total" else found
    return found
