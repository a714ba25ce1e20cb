"""What is kept of a row, read by people: codes in words, moments beside what the source wrote."""

from __future__ import annotations

import pytest

from dashboards.components.elements import element
from dashboards.pages.data_values import VALUES, kept_value, value_line, value_word
from ioc.words import use_language
from tests.component_tree import words


@pytest.mark.parametrize(
    ("column", "code", "word"),
    [
        ("authority_level", "commune", "cấp xã"),
        ("service_level", "full", "toàn trình"),
        ("eligible_full", "true", "có"),
        ("has_fee", "false", "không"),
        ("subject", "person", "cá nhân"),
        ("position_group", "other", "khác"),
        ("measure_unit", "percent", "phần trăm"),
    ],
)
def test_a_code_of_the_program_is_said_in_words(column: str, code: str, word: str) -> None:
    assert value_word(column, code) == word


def test_no_code_stays_as_it_is() -> None:
    with use_language("vi"):
        bare = [
            (column, code) for column, codes in VALUES.items() for code in codes if value_word(column, code) == code
        ]
    assert bare == []


def test_what_only_looks_like_a_code_is_the_sources_own() -> None:
    assert value_word("unit_name", "commune") == "commune"
    assert value_word("status", "Hỏng") == "Hỏng"


@pytest.mark.parametrize(
    ("column", "text", "shown"),
    [
        ("NgayTiepNhan", "20260803081500", "08:15 03/08/2026"),
        ("received_at", "20260803", "03/08/2026"),
        ("as_of", "2025-11-15", "15/11/2025"),
        ("valid_to", "2025-11-15T08:30:00", "08:30 15/11/2025"),
    ],
)
def test_a_moment_stands_beside_what_the_source_wrote(column: str, text: str, shown: str) -> None:
    assert words(element("Dd", kept_value(column, text))) == f"{shown} {text}"
    assert value_line(column, text) == f"{text} ({shown})"


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("NgayHenTra", "20261345170000"),
        ("NgayHenTra", "31/02/2026"),
        ("dossier_code", "20260803081500"),
        ("as_of", "•••(8)"),
        ("as_of", "202608"),
    ],
)
def test_what_is_no_moment_or_readable_already_stays(column: str, text: str) -> None:
    assert kept_value(column, text) == value_line(column, text) == text
