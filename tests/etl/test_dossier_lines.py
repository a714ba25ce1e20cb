"""The lines of a file of dossiers, whatever its form; a text that nests without end costs nothing."""

from __future__ import annotations

import io
import tracemalloc

import pytest

from etl.sources.dossier_lines import DEEPEST, open_lines
from ioc.errors import ErrorClass, SourceError


def count_rows(text: str) -> int:
    return sum(batch.num_rows for batch in open_lines(io.BytesIO(text.encode())).batches)


@pytest.mark.parametrize("form", ["[{}]", '{{"data": [{}]}}'])
def test_what_is_deep_is_read_up_to_a_limit(form: str) -> None:
    deep = "[" * (DEEPEST - 10) + "]" * (DEEPEST - 10)
    assert count_rows(form.format(f'{{"MaHoSo": "1", "x": {deep}}}, {{"MaHoSo": "2"}}')) == 2


@pytest.mark.parametrize("form", ["{}", "[{}]", '{{"data": [{}]}}'])
@pytest.mark.parametrize("ends", ["]", ""])
def test_what_nests_too_deep_is_refused_before_it_fills_the_memory(form: str, ends: str) -> None:
    levels = 100 * DEEPEST
    tracemalloc.start()
    with pytest.raises(SourceError, match=f"quá {DEEPEST} cấp") as refused:
        count_rows(form.format("[" * levels + ends * levels))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused.value.error_class is ErrorClass.UNREADABLE
    assert peak < 20_000_000
