"""Every answer of tests/intake/rest, served by a real server: exactly the expected rows and quarantine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.etl.loopback import Loopback, Reply
from tests.etl.rest_source import configured

CATALOGUE: Mapping[str, Any] = yaml.safe_load(
    (Path(__file__).parent.parent / "intake" / "rest" / "answers.yaml").read_text(encoding="utf-8")
)
ANSWERS: Mapping[str, Mapping[str, Any]] = CATALOGUE["answers"]
PERSONAL = ("Nguyễn", "0912345678", "912345678", "phone")


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_loads_to_exactly_what_is_expected(name: str, tmp_path: Path) -> None:
    case = ANSWERS[name]
    content = case["body"] if "body" in case else {"data": case["records"]}
    reply = Reply(content, status=case.get("status", 200))
    with Loopback(lambda _asked: reply) as server:
        settings = {"kind": "rest", **CATALOGUE["settings"], **case.get("settings", {})}
        source = configured(tmp_path, server.url, settings)
        (load,) = source.take_in()
        (again,) = source.take_in()
    assert str(load.error_class) == str(case.get("error")), load.message
    buckets = load.buckets
    assert (buckets.loaded, buckets.unchanged, buckets.superseded) == (
        case.get("loaded", 0),
        0,
        case.get("superseded", 0),
    )
    assert buckets.rows_in == buckets.loaded + buckets.unchanged + buckets.superseded + buckets.quarantined
    assert again.buckets.loaded == 0
    assert source.refused() == [tuple(row) for row in case.get("quarantined", [])]
    for row, expected in zip(facts(source.facts("*"), source), case.get("rows", []), strict="rows" in case):
        assert {column: row[column] for column in expected} == expected
    words = case.get("warnings", [])
    assert len(load.warnings) == len(words), load.warnings
    assert all(str(word) in warning for word, warning in zip(words, load.warnings, strict=True))
    for path in source.config.store.path.rglob("*"):
        assert not path.is_file() or not any(text.encode() in path.read_bytes() for text in PERSONAL), path


def test_there_is_enough_dirt() -> None:
    assert len({case["is"] for case in ANSWERS.values()}) == len(ANSWERS) > 15


def facts(rows: list[tuple[Any, ...]], source: Any) -> list[dict[str, Any]]:
    """The facts by the names of their columns."""
    columns = [name for (name, *_rest) in source.rows("describe facts.dossier_stats")]
    return [dict(zip(columns, row, strict=True)) for row in rows]
