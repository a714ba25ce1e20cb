"""What may be stored of a cell: the text where its shape is harmless, else a description of it.

A name pasted into the column of dates, or a telephone number into that of serial numbers, ends here.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from ioc.names import fold

Keep = Callable[[str], str]

_NOT_WORD = re.compile(r"[^a-z0-9]+")
_MASK = "•••"
_BLANKS = frozenset({"", "-", "–", "—", "n/a", "null", "none", "không có"})
_IDENTITY_LENGTHS = range(9, 13)
"""Digits of a telephone number or an identity card, old or new, also where the leading zero was lost."""
_PASSPORT = re.compile(r"[A-Z][0-9]{7,8}")
_LONG_NUMBER = re.compile(r"\+?(?:\d[ .\-]?){8,}\d")
_WORD = re.compile(r"\S+")
_ORGANISATION = re.compile(
    r"(ubnd|uy ban|hdnd|hoi|dang uy|dang bo|so|phong|trung tam|bo phan|xa|phuong|dac khu|thi tran|huyen|quan|thi xa"
    r"|thanh pho|tinh|chi nhanh|ban|bo|cong an|van phong|chi cuc|cuc|tong cuc|thanh tra|vien|truong|tram|benh vien"
    r"|lien doan|mat tran|doan|kho bac|thue|cong ty|tong cong ty|doanh nghiep|to chuc|co quan|bao hiem|quy)\b"
)


def masked(text: str) -> str:
    """A description of a text that may be personal."""
    return f"{_MASK}({len(text)})"


def is_masked(text: str) -> bool:
    """Whether a text was replaced by its description."""
    return text.startswith(f"{_MASK}(")


def keep(text: str, rule: Keep) -> str | None:
    """What the rule lets through; null where the cell says that there is nothing."""
    if not text:
        return None
    kept = rule(text)
    return None if is_masked(kept) and is_blank(text) else kept


def keep_matching(pattern: str) -> Keep:
    """Keeps text that wholly has this shape."""
    shape = re.compile(pattern)
    return lambda text: text if shape.fullmatch(text) and not looks_like_identity(text) else masked(text)


def keep_word(vocabulary: Mapping[str, str]) -> Keep:
    """Keeps the one code that the vocabulary has for this text."""
    return lambda text: vocabulary.get(words_of(text)) or masked(text)


def keep_organisation(text: str) -> str:
    """Keeps the name of an organisation: one that begins like one."""
    return scrubbed(text) if _ORGANISATION.match(words_of(text)) else masked(text)


def scrubbed(text: str) -> str:
    """A public text without runs of nine digits or more and without addresses of mail."""
    # word by word: a pattern with the @ in its midst takes hours over a megabyte without a space
    return _WORD.sub(_without_address, _LONG_NUMBER.sub(_MASK, text))


def _without_address(word: re.Match[str]) -> str:
    return _MASK if "@" in word[0][1:-1] else word[0]


keep_date = keep_matching(
    r"[0-9]{1,4}[/. -][0-9]{1,2}[/. -][0-9]{2,4}([ T][0-9:.]{4,15}(Z|[+-][0-9:]{2,5})?)?|[0-9]{8}|[0-9]{14}"
)
keep_number = keep_matching(r"[+-]?[0-9]{1,3}([., ][0-9]{3}){0,2}([.,][0-9]{1,4})?|[+-]?[0-9]{1,8}([.,][0-9]{1,4})?")
keep_unit_code = keep_matching(r"(?=.*[0-9])[A-Za-z0-9.-]{1,36}|[0-9]{2,5}@20[0-9]{2}(-[0-9]{2}){0,2}")


def looks_like_identity(text: str) -> bool:
    """Whether a text is nothing but the number of an identity card, a passport or a telephone."""
    digits = re.sub(r"[ .\-+]", "", text)
    return (digits.isdecimal() and len(digits) in _IDENTITY_LENGTHS) or _PASSPORT.fullmatch(digits.upper()) is not None


def is_blank(text: str) -> bool:
    """Whether a cell says that there is nothing."""
    return text.lower() in _BLANKS


def vocabulary(words: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What people write for each code, ready for `keep_word`; the code itself is understood too."""
    return {words_of(text): code for code, texts in words.items() for text in (code, *texts)}


@lru_cache(maxsize=20_000)
def words_of(text: str) -> str:
    """A text as bare words: no accents, no punctuation, lower case."""
    return _NOT_WORD.sub(" ", fold(text)).strip()
