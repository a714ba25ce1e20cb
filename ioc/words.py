"""The words that people read: English in the code, other languages in .po files beside the packages."""

from __future__ import annotations

from contextvars import ContextVar, Token
from functools import lru_cache
from pathlib import Path
from types import TracebackType

from babel.messages.pofile import read_po

SOURCE_LANGUAGE = "en"
"""The language of the msgids: needs no file."""
LANGUAGES = ("vi", SOURCE_LANGUAGE)
DEFAULT_LANGUAGE = "vi"

_ROOT = Path(__file__).parent.parent
WORD_FOLDERS = (_ROOT / "ioc" / "locale", _ROOT / "etl" / "locale", _ROOT / "dashboards" / "text")
"""Known by place, not by import: `ioc` imports neither of the other packages."""

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)

Forms = tuple[str, ...]


class ChosenLanguage:
    """A choice of language; as a context manager it ends with the block, otherwise with the context."""

    def __init__(self, token: Token[str]) -> None:
        self._token = token

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _language.reset(self._token)


def use_language(language: str) -> ChosenLanguage:
    """Chooses the language of this thread or task: `use_language("en")` or `with use_language("en"):`."""
    if language not in LANGUAGES:
        raise ValueError(f"language {language!r}: allowed are {', '.join(LANGUAGES)}")
    return ChosenLanguage(_language.set(language))


def current_language() -> str:
    """The language that words are given in now."""
    return _language.get()


def gettext(msgid: str) -> str:
    """The words of a message in the current language, or the English ones where nobody translated it."""
    forms = translations(_language.get()).get(msgid)
    return forms[0] if forms else msgid


def mark(msgid: str) -> str:
    """Names a message where it is declared once and translated later, each time it is shown."""
    return msgid


def ngettext(singular: str, plural: str, number: int) -> str:
    """The words for a number of things; Vietnamese has one form for all numbers."""
    forms = translations(_language.get()).get(singular)
    if forms:
        return forms[0]
    return singular if number == 1 else plural


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> dict[str, Forms]:
    """Every translated message of a language, from all packages; English has none."""
    found: dict[str, Forms] = {}
    for folder in WORD_FOLDERS:
        path = folder / f"{language}.po"
        if path.is_file():
            found.update(read_words(path))
    return found


def read_words(path: Path) -> dict[str, Forms]:
    """The messages of one .po file that are translated, by their (singular) msgid."""
    with path.open("rb") as file:
        messages = read_po(file)
    found: dict[str, Forms] = {}
    for message in messages:
        msgid = message.id if isinstance(message.id, str) else message.id[0]
        words = message.string or ""
        forms = (words,) if isinstance(words, str) else tuple(words)
        if msgid and forms and forms[0] and not message.fuzzy:
            found[msgid] = forms
    return found
