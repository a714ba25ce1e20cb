"""A short fuzz of every kind of file; `make fuzz` is the long one."""

import pytest

from tests.fuzz.mutations import mutate
from tests.fuzz.run import KindReport, fuzz
from tests.fuzz.spoiled_intake import KINDS, MEMORY_LIMIT_BYTES, seeds_of

FILES = 12
"""Of each kind: the whole takes less than half a minute."""


@pytest.fixture(scope="module")
def reports() -> dict[str, KindReport]:
    """All kinds in one process: most of its time goes into starting."""
    return fuzz(KINDS, first=1_000_000, files=FILES)


@pytest.mark.parametrize("kind", KINDS)
def test_a_spoiled_file_is_refused_or_its_rows_are_all_there(kind: str, reports: dict[str, KindReport]) -> None:
    report = reports[kind]
    assert report.faults == []
    assert report.files == FILES
    assert report.peak_bytes < MEMORY_LIMIT_BYTES


@pytest.mark.parametrize("kind", KINDS)
def test_a_number_says_which_mutation(kind: str) -> None:
    seeds = seeds_of(kind)
    same = [mutate(seeds, number=number, kind=kind) for number in range(20)]
    assert same == [mutate(seeds, number=number, kind=kind) for number in range(20)]
    assert len({mutation.content for mutation in same}) > 10
