"""Words that are allowed, and the refusal of others."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from ioc.errors import UsageError
from ioc.words import gettext as _


def expect(came: str, allowed: Iterable[str], what: str) -> None:
    """Refuses a word that is not in a list, and names the nearest one."""
    words = list(allowed)
    if came in words:
        return
    near = get_close_matches(came, words, n=1)
    hint = _("; did you mean “{word}”?").format(word=near[0]) if near else ""
    message = _("{what} “{came}” is not known; allowed: {allowed}{hint}")
    raise UsageError(message.format(what=what, came=came, allowed=", ".join(words) or "—", hint=hint))
