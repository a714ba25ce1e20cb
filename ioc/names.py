"""Vietnamese names: one spelling, a search key without accents, and a sort key of the Vietnamese alphabet."""

import re
import unicodedata
from functools import lru_cache

_TONE_MARKS = ("\u0300", "\u0309", "\u0303", "\u0301", "\u0323")
_TONE_RANKS = {mark: str(rank) for rank, mark in enumerate(_TONE_MARKS, start=1)}
"""The dictionary's order of tones: ngang (no mark, 0), huyền, hỏi, ngã, sắc, nặng."""

_LETTER_CODES = {"ă": "a{", "â": "a|", "đ": "d{", "ê": "e{", "ô": "o{", "ơ": "o|", "ư": "u{"}
"""A letter of its own comes after its plain letter whatever follows that, hence signs beyond "z"."""

_NUMBER_WIDTH = 6
_WORD = re.compile(r"\d+|[^\W\d_]+")
_MARKS = dict.fromkeys(range(0x300, 0x370))
_APOSTROPHES = dict.fromkeys(map(ord, "'’‘ʼ`´"))
_HYPHENS = dict.fromkeys(map(ord, "-‐‑‒–—"), " ")
_UNSORTED = {**_MARKS, **_APOSTROPHES}
_FOLDED = {**_MARKS, **_APOSTROPHES, **_HYPHENS, ord("đ"): "d"}


def nfc(text: str) -> str:
    """The text in composed form, the only one that is stored."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """A key for searching: lower case, no accents, no apostrophes, hyphens as spaces, single spaces."""
    # Apostrophes go first: some of them decompose into a space and a mark.
    lower = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold()
    plain = unicodedata.normalize("NFKD", lower).translate(_FOLDED)
    if not plain.isascii():
        plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(plain.split())


def sort_key(text: str) -> str:
    """A key whose order by bytes is that of the Vietnamese dictionary; of ASCII signs for Vietnamese text.

    Words are compared letter by letter; tones decide only among equal letters. Where the tone mark stands in a
    syllable (hòa, hoà) makes no difference. Numbers sort by their value.
    """
    words = _WORD.findall(nfc(text).lower().translate(_UNSORTED))
    keys = [_word_key(word) for word in words]
    # A hyphen sorts after the space and before every letter and digit: "An" < "An Giang" < "Anh".
    return f"{'-'.join(letters for letters, _ in keys)} {''.join(tone for _, tone in keys)}"


@lru_cache(maxsize=20_000)
def _word_key(word: str) -> tuple[str, str]:
    """The letters and the tone of one word."""
    if word.isdecimal():
        return word.lstrip("0").zfill(_NUMBER_WIDTH), "0"
    tones = [_TONE_RANKS[mark] for mark in unicodedata.normalize("NFD", word) if mark in _TONE_RANKS]
    return "".join(_letter_code(sign) for sign in word), tones[0] if tones else "0"


def _letter_code(sign: str) -> str:
    """A letter without its tone, written so that it sorts by the alphabet."""
    decomposed = unicodedata.normalize("NFD", sign)
    letter = nfc("".join(part for part in decomposed if part not in _TONE_RANKS))
    return _LETTER_CODES.get(letter, decomposed[0])
