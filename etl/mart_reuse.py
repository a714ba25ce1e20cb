"""What of the mart that is served still holds, so that a day's few dossiers do not make all figures anew.

Figures of a period that was over, and of which no dossier has changed, are what they were, as long as nothing else is
otherwise: no other source was loaded, and program, catalogue, configuration, units and boundaries are the same. The
new mart then begins as a copy of the served one, from which the periods that must be made anew are taken out.
"""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from importlib.metadata import version
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from etl.dossier_months import Counted
from etl.mart_tables import mart_sql
from ioc.catalog.model import Catalog
from ioc.config import Config
from ioc.regions import unit_tables
from ioc.store.engine import Connection, quoted
from ioc.store.snapshots import Footing, current_manifest, current_name, snapshots_folder
from ioc.store.warehouse import read_sql

KEPT: Final = (
    "units",
    "region_units",
    "lineage",
    "boundary_parts",
    "indicators",
    "index_nodes",
    "index_bands",
    "reading_rows",
    "score_rows",
    "breakdown_cells",
    "daily_measures",
    "petition_satisfaction",
    "reconciliations",
)
"""The tables of a mart that are worth more than the time to write them; the others are written anew."""
BY_PERIOD: Final = {
    "reading_rows": "period_no",
    "score_rows": "period",
    "petition_satisfaction": "period",
    "reconciliations": "period",
}
"""Those of them that are told by period, with the column that names it."""
ROW_GROUP_ROWS: Final = 30_720
"""What is written is written by whole groups of rows: small ones, since a day's dossiers touch few rows."""
COPIES_KEPT: Final = 30
"""After so many copies of copies a mart is written anew: what was taken out of a copy leaves holes in its file."""
PROGRAMS: Final = ("etl", "ioc")
EVER: Final = date.min
"""Since this day everything is made anew."""


@dataclass(frozen=True)
class Former:
    """The mart that is served, and what it stands on."""

    path: Path
    footing: Footing


@dataclass(frozen=True)
class Reuse:
    """What of the figures is made anew."""

    since: date
    """Periods that end on this day or later."""
    moved_after: date | None
    """The cells of the breakdown that are others than as of this day; all where there is none."""

    @classmethod
    def of(cls, former: Former | None, counted: Counted) -> Reuse:
        if former is None:
            return cls(EVER, None)
        return cls(min(counted.changed_since, former.footing.known_until), counted.former_day)


def tell_others(connection: Connection, config: Config, catalog: Catalog) -> str:
    """Tells everything that figures are made of, but dossiers and who speaks."""
    loads = connection.rows(
        "select kind, max(load_id), count(*) from loads "
        "where state = 'loaded' and kind not in ('dossier_sync', 'sql_view') group by kind order by kind"
    )
    tables = [path.read_text(encoding="utf-8") for path in unit_tables(config)]
    # wherever the site lies
    settings = config.model_dump_json().replace(str(config.file.parent), ".")
    return _hash(program(), catalog.fingerprint, settings, repr(loads), *tables)


def find_former(connection: Connection, store: Path, *, counted: Counted, others: str) -> Former | None:
    """The served mart, if nothing but dossiers was loaded since, and these are what was counted since."""
    name, manifest = current_name(store), current_manifest(store)
    if name is None or manifest is None or manifest.footing is None:
        return None
    footing, path = manifest.footing, snapshots_folder(store) / f"{name}.duckdb"
    # a build that came to nothing has counted what no mart tells, and nobody knows any more which days that touched
    is_followed = footing.load_id == counted.former_load_id and counted.changed_since > EVER
    if not is_followed or footing.others != others or footing.copies >= COPIES_KEPT or not path.is_file():
        return None
    # a clock that was put back would load before the end of periods that were over
    first = connection.row("select min(fetched_at)::date from loads where load_id > ?", [footing.load_id])[0]
    return Former(path, footing) if first is None or first >= footing.known_until else None


def ground_of(connection: Connection) -> str:
    """Tells who speaks of which units; reads event_days, speakers and volumes."""
    return str(connection.row(mart_sql("ground"))[0])


def footing_of(connection: Connection, former: Former | None, *, counted: Counted, others: str, ground: str) -> Footing:
    """What a mart stands on that began as a copy of the former one, or empty."""
    fetched = connection.row("select max(fetched_at)::date from loads")[0]
    known_until = EVER if fetched is None else min(counted.day, fetched)
    copies = 0 if former is None else former.footing.copies + 1
    return Footing(counted.load_id, known_until, others, ground, copies)


def attach_mart(connection: Connection, part: Path, former: Former | None) -> None:
    """The relation `mart`: empty, or with the tables of the former one that are worth keeping."""
    detach_mart(connection)
    for left in (part, part.with_name(part.name + ".wal")):
        left.unlink(missing_ok=True)
    if former is not None:
        shutil.copyfile(former.path, part)
    # until it is whole nobody reads it: it needs no log
    options = f"recovery_mode no_wal_writes, row_group_size {ROW_GROUP_ROWS}"
    connection.execute(f"attach {quoted(part)} as mart ({options})")
    if former is not None:
        _empty_others(connection)
    connection.execute("use mart")
    connection.execute(read_sql("ioc.store", "mart.sql"))
    connection.execute("use warehouse")


def close_mart(connection: Connection, footing: Footing) -> None:
    """Puts all of the mart into its file."""
    # to close the holes of a copy takes longer than to write what is new
    tasks = connection.row("select current_setting('max_vacuum_tasks')")[0]
    connection.execute(f"set max_vacuum_tasks = {0 if footing.copies else tasks}")
    connection.execute("checkpoint mart")
    connection.execute(f"set max_vacuum_tasks = {tasks}")


def detach_mart(connection: Connection) -> None:
    """Lets go of the mart, if there is one."""
    connection.execute("detach database if exists mart")


def _empty_others(connection: Connection) -> None:
    """Leaves of a copied mart the tables that are kept, and the numbers of its periods as former_periods."""
    connection.execute(
        "create or replace temp table former_periods as select period_no, period, end_date from mart.reading_periods"
    )
    views = connection.rows("select view_name from duckdb_views() where database_name = 'mart' and not internal")
    tables = connection.rows("select table_name from duckdb_tables() where database_name = 'mart'")
    for (name,) in views:
        connection.execute(f"drop view mart.{name}")
    for (name,) in tables:
        if name not in KEPT:
            connection.execute(f"drop table mart.{name}")


def start_periods(connection: Connection, reuse: Reuse) -> None:
    """The relations frame_start and kept_periods; takes the periods that are made anew out of the mart."""
    connection.execute("create or replace temp table frame_start as select $since::date as day", {"since": reuse.since})
    if reuse.since == EVER:
        connection.execute(
            "create or replace temp table kept_periods (period_no smallint, period varchar, end_date date)"
        )
        return
    connection.execute(
        "create or replace temp table kept_periods as select * from former_periods where end_date < $since",
        {"since": reuse.since},
    )
    _keep_only(connection, "kept_periods")


def forget_periods(connection: Connection) -> None:
    """Takes out of the mart what is told of periods that it has no longer."""
    connection.execute(
        "create or replace temp view told_periods as select period_no, period from figure_periods where is_shown"
    )
    _keep_only(connection, "told_periods")


def _keep_only(connection: Connection, periods: str) -> None:
    for table, key in BY_PERIOD.items():
        connection.execute(f"delete from mart.{table} where {key} not in (select {key} from {periods})")


@cache
def program() -> str:
    """Tells the program that makes figures from any other."""
    texts = [text for package in PROGRAMS for text in _texts(resources.files(package))]
    return _hash(version("duckdb"), *texts)


def _texts(folder: Traversable) -> list[str]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda one: one.name):
        if item.is_dir():
            found += _texts(item)
        elif item.name.endswith((".py", ".sql")):
            found += [item.name, item.read_text(encoding="utf-8")]
    return found


def _hash(*texts: str) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
