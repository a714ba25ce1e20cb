"""The refusal of words that may not be chosen."""

from __future__ import annotations

from collections.abc import Iterable

from ioc.errors import UsageError
from ioc.nearest import unknown_choice


def expect(came: str, allowed: Iterable[str], what: str) -> None:
    """Refuses a word that is not in a list, and names the nearest ones."""
    words = list(allowed)
    if came not in words:
        raise UsageError(unknown_choice(came, words, what))
