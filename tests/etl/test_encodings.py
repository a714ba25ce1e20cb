"""Vietnamese text in old encodings becomes Unicode, and Unicode stays as it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from etl.encodings import (
    Encoding,
    decode_text,
    from_font,
    from_mojibake,
    from_tcvn3,
    from_vni,
    is_tcvn3,
)
from etl.grids import Grid, read_grids
from ioc.names import nfc

LOWER = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
words = st.text(alphabet=LOWER, min_size=1, max_size=8)


def only_grid(content: bytes) -> Grid:
    (grid,) = read_grids(content, recognise=len)
    return grid


@pytest.mark.parametrize(
    ("old", "text"),
    [
        ("Tæng sè hå s¬", "Tổng số hồ sơ"),
        ("§¬n vÞ", "Đơn vị"),
        ("Tr­íc h¹n, ®óng h¹n, qu¸ h¹n", "Trước hạn, đúng hạn, quá hạn"),
        ("LÜnh vùc ®Êt ®ai", "Lĩnh vực đất đai"),
    ],
)
def test_tcvn3_is_converted(old: str, text: str) -> None:
    assert from_tcvn3(old) == text


def test_a_tcvn3_font_of_capitals_shows_capitals() -> None:
    assert from_font("tæng céng", ".VnTimeH") == ("TỔNG CỘNG", Encoding.TCVN3)
    assert from_font("tæng céng", ".VnTime") == ("tổng cộng", Encoding.TCVN3)


@pytest.mark.parametrize(
    ("old", "text"),
    [
        ("Hoà sô", "Hồ sơ"),
        ("Ñaõ giaûi quyeát", "Đã giải quyết"),
        ("Tröôùc haïn", "Trước hạn"),
        ("TRÖÏC TUYEÁN", "TRỰC TUYẾN"),
        ("Xaõ Myõ Lyù", "Xã Mỹ Lý"),
    ],
)
def test_vni_is_converted(old: str, text: str) -> None:
    assert from_vni(old) == text


def test_vni_is_told_by_its_font_alone() -> None:
    assert from_font("Hoà", "VNI-Times") == ("Hồ", Encoding.VNI)
    assert from_font("Hoà", "Times New Roman") == ("Hoà", None)
    assert from_font("Hồ sơ", "VNI-Times") == ("Hồ sơ", None)


@given(st.lists(words, min_size=1, max_size=6))
def test_every_tcvn3_letter_means_one_letter(texts: list[str]) -> None:
    letters = {from_tcvn3(chr(sign)): chr(sign) for sign in range(0xA1, 0x100)}
    text = " ".join(texts)
    assert from_tcvn3("".join(letters.get(letter, letter) for letter in text)) == text


@given(st.lists(words, min_size=1, max_size=6))
def test_unicode_is_not_taken_for_another_encoding(texts: list[str]) -> None:
    text = " ".join(texts)
    assert from_mojibake(text) is None
    assert not is_tcvn3([text])


@given(st.lists(words, min_size=1, max_size=6))
def test_utf8_read_as_windows_1252_is_read_again(texts: list[str]) -> None:
    text = f"tổng số {' '.join(texts)}"
    undefined = {0x81, 0x8D, 0x8F, 0x90, 0x9D}
    spoilt = "".join(chr(byte) if byte in undefined else bytes([byte]).decode("cp1252") for byte in text.encode())
    assert from_mojibake(spoilt) == text


def test_mojibake_of_the_domain_is_mended() -> None:
    assert from_mojibake("Tá»•ng") == "Tổng"


def test_bytes_are_judged_by_the_words_that_they_give() -> None:
    page = decode_text("Đơn vị".encode("cp1258", errors="ignore") + b" h\xf4\xcc s\xf5")
    assert page is not None
    assert (page.encoding, "hồ sơ" in page.text) == (Encoding.CP1258, True)
    font = decode_text("§¬n vÞ, hå s¬".encode("cp1252"))
    assert font is not None
    assert (font.encoding, font.text) == (Encoding.TCVN3, "Đơn vị, hồ sơ")
    assert decode_text(b"\xff\xc3\x28 \x9d\xfa") is None


def test_a_text_file_says_what_was_done_to_it() -> None:
    grid = only_grid("STT,§¬n vÞ,Tæng sè\n1,X· An L·o,5\n".encode())
    assert grid.rows[1].cells[1] == "Xã An Lão"
    assert "TCVN3" in grid.warnings[0]
    assert only_grid("STT,Đơn vị\n1,Xã An Lão\n".encode()).warnings == ()


def test_composed_and_decomposed_are_one() -> None:
    assert only_grid("STT,Đơn vị\n".encode()).rows[0].cells[1] == nfc("Đơn vị")
