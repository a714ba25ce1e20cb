"""The known words that are nearest to one that is not known, and what to say of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from ioc.words import gettext as _

LISTED_WORDS = 12
"""How many known words a message lists where it can name near ones."""
NAMED_NEAREST = 3
LEAST_LIKENESS = 0.5


def nearest_words(came: str, known: Iterable[str], *, most: int = NAMED_NEAREST) -> list[str]:
    """The known words most like one, whatever their case, the likest first; none where all are far from it."""
    words = {word.casefold(): word for word in known}
    return [words[found] for found in get_close_matches(came.casefold(), words, n=most, cutoff=LEAST_LIKENESS)]


def unknown_choice(came: str, known: Iterable[str], what: str) -> str:
    """What to say of a word that may not be chosen: the nearest ones first, then what may be."""
    words = list(known)
    near = nearest_words(came, words)
    if not near:
        message = _("{what} “{came}” is not known; allowed: {allowed}")
        return message.format(what=what, came=came, allowed=", ".join(words) or "—")
    message = _("{what} “{came}” is not known; did you mean {nearest}? Allowed: {allowed}")
    quoted = ", ".join(f"“{word}”" for word in near)
    return message.format(what=what, came=came, nearest=quoted, allowed=_first_words(words))


def _first_words(words: Sequence[str]) -> str:
    shown = ", ".join(words[:LISTED_WORDS])
    if len(words) <= LISTED_WORDS:
        return shown
    return _("{shown} … ({count} in all)").format(shown=shown, count=len(words))
