"""The address holds everything: reading what was written gives the same view."""

from hypothesis import given
from hypothesis import strategies as st

from dashboards.filters import NAMES, Filters, fill_path, match_path, read_filters, read_search

TEXTS = st.text(min_size=1, max_size=12).filter(lambda text: text.strip() != "")
FREE = [name for name in NAMES if name not in ("lang", "theme")]


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FREE, TEXTS)))
def test_a_view_comes_back_from_its_address(chosen: dict[str, str]) -> None:
    filters = Filters(**chosen)
    assert read_filters(read_search(filters.search())) == filters


def test_unknown_names_and_values_fall_back_to_the_defaults() -> None:
    filters = read_filters({"lang": "xx", "theme": "pink", "colour": "red", "period": "2026-10"})
    assert filters == Filters(period="2026-10")


def test_a_wall_is_dark_unless_told_otherwise() -> None:
    assert Filters(kiosk="1").theme_name == "dark"
    assert Filters(kiosk="1", theme="light").theme_name == "light"
    assert Filters().theme_name == "light"


def test_the_parts_of_a_path_are_not_repeated_in_its_query() -> None:
    filters = Filters(period="2026-10")
    assert filters.link("/units/<unit>", unit="11890") == "/units/11890?period=2026-10"


def test_paths_match_part_by_part() -> None:
    assert match_path("/units/<unit>", "/units/11890") == {"unit": "11890"}
    assert match_path("/", "/") == {}
    assert match_path("/", "/nothing") is None
    assert match_path("/units/<unit>", "/units/11890/more") is None
    assert fill_path("/indices/<index>", Filters(index="qd766")) == "/indices/qd766"
