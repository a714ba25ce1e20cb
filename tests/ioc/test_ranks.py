"""Places, the places that the number of cases allows, and lists without small rates or inherited points."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.access import Scope
from ioc.store import questions, score_questions
from ioc.store.asking import read_question
from ioc.store.engine import Connection, open_memory
from tests.sample_mart import open_sample_mart, write_sample_mart

EVERYTHING = Scope.everything()
INDEX = "qd766_portal_2026"
PERIOD = "2026-10"
Z = 1.959963984540054


@dataclass(frozen=True)
class Rate:
    """A peer's cases; `value` where it is not simply one by the other."""

    numerator: int | None
    denominator: int | None
    value: float | None


@dataclass(frozen=True)
class Place:
    rank: int
    of: int
    best: int | None
    worst: int | None


@pytest.fixture(scope="module")
def memory() -> Connection:
    return open_memory()


@pytest.fixture(scope="module")
def mart(tmp_path_factory: pytest.TempPathFactory) -> Connection:
    path: Path = tmp_path_factory.mktemp("mart") / "mart.duckdb"
    write_sample_mart(path)
    return open_sample_mart(path).connection


@st.composite
def rates(draw: st.DrawFn) -> Rate:
    denominator = draw(st.sampled_from([0, 1, 2, 5, 29, 30, 100, 1000]) | st.integers(0, 60))
    numerator = draw(st.integers(0, denominator))
    # a zero policy gives a value without cases, and some rates are only stated
    value = numerator / denominator if denominator else draw(st.sampled_from([None, 0.0, 1.0]))
    is_stated = draw(st.integers(0, 9)) == 0
    return (
        Rate(None, None, draw(st.sampled_from([None, 0.25, 1.0]))) if is_stated else Rate(numerator, denominator, value)
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(rates(), min_size=1, max_size=12), min_size=1, max_size=3), st.sampled_from(["up", "down"]))
def test_places_and_their_ranges_are_those_of_a_count_by_hand(groups: list[list[Rate]], direction: str) -> None:
    memory = open_memory()
    found = ask_places(memory, groups, direction)
    memory.close()
    for group, peers in enumerate(groups):
        for place, peer in enumerate(peers):
            assert found.get((group, place)) == count_by_hand(peer, peers, direction)
    # what the number of cases allows holds the place itself
    assert all(one.best <= one.rank <= one.worst <= one.of for one in found.values() if one.best and one.worst)


def ask_places(
    connection: Connection, groups: Sequence[Sequence[Rate]], direction: str
) -> dict[tuple[int, int], Place]:
    """By group of peers and number within it."""
    connection.execute(
        "create or replace temp table rankable (row_no bigint, peers_no bigint, value double, direction varchar, "
        "is_rate boolean, numerator decimal(24, 4), denominator decimal(24, 4))"
    )
    for group, peers in enumerate(groups):
        for place, peer in enumerate(peers):
            connection.execute(
                "insert into rankable values (?, ?, ?, ?, true, ?, ?)",
                [100 * group + place, group, peer.value, direction, peer.numerator, peer.denominator],
            )
    return {divmod(row_no, 100): Place(*rest) for row_no, *rest in sorted(connection.rows(read_question("ranks")))}


def count_by_hand(peer: Rate, peers: Sequence[Rate], direction: str) -> Place | None:
    if peer.value is None:
        return None
    known = [other for other in peers if other.value is not None]
    values = [other.value for other in known if other.value is not None]
    is_up = direction == "up"
    rank = 1 + sum((value > peer.value) if is_up else (value < peer.value) for value in values)
    mine = wilson(peer)
    if mine is None:
        return Place(rank, len(known), None, None)
    others = [interval for other in known if (interval := wilson(other)) is not None]
    above, below = sum(low > mine[1] for low, _high in others), sum(high < mine[0] for _low, high in others)
    better, worse = (above, below) if is_up else (below, above)
    return Place(rank, len(known), 1 + better, len(known) - worse)


def wilson(rate: Rate) -> tuple[float, float] | None:
    """The interval as textbooks write it."""
    if not rate.denominator or rate.numerator is None:
        return None
    n = float(rate.denominator)
    p = rate.numerator / n
    spread = Z**2 / n
    middle, reach = p + spread / 2, math.sqrt(spread * (p * (1 - p) + spread / 4))
    return min(p, (middle - reach) / (1 + spread)), max(p, (middle + reach) / (1 + spread))


def test_many_cases_leave_little_doubt_and_few_leave_much(memory: Connection) -> None:
    many = [Rate(n * 1000, 10_000, n / 10) for n in (9, 8, 7)]
    few = [Rate(n, 10, n / 10) for n in (9, 8, 7)]
    assert [(place.best, place.worst) for place in ask_places(memory, [many], "up").values()] == [
        (1, 1),
        (2, 2),
        (3, 3),
    ]
    assert {(place.best, place.worst) for place in ask_places(memory, [few], "up").values()} == {(1, 3)}


def test_equal_rates_share_the_best_place(memory: Connection) -> None:
    found = ask_places(memory, [[Rate(8, 10, 0.8), Rate(80, 100, 0.8), Rate(1, 10, 0.1)]], "up")
    assert [place.rank for place in found.values()] == [1, 1, 3]


def test_the_direction_decides_who_is_first(memory: Connection) -> None:
    peers = [Rate(900, 1000, 0.9), Rate(100, 1000, 0.1)]
    assert [place.best for place in ask_places(memory, [peers], "up").values()] == [1, 2]
    assert [place.best for place in ask_places(memory, [peers], "down").values()] == [2, 1]
    assert ask_places(memory, [peers], "none") == {}


def test_rates_of_few_cases_may_be_left_without_a_place(mart: Connection) -> None:
    def ask(**more: bool) -> dict[str, questions.Reading]:
        found = questions.readings(
            mart, EVERYTHING, period=PERIOD, indicators=["cert_coverage_staff"], level="commune", **more
        )
        return {one.unit_code: one for one in found}

    everyone, large = ask(), ask(without_small=True)
    small = {code for code, one in everyone.items() if "small_n" in one.flags}
    assert 0 < len(small) < len(everyone)
    assert {code for code, one in large.items() if one.rank is None} == small
    ranked = sorted((one for code, one in large.items() if code not in small), key=lambda one: one.rank or 0)
    assert ranked[0].rank == 1
    assert {one.rank_of for one in ranked} == {len(everyone) - len(small)}
    assert [one.value for one in ranked] == sorted((one.value for one in ranked), reverse=True)
    # only the places change
    assert all(everyone[code].value == one.value and everyone[code].flags == one.flags for code, one in large.items())


def test_a_place_is_among_all_peers_whoever_asks(mart: Connection) -> None:
    everyone = questions.readings(
        mart, EVERYTHING, period=PERIOD, indicators=["ontime_766"], level="commune", without_small=True
    )
    one = everyone[7]
    scope = Scope(detail=frozenset({one.unit_code}), compare=frozenset({one.unit_code}))
    (alone,) = questions.readings(
        mart, scope, period=PERIOD, indicators=["ontime_766"], level="commune", without_small=True
    )
    assert (alone.rank, alone.rank_of, alone.rank_best) == (one.rank, one.rank_of, one.rank_best)


def test_points_without_what_is_inherited_are_ranked_anew(mart: Connection) -> None:
    def ask(*, kind: str | None = None, **more: bool) -> dict[tuple[str, str], score_questions.Score]:
        found = score_questions.scores(mart, EVERYTHING, index=INDEX, period=PERIOD, kind=kind, level="commune", **more)
        return {(one.unit_code, one.node): one for one in found}

    whole, own = ask(), ask(without_inherited=True)
    inherited = ("1.1", "1.2", "1.3")
    assert {node for _unit, node in whole} - {node for _unit, node in own} == set(inherited)
    for (unit, node), one in own.items():
        taken = sum((whole[unit, name].points or Decimal(0)) for name in inherited) if node in ("total", "CKMB") else 0
        assert one.points == (whole[unit, node].points or 0) - taken
        assert one.max_points == whole[unit, node].max_points - (12 if taken else 0)
    totals = list(ask(kind="total", without_inherited=True).values())
    assert [one.points for one in totals] == sorted((one.points for one in totals), reverse=True)
    assert totals[0].rank == 1
    # the nodes that inherit nothing keep their places
    assert all(own[unit, "MDSH"].rank == whole[unit, "MDSH"].rank for unit, _node in own)
