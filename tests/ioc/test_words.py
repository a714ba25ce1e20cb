"""Every word that people read is translated, and the translations fit."""

import string
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from ioc.words import WORD_FOLDERS, current_language, gettext, mark, ngettext, translations, use_language

PROJECT = Path(__file__).parents[2]
PACKAGES = {"ioc": WORD_FOLDERS[0], "etl": WORD_FOLDERS[1], "dashboards": WORD_FOLDERS[2]}
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "mark": None}


@lru_cache
def used_in(package: str) -> dict[str, str]:
    """Each msgid of a package, with a place where it stands."""
    found = extract_from_dir(PROJECT / package, method_map=[("**.py", "python")], keywords=KEYWORDS)
    return {_singular(message): f"{package}/{file}:{line}" for file, line, message, _comments, _context in found}


def _singular(message: str | tuple[str, ...]) -> str:
    return message if isinstance(message, str) else message[0]


def placeholders(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def entries(package: str) -> Iterator[tuple[str, str]]:
    with (PACKAGES[package] / "vi.po").open("rb") as file:
        for message in read_po(file):
            if message.id:
                words = message.string if isinstance(message.string, str) else (message.string or [""])[0]
                yield _singular(message.id), words


@pytest.mark.parametrize("package", PACKAGES)
def test_every_message_is_translated(package: str) -> None:
    missing = {msgid: place for msgid, place in used_in(package).items() if msgid not in translations("vi")}
    assert missing == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_translations_keep_the_placeholders(package: str) -> None:
    wrong = {msgid: words for msgid, words in entries(package) if placeholders(msgid) != placeholders(words)}
    assert wrong == {}


def test_no_translation_has_lost_its_message() -> None:
    used = {msgid for package in PACKAGES for msgid in used_in(package)}
    left = {msgid: package for package in PACKAGES for msgid, _words in entries(package) if msgid not in used}
    assert left == {}


def test_the_same_message_has_the_same_words_everywhere() -> None:
    seen: dict[str, str] = {}
    for package in PACKAGES:
        for msgid, words in entries(package):
            assert seen.setdefault(msgid, words) == words


def test_english_is_the_message_itself() -> None:
    with use_language("en"):
        assert gettext("Nothing has changed; nothing was published.") == "Nothing has changed; nothing was published."
        assert ngettext("{n} file", "{n} files", 2) == "{n} files"
        assert ngettext("{n} file", "{n} files", 1) == "{n} file"


def test_vietnamese_is_the_language_unless_another_is_chosen() -> None:
    assert current_language() == "vi"
    assert gettext("Nothing has changed; nothing was published.").startswith("Không có gì")


def test_a_choice_ends_with_its_block() -> None:
    with use_language("en"):
        assert current_language() == "en"
    assert current_language() == "vi"


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="vi, en"):
        use_language("fr")


def test_marking_changes_nothing() -> None:
    assert mark("x") == "x"
