"""Holders of certificates as pseudonyms: a person is counted once and cannot be named.

A key outside the store makes the pseudonym. Without a key only a reference that is a pseudonym already may be kept.
"""

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Literal

from etl.kept import is_blank, looks_like_identity, words_of
from etl.tables import TableRow

PSEUDONYM_LENGTH = 32
IDENTITY_COLUMNS = ("citizen_id", "person_name")
PERSON = "ca_nhan"

_CITIZEN_ID_LENGTH = 12
_STAFF_CODE = re.compile(r"(?=.*[A-Z])(?=.*[0-9])(?!.*[A-Z]{7})(?!.*[0-9]{8})[A-Z0-9._/-]{2,20}")
"""Letters and digits, no word of a name, no number as long as that of a card or a telephone."""
_DAY_FIRST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")


@dataclass(frozen=True)
class Holder:
    """Who holds a certificate, or why that may not be said."""

    key: str | None = None
    """Null: the certificate stands for its holder."""
    problem: Literal["MISSING", "VALUE"] | None = None
    """The reason of the quarantine."""


def identify_holder(row: TableRow, *, holder_type: str | None, secret: str | None) -> Holder:
    """The pseudonym of a row's holder."""
    if holder_type != PERSON:
        return Holder()
    reference = _written(row, "holder_ref").upper()
    if secret is not None:
        identity = _identity(row, reference)
        return Holder(_pseudonym(identity, secret) if identity else None)
    if reference:
        return Holder(reference) if is_staff_code(reference) else Holder(problem="VALUE")
    # Counting such a row by its certificate would count a person with two devices twice.
    return Holder(problem="MISSING") if names_somebody(row) else Holder()


def names_somebody(row: TableRow) -> bool:
    """Whether a row says by name or number who somebody is."""
    return any(_written(row, name) for name in IDENTITY_COLUMNS)


def is_staff_code(reference: str) -> bool:
    """Whether a reference can only be a staff code, such as CB-0123."""
    return _STAFF_CODE.fullmatch(reference) is not None and not looks_like_identity(reference)


def _identity(row: TableRow, reference: str) -> str | None:
    """What makes the holder one person among all, in one spelling."""
    if reference:
        return f"ref:{reference}"
    citizen_id = re.sub(r"[ .\-]", "", _written(row, "citizen_id")).upper()
    if citizen_id:
        # A spreadsheet drops the leading zero of a number.
        return f"id:{citizen_id.zfill(_CITIZEN_ID_LENGTH) if len(citizen_id) == _CITIZEN_ID_LENGTH - 1 else citizen_id}"
    name, birthday = words_of(_written(row, "person_name")), _day(_written(row, "birthday"))
    return f"person:{name}:{birthday}" if name and birthday else None


def _day(text: str) -> str:
    day_first = _DAY_FIRST.fullmatch(text)
    return f"{day_first[3]}-{int(day_first[2]):02}-{int(day_first[1]):02}" if day_first else text


def _pseudonym(identity: str, secret: str) -> str:
    return hmac.new(secret.encode(), identity.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_LENGTH]


def _written(row: TableRow, name: str) -> str:
    text = row.cell(name)
    return "" if is_blank(text) else text
