"""The fewest cases are those that no fewer reach, wherever the search began."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.catalog.model import Criterion
from ioc.scoring.fewest import Aim, Probe, fewest, fewest_cases
from ioc.scoring.what_if import Calculator, rule_calculator
from tests.advised_mart import index

CRITERIA = tuple(found for group in index().groups for found in group.criteria)


@pytest.fixture(scope="module")
def calculator() -> Iterator[Calculator]:
    with rule_calculator() as found:
        yield found


counts = st.integers(0, 10**6)


@given(questions=st.lists(st.tuples(st.integers(1, 10**6), counts, st.integers(-5, 2 * 10**6)), max_size=5))
def test_the_fewest_are_found_from_any_guess(questions: list[tuple[int, int, int]]) -> None:
    least, most, guesses = ([one[place] for one in questions] for place in range(3))

    def reaches(probes: Sequence[Probe]) -> list[bool]:
        return [count >= least[place] for place, count in probes]

    assert fewest(reaches, most, guesses) == [one if one <= limit else None for one, limit, _guess in questions]


@given(least=st.integers(1, 1000), most=st.integers(1, 1000))
def test_a_right_guess_is_asked_once(least: int, most: int) -> None:
    asked: list[Probe] = []

    def reaches(probes: Sequence[Probe]) -> list[bool]:
        assert not asked
        asked.extend(probes)
        return [count >= least for _place, count in probes]

    assert fewest(reaches, [most], [least]) == [least if least <= most else None]


@settings(max_examples=60, deadline=None)
@given(
    criterion=st.sampled_from(CRITERIA),
    denominator=st.integers(1, 5000),
    share=st.integers(0, 100),
    hundredths=st.integers(1, 100),
    is_whole_growing=st.booleans(),
)
def test_by_the_rule_one_case_fewer_does_not_do(
    calculator: Calculator, criterion: Criterion, denominator: int, share: int, hundredths: int, is_whole_growing: bool
) -> None:
    numerator = denominator * share // 100
    most = 10 * denominator if is_whole_growing else denominator - numerator
    wanted = (criterion.max_points * hundredths / 100).quantize(Decimal("0.01"))
    aim = Aim(criterion, Decimal(numerator), Decimal(denominator), is_whole_growing, most, wanted)
    (found,) = fewest_cases(calculator, [aim])

    def reaches(count: int) -> bool:
        return (calculator.points(*aim.asked(count)) or 0) >= wanted

    if found is None:
        assert most < 1 or not reaches(most)
    else:
        assert 1 <= found <= most
        assert reaches(found)
        assert found == 1 or not reaches(found - 1)
