"""Figures are pure: empty, one and many records each give a picture."""

from __future__ import annotations

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.figures.places import Place, places_figure, places_uri, spread
from dashboards.figures.sparkline import sparkline_uri
from dashboards.figures.trend import TrendValue, trend_figure
from dashboards.theme import DARK, LIGHT


def place(number: int, status: str = "on_target") -> Place:
    return Place(f"Xã {number}", 106 + number % 7 / 10, 20.5 + number // 7 / 10, status, "91 %", f"/units/{number}")


def test_each_state_has_its_own_trace_with_its_word_and_count() -> None:
    places = [place(0), place(1), place(2, "off_target"), place(3, "not_assessed")]
    names = [trace["name"] for trace in places_figure(places, LIGHT)["data"]]
    assert names == ["Đạt (2)", "Không đạt (1)", "Chưa đánh giá được (1)"]


@pytest.mark.parametrize("count", [0, 1, 2, 114])
def test_any_number_of_units_gives_a_schema(count: int) -> None:
    figure = places_figure([place(number) for number in range(count)], DARK)
    assert sum(len(trace["x"]) for trace in figure["data"]) == count


def test_units_at_one_place_are_parted() -> None:
    spots = spread(((106.0, 20.0), (106.0, 20.0), (106.5, 20.5)))
    assert len(set(spots)) == 3


def test_a_far_island_does_not_press_the_others_together() -> None:
    near = tuple((106 + x / 10, 20.5 + y / 10) for x in range(6) for y in range(6))
    spots = spread((*near, (112.0, 16.0)))
    width = max(x for x, _ in spots) - min(x for x, _ in spots)
    assert width < 1.2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(105, 107), st.floats(20, 21)), min_size=2, max_size=60, unique=True))
def test_the_schema_is_deterministic_and_complete(places: list[tuple[float, float]]) -> None:
    first = spread(tuple(places))
    spread.cache_clear()
    assert spread(tuple(places)) == first
    assert len(first) == len(places)


def test_bubbles_of_a_real_area_hardly_overlap() -> None:
    grid = tuple((106 + x / 50, 20.5 + y / 50) for x in range(8) for y in range(8))
    spots = spread(grid)
    nearest = min(hypot(a[0] - b[0], a[1] - b[1]) for a, b in pairwise(spots))
    assert nearest > 0.01


def test_the_picture_draws_every_unit_in_its_shape() -> None:
    picture = places_uri([place(0), place(1, "at_risk"), place(2, "off_target"), place(3, "not_assessed")], DARK)
    assert picture.startswith("data:image/svg+xml,")
    assert picture.count("circle") == 2
    assert picture.count("path") == 2


def test_a_sparkline_breaks_where_a_value_is_missing() -> None:
    whole = sparkline_uri([1, 2, 3, 4], theme=LIGHT, colour="#000000")
    broken = sparkline_uri([1, 2, None, 3, 4], theme=LIGHT, colour="#000000")
    assert whole.count("polyline") == 1
    assert broken.count("polyline") == 2


def test_a_sparkline_of_nothing_is_nothing() -> None:
    assert sparkline_uri([], theme=LIGHT, colour="#000000") == ""
    assert sparkline_uri([None, None], theme=LIGHT, colour="#000000") == ""
    assert "circle" in sparkline_uri([5, 5, 5], theme=LIGHT, colour="#000000")


def test_a_target_far_away_does_not_flatten_the_line() -> None:
    near = sparkline_uri([0.90, 0.92], theme=LIGHT, colour="#000000", target=0.93)
    far = sparkline_uri([0.90, 0.92], theme=LIGHT, colour="#000000", target=0.10)
    assert "dasharray" in near
    assert "dasharray" not in far


@pytest.mark.parametrize("count", [0, 1, 13])
def test_a_trend_has_its_target_beside_it(count: int) -> None:
    points = [TrendValue(f"T{number}", None if number == 3 else 0.9, "90 %") for number in range(count)]
    figure = trend_figure(points, LIGHT, target=0.95)
    assert len(figure["data"]) == (2 if count else 1)
    assert figure["layout"]["separators"] == ",."
