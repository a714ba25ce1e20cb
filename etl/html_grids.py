"""Web pages that reporting systems save under a name such as `.xls`: their tables as a spreadsheet shows them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from lxml import etree, html

from etl.encodings import decode_text
from etl.kept import scrubbed
from ioc.errors import ErrorClass, SourceError
from ioc.words import gettext as _

PAGE_LIMIT_BYTES: Final = 50_000_000
SPAN_LIMIT: Final = 1_000
CELLS_LIMIT: Final = 5_000_000
TITLE_LENGTH: Final = 100

_BLOCKS = frozenset({"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "center", "caption", "li", "pre"})
_INLINE = frozenset({"span", "b", "strong", "font", "i", "u"})
_BLOCKS_OR_TABLES = _BLOCKS | {"table", "tr", "td"}
_NOT_LINES = frozenset({"td", "th", "table", "style", "script", "head"})
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?([A-Za-z0-9_-]{3,20})", re.IGNORECASE)
_FONT = re.compile(r"font-family\s*:\s*([^;}]+)", re.IGNORECASE)
_RULE = re.compile(r"([^{}]{1,2000})\{([^}]{0,5000})\}")
_SELECTED = re.compile(r"(?:^|[\s>+])(?:[A-Za-z]\w*)?\.([\w-]+)$|(?:^|[\s>+])([A-Za-z]\w*)$")
_OLD_FONT = re.compile(r"[\"'\s]*(\.vn|vni)", re.IGNORECASE)
_UNICODE_MARKS: Final = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16", b"\xef\xbb\xbf": "utf-8-sig"}


@dataclass(frozen=True)
class PageCell:
    """One cell, and the old Vietnamese font that it is shown in."""

    text: str
    font: str = ""


@dataclass(frozen=True)
class PageTable:
    """The rows of a page in order, tables and the lines between them, and the cells that reach over others."""

    rows: tuple[tuple[PageCell, ...], ...]
    merges: tuple[tuple[int, int, int, int], ...] = ()
    """First row, first column, last row, last column, from 0."""
    hidden_rows: frozenset[int] = frozenset()
    title: str = ""
    """Of the browser's window."""


@dataclass
class _Sheet:
    """The grid while it is filled: a cell with spans holds the places right of it and below."""

    fonts: Mapping[str, str]
    rows: list[dict[int, PageCell]] = field(default_factory=list)
    taken: dict[int, set[int]] = field(default_factory=dict)
    merges: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    cells: int = 0

    def add_row(self, row: etree._Element) -> None:
        index = len(self.rows)
        self.rows.append({})
        if _is_hidden(row):
            self.hidden.add(index)
        column = 0
        for cell in row:
            if _tag(cell) in ("td", "th"):
                column = self._add_cell(cell, index, column)

    def _add_cell(self, cell: etree._Element, index: int, column: int) -> int:
        taken = self.taken.setdefault(index, set())
        while column in taken:
            column += 1
        width, height = _span(cell, "colspan"), _span(cell, "rowspan")
        self.cells += width * height
        if self.cells > CELLS_LIMIT:
            raise _too_large(self.cells, CELLS_LIMIT)
        self.rows[index][column] = PageCell(_text(cell), _font(cell, self.fonts))
        for below in range(index, index + height):
            self.taken.setdefault(below, set()).update(range(column, column + width))
        if width * height > 1:
            self.merges.append((index, column, index + height - 1, column + width - 1))
        return column + width

    def add_line(self, line: etree._Element) -> None:
        self.taken.pop(len(self.rows), None)
        self.rows.append({0: PageCell(_text(line), _font(line, self.fonts))})

    def table(self, title: str) -> PageTable:
        width = max((max(row, default=-1) for row in self.rows), default=-1) + 1
        rows = tuple(tuple(row.get(column, PageCell("")) for column in range(width)) for row in self.rows)
        return PageTable(rows, tuple(self.merges), frozenset(self.hidden), title)


def looks_like_page(content: bytes) -> bool:
    """Whether the first bytes are those of a web page."""
    start = content[:400]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start.replace(b"\x00", b"")[2:]
    return start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")


def read_page(content: bytes) -> PageTable:
    """The tables of a page; SourceError if it has none or is too large."""
    if len(content) > PAGE_LIMIT_BYTES:
        raise _too_large(len(content), PAGE_LIMIT_BYTES)
    text = _page_text(content)
    try:
        root = html.document_fromstring(text, parser=html.HTMLParser(no_network=True, huge_tree=False))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise _no_table() from None
    sheet = _Sheet(_style_fonts(root))
    for element in root.iter():
        if _tag(element) == "tr" and element.find(".//table") is None:
            sheet.add_row(element)
        elif _is_line(element):
            sheet.add_line(element)
    if not any(len(row) > 1 for row in sheet.rows):
        raise _no_table(_window_title(root))
    return sheet.table(_window_title(root))


def _window_title(root: etree._Element) -> str:
    """The page's title without what is somebody's data."""
    text = next((_text(title) for title in root.iter("title")), "")
    return scrubbed(" ".join(text.split()))[:TITLE_LENGTH]


def _page_text(content: bytes) -> str:
    for mark, encoding in _UNICODE_MARKS.items():
        if content.startswith(mark):
            return _without_declaration(content.decode(encoding, errors="replace"))
    declared = _CHARSET.search(content[:4000])
    for encoding in ("utf-8", declared[1].decode() if declared else "utf-8"):
        try:
            return _without_declaration(content.decode(encoding))
        except (UnicodeDecodeError, LookupError):
            continue
    guessed = decode_text(content)
    return _without_declaration(guessed.text if guessed else content.decode("cp1252", errors="replace"))


def _without_declaration(text: str) -> str:
    """lxml refuses text that still declares an encoding of its own."""
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\x00", ""))


def _is_line(element: etree._Element) -> bool:
    """Whether an element is a line of text of its own outside every table."""
    above = element.getparent()
    is_lone = _tag(element) in _INLINE and above is not None and _tag(above) in ("body", "form")
    if not is_lone and _tag(element) not in _BLOCKS:
        return False
    if any(_tag(child) in _BLOCKS_OR_TABLES for child in element.iterdescendants()):
        return False
    return not any(_tag(it) in _NOT_LINES for it in element.iterancestors()) and bool(_text(element).strip())


def _tag(element: etree._Element) -> str:
    # of comments and processing instructions this is no tag, and equals none
    return str(element.tag).lower()


def _text(element: etree._Element) -> str:
    return " ".join(_pieces(element))


def _pieces(element: etree._Element) -> Iterator[str]:
    """A line break within a cell stands between words; markup within a word does not."""
    words: list[str] = [element.text or ""]
    for part in element.iterdescendants():
        if _tag(part) in ("br", "p", "div", "li"):
            words.append("\n")
        is_written = isinstance(part, html.HtmlElement)
        words += [part.text or "" if is_written else "", part.tail or ""]
    yield from "".join(words).split("\n")


def _span(cell: etree._Element, name: str) -> int:
    text = str(cell.get(name) or "1").strip()
    return min(max(int(text), 1), SPAN_LIMIT) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _is_hidden(row: etree._Element) -> bool:
    return "display:none" in str(row.get("style") or "").replace(" ", "").lower()


def _style_fonts(root: etree._Element) -> dict[str, str]:
    """The old font of each class (`.xl65`) and element (`td`) that the page's style sheet gives one."""
    sheet = " ".join("".join(map(str, style.itertext())) for style in root.iter("style"))
    found: dict[str, str] = {}
    for selectors, rule in _RULE.findall(sheet):
        font = _FONT.search(rule)
        for selector in selectors.split(",") if font and _OLD_FONT.match(font[1]) else ():
            named = _SELECTED.search(selector.strip())
            if named is not None and font is not None:
                found[(named[1] or named[2]).lower()] = font[1]
    return found


def _font(cell: etree._Element, fonts: Mapping[str, str]) -> str:
    """The old font of a cell: its own, of what is in it, of its class, of what it is in."""
    for element in (*cell.iterdescendants(), cell, *cell.iterancestors()):
        own = _FONT.search(str(element.get("style") or "")) if _tag(element) else None
        face = own[1] if own else str(element.get("face") or "") if _tag(element) == "font" else ""
        if face:
            return face if _OLD_FONT.match(face) else ""
        names = (*str(element.get("class") or "").lower().split(), _tag(element)) if _tag(element) else ()
        if named := next((fonts[name] for name in names if name in fonts), ""):
            return named
    return ""


def _no_table(title: str = "") -> SourceError:
    if title:
        message = _(
            "the file is the web page “{title}” without a table; export the report again and save it as XLSX"
        ).format(title=title)
        return SourceError(ErrorClass.UNREADABLE, message)
    return SourceError(
        ErrorClass.UNREADABLE, _("the file is a web page without a table; export it again or save it as XLSX")
    )


def _too_large(n: int, limit: int) -> SourceError:
    return SourceError(
        ErrorClass.UNREADABLE, _("the page has {n} cells or bytes; at most {limit} are read").format(n=n, limit=limit)
    )
