"""Whether a value that somebody gives a refused row may be kept: it names nobody."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from etl.kept import looks_like_identity, scrubbed
from ioc.store.engine import Connection
from ioc.store.warehouse import read_sql

VALUE_LENGTH: Final = 200
_READ_AS_DATE: Final = re.compile(r"\bparse_(?:timestamp|date)\((\w+)\)")


@cache
def date_columns(contract: str) -> frozenset[str]:
    """The columns of a landing that its contract reads as days or moments."""
    return frozenset(_READ_AS_DATE.findall(read_sql("etl.facts", f"{contract}.sql")))


def is_harmless(connection: Connection, value: str, *, is_date: bool) -> bool:
    """Whether a value names nobody; the digits of a real date are no number of a person where a date belongs.

    The connection knows the contracts' macros.
    """
    if len(value) > VALUE_LENGTH:
        return False
    return (is_date and _is_date(connection, value)) or (scrubbed(value) == value and not looks_like_identity(value))


def _is_date(connection: Connection, text: str) -> bool:
    # identity numbers of twelve digits and telephones begin with 0 or 84, never with a year of these centuries
    found = connection.row(
        "select coalesce(is_date_shaped($text) and year(parse_timestamp($text)) between 1900 and 2099, false)",
        {"text": text},
    )
    return bool(found[0])
