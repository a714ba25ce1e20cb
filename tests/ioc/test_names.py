import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ioc.names import fold, nfc, sort_key

DICTIONARY_ORDERS = [
    ["An", "Ánh", "Dân", "Đông", "Oanh", "Ốc"],
    ["An Giang", "Ân Thi", "Ba Đình", "Bà Rịa", "Bá Thước", "Bắc Ninh", "Dĩ An", "Đà Nẵng", "Eo Gió"],
    ["an", "ăn", "ân", "ba", "da", "đa", "em", "êm", "on", "ôn", "ơn", "um", "ưm", "y"],
    ["ma", "mà", "mả", "mã", "má", "mạ"],
    ["az", "ă", "ăz", "â"],
    ["An", "An Giang", "An Xuyên", "Anh"],
    ["Phường 2", "Phường 10", "Phường An"],
    # all letters count before any tone
    ["Hoa An", "Hòa Ân", "Hóa Bình"],
]
vietnamese = st.text(alphabet=st.sampled_from("aàáạăằâầbcdđeêghiklmnoôơởpqrstuưvxyAĐƠ '-0123456789"), max_size=20)


@pytest.mark.parametrize("names", DICTIONARY_ORDERS, ids=lambda names: names[0])
def test_names_sort_by_the_vietnamese_dictionary(names: list[str]) -> None:
    shuffled = random.Random(1).sample(names, len(names))
    assert sorted(shuffled, key=sort_key) == names
    assert sorted(shuffled, key=lambda name: sort_key(name).encode()) == names


@pytest.mark.parametrize(("old", "new"), [("hoà", "hòa"), ("Thuỷ Nguyên", "Thủy Nguyên"), ("khoẻ", "khỏe")])
def test_the_place_of_the_tone_mark_makes_no_difference(old: str, new: str) -> None:
    assert fold(old) == fold(new)
    assert sort_key(old) == sort_key(new)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Thủy Nguyên", "thuy nguyen"),
        ("  Đặc khu\u00a0Cô  Tô ", "dac khu co to"),
        ("Cư M'gar", "cu mgar"),
        ("Cư M’gar", "cu mgar"),
        ("Tỉnh Bà Rịa - Vũng Tàu", "tinh ba ria vung tau"),
        (unicodedata.normalize("NFD", "Đường Hồng"), "duong hong"),
    ],
)
def test_a_name_is_found_without_accents(name: str, key: str) -> None:
    assert fold(name) == key


def test_composed_and_decomposed_spellings_are_one() -> None:
    assert nfc(unicodedata.normalize("NFD", "Ổn định")) == "Ổn định"
    assert sort_key(unicodedata.normalize("NFD", "Ổn định")) == sort_key("Ổn định")


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(vietnamese)
def test_keys_of_vietnamese_text_are_plain_ascii(text: str) -> None:
    assert fold(text).isascii()
    assert sort_key(text).isascii()
    assert fold(text) == fold(text.upper())


@given(vietnamese, vietnamese)
def test_names_of_equal_order_have_equal_letters(one: str, other: str) -> None:
    if sort_key(one) == sort_key(other):
        assert set(fold(one)) - set(" 0") == set(fold(other)) - set(" 0")
