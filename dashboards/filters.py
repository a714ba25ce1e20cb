"""Everything that a screen shows is in its URL: one frozen value, read from it and written to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from ioc.words import DEFAULT_LANGUAGE, LANGUAGES

THEME_NAMES = ("light", "dark")


@dataclass(frozen=True)
class Filters:
    """What is asked for; None means the page's own default, and is left out of the URL."""

    unit: str | None = None
    index: str | None = None
    period: str | None = None
    span: str | None = None
    """The family of periods that is offered: calendar, ytd, rolling, vpcp, other."""
    indicator: str | None = None
    group: str | None = None
    field: str | None = None
    source: str | None = None
    reason: str | None = None
    file: str | None = None
    row: str | None = None
    """A refused row, `<load>-<row number>`."""
    series: str | None = None
    part: str | None = None
    """Whose rows are shown: numerator, denominator, criteria."""
    page: str | None = None
    """From 1."""
    sort: str | None = None
    without: str | None = None
    """What a ranking leaves out: `small` rates of few cases, `inherited` points."""
    view: str | None = None
    """`table` shows a chart's twin table."""
    kiosk: str | None = None
    theme: str | None = None
    lang: str | None = None

    @property
    def is_kiosk(self) -> bool:
        """The form for a screen on a wall, without navigation."""
        return self.kiosk == "1"

    @property
    def theme_name(self) -> str:
        """Light, unless asked for otherwise; a wall is dark."""
        return self.theme or ("dark" if self.is_kiosk else "light")

    @property
    def language(self) -> str:
        return self.lang or DEFAULT_LANGUAGE

    @property
    def is_without_small(self) -> bool:
        return self.without == "small"

    @property
    def is_without_inherited(self) -> bool:
        return self.without == "inherited"

    @property
    def is_table(self) -> bool:
        return self.view == "table"

    def with_(self, **changes: str | None) -> Filters:
        """The same question with some parts changed; unknown parts are a TypeError."""
        return replace(self, **changes)

    def link(self, path: str, **changes: str | None) -> str:
        """The address of another view that keeps what is chosen here; parts in angle brackets are filled in."""
        wanted = self.with_(**changes)
        return fill_path(path, wanted) + wanted.search(path)

    def search(self, path: str = "") -> str:
        """The query of the address, without what the path itself says."""
        pairs = [(name, value) for name, value in self.chosen().items() if f"<{name}>" not in path]
        return f"?{urlencode(pairs, quote_via=quote)}" if pairs else ""

    def chosen(self) -> dict[str, str]:
        """What differs from the defaults."""
        return {name: value for name in NAMES if (value := getattr(self, name)) is not None}


NAMES = tuple(field.name for field in fields(Filters))


def read_filters(query: Mapping[str, Any]) -> Filters:
    """Filters from named values; unknown names and impossible values fall back to the defaults."""
    known = {name: str(query[name]) for name in NAMES if query.get(name)}
    if known.get("lang") not in LANGUAGES:
        known.pop("lang", None)
    if known.get("theme") not in THEME_NAMES:
        known.pop("theme", None)
    return Filters(**known)


def read_search(search: str | None) -> dict[str, str]:
    """The named values of an address's query."""
    return dict(parse_qsl((search or "").lstrip("?")))


def match_path(pattern: str, path: str) -> dict[str, str] | None:
    """The named parts of a path that fits a pattern such as `/units/<unit>`; None if it does not fit."""
    wanted, given = pattern.strip("/").split("/"), path.strip("/").split("/")
    if len(wanted) != len(given):
        return None
    found: dict[str, str] = {}
    for part, text in zip(wanted, given, strict=True):
        if part.startswith("<") and text:
            found[part.strip("<>")] = text
        elif part != text:
            return None
    return found


def fill_path(pattern: str, filters: Filters) -> str:
    """The path of a pattern with its named parts."""
    for name, value in filters.chosen().items():
        pattern = pattern.replace(f"<{name}>", quote(value, safe=""))
    return pattern
