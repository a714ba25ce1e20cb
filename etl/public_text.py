"""Texts that may be kept as they are written — titles, documents, notes — without what could name a person."""

import re
from typing import Final

from etl.kept import Keep, scrubbed

LONGEST = 500
_MASK = "•••"

_CAPITALISED: Final = r"[A-ZÀ-ÖØ-ÝĂĐĨŨƠƯẠ-Ỹ][^\W\d_]*"
_ADDRESS: Final = r"[Ôô]ng|[Bb]à|[Aa]nh|[Cc]hị|[Đđ]/[Cc]|[Đđ]ồng chí|[Hh]ọ (?:và )?tên|[Nn]gười nộp"
_ADDRESSED: Final = re.compile(rf"\b((?:{_ADDRESS})\s*:?)((?: +{_CAPITALISED}){{2,}})")
_FULL_NAME: Final = re.compile(rf"\b{_CAPITALISED} (?:Văn|Thị)(?: +{_CAPITALISED}){{1,3}}\b")
"""Family name, Văn or Thị, given name: how most names of persons are built, and hardly a place's."""


def keep_public_text(text: str) -> str:
    """Keeps a text without numbers of people, addresses of mail and names of persons, cut to a bearable length."""
    unnamed = _ADDRESSED.sub(rf"\1 {_MASK}", scrubbed(text))
    return _FULL_NAME.sub(_MASK, unnamed)[:LONGEST].rstrip()


def keep_beginning(words: str) -> Keep:
    """Keeps the beginning of a text as far as it consists of these words (a regular expression)."""
    beginning = re.compile(rf"(?:{words})(?: (?:{words}))*", re.IGNORECASE)

    def rule(text: str) -> str:
        found = beginning.match(text)
        return found[0] if found and not text[found.end() : found.end() + 1].isalnum() else ""

    return rule
