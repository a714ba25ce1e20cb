"""Vietnamese text that is not Unicode: old fonts, the old code page, and UTF-8 that was read as something else."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise, product

from ioc.names import nfc


class Encoding(StrEnum):
    """How a text is written, where that is not Unicode."""

    TCVN3 = "TCVN3"
    """The fonts of the state standard of 1993: .VnTime, .VnArial; capitals are a font of their own, .VnTimeH."""
    VNI = "VNI"
    """VNI-Times and its family: a letter, then a sign for its accents."""
    CP1258 = "windows-1258"
    MOJIBAKE = "UTF-8/1252"
    """UTF-8 that somebody read as Windows-1252 and saved."""


@dataclass(frozen=True)
class Decoded:
    """The text of a file, and the encoding it was in where that is not Unicode."""

    text: str
    encoding: Encoding | None = None


_TCVN3_LETTERS: Mapping[str, str] = {
    "àáảãạ": "µ¸¶·¹",
    "ăằắẳẵặ": "¨»¾¼½Æ",
    "âầấẩẫậ": "©ÇÊÈÉË",
    "đ": "®",
    "èéẻẽẹ": "ÌÐÎÏÑ",
    "êềếểễệ": "ªÒÕÓÔÖ",
    "ìíỉĩị": "×ÝØÜÞ",
    "òóỏõọ": "ßãáâä",
    "ôồốổỗộ": "«åèæçé",
    "ơờớởỡợ": "¬êíëìî",
    "ùúủũụ": "ïóñòô",
    "ưừứửữự": "\u00adõøö÷ù",
    "ỳýỷỹỵ": "úýûüþ",
    "ĂÂÊÔƠƯĐ": "¡¢£¤¥¦§",
}
_TCVN3 = {
    ord(sign): letter for letters, signs in _TCVN3_LETTERS.items() for letter, sign in zip(letters, signs, strict=True)
}
_TCVN3_MARKERS = frozenset("µ¸¶·¹¨»¾¼½Æ©ÇËÎÏ®ªÖ×ØÜÞß«åæç¬ëîïñö÷ø\u00adäûþ§¡¢£¤¥¦Ñ")
"""Signs of the old fonts that no Vietnamese text in Unicode holds."""
_MODERN = re.compile("[ĂăĐđĨĩŨũƠơƯư\u1ea0-\u1ef9]")
_LEAST_MARKERS = 3

_VNI_ACCENTS: Mapping[str, Sequence[str]] = {
    # plain, then with grave, acute, hook, tilde, dot
    "aeouy": ("", "ø", "ù", "û", "õ", "ï"),
    "âêô": ("â", "à", "á", "å", "ã", "ä"),
    "ă": ("ê", "è", "é", "ú", "ü", "ë"),
}
_TONES = ("", "\u0300", "\u0301", "\u0309", "\u0303", "\u0323")
_VNI_LONE = {"đ": "ñ", "ơ": "ô", "ư": "ö", "ì": "ì", "í": "í", "ỉ": "æ", "ĩ": "ó", "ị": "ò", "ỵ": "î"}


def _build_vni() -> dict[str, str]:
    table = {sign: letter for letter, sign in _VNI_LONE.items()}
    for letters, signs in _VNI_ACCENTS.items():
        for letter, (tone, sign) in product(letters, zip(_TONES, signs, strict=True)):
            base = {"â": "a", "ê": "e", "ô": "o", "ă": "a"}.get(letter, letter)
            if (letter, tone) != ("y", "\u0323"):
                table[base + sign] = nfc(letter + tone)
    for (letter, sign), (tone, accent) in product(
        (("ơ", "ô"), ("ư", "ö")), zip(_TONES[1:], _VNI_ACCENTS["aeouy"][1:], strict=True)
    ):
        table[sign + accent] = nfc(letter + tone)
    table |= {sign.upper(): letter.upper() for sign, letter in table.items()}
    # A capital letter before the sign of a small one.
    table |= {sign[0].upper() + sign[1:]: letter.upper() for sign, letter in table.items() if len(sign) == 2}
    return table


_VNI = _build_vni()
_VNI_SIGN = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))

_MOJIBAKE = re.compile("Ã.|á[º»].|Ä[\u0080-\u00bf‘’“”•–—\u0192ƒ]|Æ[°¡¯\u00a0 ]|áº|á»")
_COMMON = re.compile(
    r"(?<!\w)(đơn vị|hồ sơ|tổng|số|đã|đang|giải quyết|đúng hạn|quá hạn|xã|phường|tỉnh|thành phố|mã|tên|ngày|tháng|năm"
    r"|hiệu lực|cơ quan|trạng thái|và|của|lĩnh vực|thủ tục|tiếp nhận|kỳ|văn bản|người|nội dung|chỉ tiêu)(?!\w)"
)
"""Words that some line of every Vietnamese table has."""
_SNIFFED_SIGNS = 100_000


def from_tcvn3(text: str, *, is_capitals: bool = False) -> str:
    """Text of a TCVN3 font in Unicode; a font of capitals shows small letters as capitals."""
    converted = text.translate(_TCVN3)
    return converted.upper() if is_capitals else converted


def even_capitals(text: str) -> str:
    """A title in capitals whose accented letters came out small, as the old fonts keep them, in capitals throughout."""
    has_small = any(sign.isascii() and sign.islower() for sign in text)
    is_uneven = any(
        not sign.isascii() and sign.islower() and following.isascii() and following.isupper()
        for sign, following in pairwise(text)
    )
    return text.upper() if is_uneven and not has_small else text


def from_vni(text: str) -> str:
    """Text of a VNI font in Unicode."""
    return _VNI_SIGN.sub(lambda found: _VNI[found.group()], text)


def from_font(text: str, font: str) -> tuple[str, Encoding | None]:
    """A text in Unicode, judged by the font it is shown in."""
    name = font.strip(" \"'").lower()
    if _MODERN.search(text) or text.isascii():
        return text, None
    if name.startswith(".vn"):
        return from_tcvn3(text, is_capitals=name.endswith("h")), Encoding.TCVN3
    if name.startswith("vni"):
        return from_vni(text), Encoding.VNI
    return text, None


def from_mojibake(text: str) -> str | None:
    """What a text was before its UTF-8 was read as Windows-1252; None where it was not."""
    if text.isascii() or not _MOJIBAKE.search(text):
        return None
    try:
        return b"".join(map(_byte, text)).decode("utf-8")
    except UnicodeError:
        return None


def _byte(sign: str) -> bytes:
    try:
        return sign.encode("cp1252")
    except UnicodeEncodeError:
        # the five bytes that Windows-1252 leaves undefined
        return sign.encode("latin-1")


def is_tcvn3(texts: Sequence[str]) -> bool:
    """Whether the texts of a file are written for a TCVN3 font: its signs, and none of the letters of Unicode."""
    markers = 0
    for text in texts:
        if text.isascii():
            continue
        if _MODERN.search(text):
            return False
        markers += sum(sign in _TCVN3_MARKERS for sign in text)
    return markers >= _LEAST_MARKERS


def is_tcvn3_cell(text: str) -> bool:
    """Whether a text of a file with TCVN3 fonts elsewhere is written for them: their signs, and words once mended."""
    if text.isascii() or _MODERN.search(text) or not any(sign in _TCVN3_MARKERS for sign in text):
        return False
    return count_words(from_tcvn3(text)) > count_words(text)


def decode_text(content: bytes) -> Decoded | None:
    """The text of bytes that are not UTF-8, by the encoding that gives Vietnamese words; None where none does."""
    candidates = [
        Decoded(nfc(content.decode("cp1258", errors="replace")), Encoding.CP1258),
        Decoded(from_tcvn3(content.decode("cp1252", errors="replace")), Encoding.TCVN3),
    ]
    best = max(candidates, key=lambda decoded: count_words(decoded.text))
    return best if count_words(best.text) else None


def count_words(text: str) -> int:
    """How many common Vietnamese words the beginning of a text holds."""
    return len(_COMMON.findall(text[:_SNIFFED_SIGNS].lower()))
