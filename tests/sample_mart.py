"""A believable snapshot for tests of questions and screens, and a reader that serves it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pandas as pd

from ioc.names import fold, sort_key
from ioc.store.engine import Connection, open_reader, open_writer

PROJECT = Path(__file__).parent.parent
SITE_UNIT = "31"
PUBLISHED_AT = datetime(2026, 11, 1, 8, 30)


@dataclass(frozen=True)
class OpenMart:
    """An opened snapshot, as the store's reader hands it out."""

    id: str
    published_at: datetime
    connection: Connection


class OneMart:
    """A reader whose snapshot can be exchanged or taken away by the test."""

    def __init__(self, mart: OpenMart | None) -> None:
        self.mart = mart

    def current(self) -> OpenMart | None:
        return self.mart


def write_sample_mart(path: Path) -> None:
    """Writes the sample mart to a new file."""
    connection = open_writer(path)
    connection.execute(files("ioc.store").joinpath("mart.sql").read_text(encoding="utf-8"))
    connection.register("communes", _communes())
    for statement in (PROJECT / "tests" / "sample_mart.sql").read_text(encoding="utf-8").split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.close()


def write_long_mart(path: Path) -> int:
    """Writes the sample mart with a comparison of each commune for three figures; answers how many there are."""
    write_sample_mart(path)
    connection = open_writer(path)
    connection.execute((PROJECT / "tests" / "sample_comparisons.sql").read_text(encoding="utf-8"))
    (count,) = connection.row("select count(*) from reconciliations where period = '2026-10'")
    connection.close()
    return int(count)


def open_sample_mart(path: Path, *, snapshot_id: str = "ioc-20261101T013000Z-test") -> OpenMart:
    """Opens a written mart as the store's reader would."""
    return OpenMart(id=snapshot_id, published_at=PUBLISHED_AT, connection=open_reader(path))


def _communes() -> pd.DataFrame:
    path = PROJECT / "data" / "reference" / "communes_2025.csv"
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["province_code"] == SITE_UNIT]
    frame = pd.DataFrame(rows)
    frame["sort_key"] = [sort_key(name) for name in frame["short_name"]]
    frame["search_key"] = [fold(name) for name in frame["short_name"]]
    for column in ("latitude", "longitude", "area_km2"):
        frame[column] = pd.to_numeric(frame[column])
    return frame
