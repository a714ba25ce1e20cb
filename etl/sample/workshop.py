"""The database in memory in which the sample is made, and the writing of its files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from etl.sample.places import AN_LAO_ONE_STOP, FIRST_DAY, Place, Predecessor, read_rows
from ioc.store.engine import Connection, Parameters, Row, open_memory

SQL = Path(__file__).parent
MEAN_PER_COMMUNE = 298
"""Dossiers of a mean commune in a mean month."""
_NUMBERS_OF_PROCEDURES = ("fee_vnd", "weight", "papers", "max_time", "late_factor", "online_factor")


@dataclass(frozen=True)
class Recipe:
    """What the sample depends on, and nothing else."""

    as_of: date
    seed: int
    scale: float

    @property
    def has_founding_facts(self) -> bool:
        """Whether a sample of this size and age can hold them."""
        return self.scale == 1 and self.as_of >= AN_LAO_ONE_STOP.to_day


class Desk:
    """A place to work at the sample's database: runs SQL files and copies their answers into files."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def close(self) -> None:
        self._connection.close()

    def beside(self) -> Desk:
        """Another desk at the same database, for another thread; its variables are its own."""
        return Desk(self._connection.cursor())

    def run(self, name: str) -> None:
        """Runs the statements of one of the sample's SQL files."""
        self._connection.execute(_read_sql(name))

    def rows(self, sql: str, parameters: Parameters = None) -> list[Row]:
        return self._connection.rows(sql, parameters)

    def answer(self, name: str) -> list[Row]:
        """The rows of one of the sample's SQL questions."""
        return self._connection.rows(_read_sql(name))

    def set(self, variable: str, value: str | float) -> None:
        """Sets what the SQL reads with getvariable."""
        self._connection.execute(f"set variable {variable} = $value", {"value": value})

    def copy_lines(self, name: str, path: Path) -> None:
        """Writes the texts that a question answers, one a line, as they are."""
        self._copy(name, path, "format csv, header false, quote '', escape '', delimiter e'\\x01'")

    def copy_table(self, name: str, path: Path) -> None:
        """Writes a question's answer as CSV."""
        self._copy(name, path, "format csv, header true, quote '\"'")

    def _copy(self, name: str, path: Path, options: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        target = str(path).replace("'", "''")
        self._connection.execute(f"copy ({_read_sql(name)}) to '{target}' ({options})")


class Workshop(Desk):
    """The database in memory with the province laid out in it."""

    def __init__(self, recipe: Recipe, places: Sequence[Place], predecessors: Sequence[Predecessor]) -> None:
        super().__init__(open_memory(memory_limit="3GB"))
        self.recipe = recipe
        self._set_recipe()
        self._register(places, predecessors)
        self.run("randomness")
        self.run("wire")
        self.run("world")

    def _set_recipe(self) -> None:
        recipe = self.recipe
        self.set("seed", str(recipe.seed))
        self.set("as_of", recipe.as_of.isoformat())
        self.set("first_day", FIRST_DAY.isoformat())
        self.set("scale", float(recipe.scale))
        self.set("mean_per_commune", MEAN_PER_COMMUNE)
        self.set("has_founding_facts", recipe.has_founding_facts)
        self.set("large_commune", AN_LAO_ONE_STOP.unit_code)

    def _register(self, places: Sequence[Place], predecessors: Sequence[Predecessor]) -> None:
        procedures = pd.DataFrame(read_rows("procedures.csv"))
        for column in _NUMBERS_OF_PROCEDURES:
            procedures[column] = pd.to_numeric(procedures[column])
        for column in ("has_fee", "eligible_full", "returns_document"):
            procedures[column] = procedures[column] == "true"
        inputs = {
            "procedure_input": procedures,
            "unit_input": pd.DataFrame([asdict(place) for place in places]),
            "predecessor_input": pd.DataFrame([asdict(one) for one in predecessors]),
            "holidays": pd.DataFrame([{"day": date.fromisoformat(row["day"])} for row in read_rows("holidays.csv")]),
            "founding_input": pd.DataFrame([asdict(AN_LAO_ONE_STOP)]),
        }
        for name, frame in inputs.items():
            self._connection.register(name, frame)


def _read_sql(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8").strip().removesuffix(";")
