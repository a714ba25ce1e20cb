"""SQL made of other SQL, so that a figure and the rows behind it are counted by the same text."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

FOLDERS: Final = MappingProxyType({"ioc.store": "sql/", "etl.marts": ""})
"""Where a package keeps its queries."""
INCLUDED: Final = re.compile(r"^\{(\w+)\}$", re.MULTILINE)


@cache
def composed_sql(name: str, *, packages: tuple[str, ...] = ("ioc.store",)) -> str:
    """The text of the query `name` of the first package that has it; a line `{other}` stands for the query `other`.

    A line of another name than that of a query is left for the caller to fill.
    """
    found = _find(name, packages)
    if found is None:
        raise FileNotFoundError(f"{name}.sql is in none of {', '.join(packages)}")
    return INCLUDED.sub(lambda line: _included(line, packages), found)


def _included(line: re.Match[str], packages: tuple[str, ...]) -> str:
    name = line.group(1)
    return line.group(0) if _find(name, packages) is None else composed_sql(name, packages=packages)


def _find(name: str, packages: tuple[str, ...]) -> str | None:
    for package in packages:
        place = files(package).joinpath(f"{FOLDERS[package]}{name}.sql")
        if place.is_file():
            return place.read_text(encoding="utf-8")
    return None
