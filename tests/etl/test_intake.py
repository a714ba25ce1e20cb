"""Every kind of source against its folder of files, clean and dirty: exactly the expected rows and quarantine.

A folder `tests/intake/<kind>/` holds the files and an `expected.yaml`:

    settings: {}                        # of the source, beside kind and path
    files:
      clean.csv:
        is: what is special about the file, in words
        loaded: 2                       # also unchanged, superseded: 0 unless said
        quarantined: [[3, unit_code, UNKNOWN_UNIT]]     # row, field and reason of the first problem
        rows: [{unit_code: "11533"}]    # optional: these columns of the current facts, by row number
        warnings: [INTEGRITY]           # optional: a word of each warning of the load, in order
      broken.xlsx:
        is: …
        error: UNREADABLE               # the whole file is refused
"""

import shutil
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from etl import pipeline
from etl.report import LoadReport
from etl.sources import SOURCE_KINDS
from ioc.config import load_config
from ioc.store.engine import Connection
from ioc.store.warehouse import open_warehouse
from tests.empty_store import with_empty_store

INTAKE = Path(__file__).parent.parent / "intake"
FETCHED_AT = datetime(2026, 11, 1, 6, 30)
LEAST_KINDS_OF_DIRT = 15
KEY = "a key of the tests only"


@cache
def expectations(kind: str) -> Mapping[str, Any]:
    """What a kind's folder promises."""
    loaded: Mapping[str, Any] = yaml.safe_load((INTAKE / kind / "expected.yaml").read_text(encoding="utf-8"))
    return loaded


KINDS = sorted(path.parent.name for path in INTAKE.glob("*/expected.yaml"))
CASES = [(kind, name) for kind in KINDS for name in expectations(kind)["files"]]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[f"{kind}-{name}" for kind, name in CASES])
def test_a_file_loads_to_exactly_what_is_expected(kind: str, name: str, tmp_path: Path) -> None:
    expected = expectations(kind)["files"][name]
    load, warehouse = take_in(kind, name, tmp_path)
    assert str(load.error_class) == str(expected.get("error")), load.message
    buckets = load.buckets
    assert (buckets.loaded, buckets.unchanged, buckets.superseded) == tuple(
        expected.get(bucket, 0) for bucket in ("loaded", "unchanged", "superseded")
    )
    assert buckets.rows_in == buckets.loaded + buckets.unchanged + buckets.superseded + buckets.quarantined
    with open_warehouse(warehouse) as connection:
        assert refused(connection) == [tuple(row) for row in expected.get("quarantined", [])]
        if "rows" in expected:
            assert facts(connection, kind, expected["rows"]) == expected["rows"]
    words = expected.get("warnings", [])
    assert len(load.warnings) == len(words), load.warnings
    assert all(str(word) in warning for word, warning in zip(words, load.warnings, strict=True)), load.warnings


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_holds_enough_dirt(kind: str) -> None:
    described = expectations(kind)["files"]
    assert len({case["is"] for case in described.values()}) == len(described)
    assert len(described) > LEAST_KINDS_OF_DIRT
    there = {path.name for path in (INTAKE / kind).iterdir()} - {"expected.yaml"}
    assert there == set(described)


def take_in(kind: str, name: str, folder: Path) -> tuple[LoadReport, Path]:
    """One file through a source of its own, without a build; its report and the store."""
    inbox = folder / "inbox"
    inbox.mkdir()
    shutil.copy(INTAKE / kind / name, inbox / name)
    settings = {"kind": kind, "path": "inbox", **expectations(kind).get("settings", {})}
    content = {
        "site": {"name": "Thử nghiệm", "unit": "31"},
        "privacy": {"holder_key": "${HOLDER_KEY}"},
        "sources": {"source": settings},
    }
    (folder / "config.yaml").write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    config = with_empty_store(load_config(folder / "config.yaml", environ={"HOLDER_KEY": KEY}))
    report = pipeline.run(config, clock=lambda: FETCHED_AT, is_building=False)
    (load,) = report.sources[0].loads
    return load, config.store.path


def refused(connection: Connection) -> list[tuple[int, str, str]]:
    """Row, field and first reason of every refused row."""
    return connection.rows("select row_no, field, reason from quarantine order by row_no")


def facts(connection: Connection, kind: str, expected: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The columns of the current facts that are expected, in the order of the file."""
    fact = SOURCE_KINDS[kind].fact.name
    names = sorted({name for row in expected for name in row}) or ["row_no"]
    found = connection.rows(f"select {', '.join(names)} from facts.{fact}s order by row_no")
    rows = [dict(zip(names, row, strict=True)) for row in found]
    assert len(rows) == len(expected)
    return [{name: plain(row[name]) for name in wanted} for row, wanted in zip(rows, expected, strict=True)]


def plain(value: object) -> object:
    """A value as YAML writes it."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value
