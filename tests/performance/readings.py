"""Making all readings and scores of a province from its dossiers, against one raw scan of the same files."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from etl.build import begin_mart, count_dossiers, make_readings
from etl.mart_boundaries import write_boundaries
from etl.mart_periods import write_periods
from etl.mart_reuse import Reuse, start_periods
from etl.pipeline import publish, run
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog
from ioc.config import Config, load_config
from ioc.store.engine import Connection, quoted
from ioc.store.measures import daily_queries
from ioc.store.warehouse import open_warehouse
from ioc.units import REFERENCE, Level, load_units
from tests.performance.figures import Figure

DOSSIERS = 3_000_000
PROVINCE = "79"
COMMUNES = 150
LIMIT = 8.0
AS_OF = datetime(2026, 10, 31, 17, 0)
CONFIG = """\
site: {{name: "{province}", unit: "{province}"}}
store: {{path: store}}
catalog: {{path: {catalog}, indices: [qd766_draft_2026, dti_commune_template]}}
sources:
  one_stop: {{kind: dossier_sync, path: inbox, fresh_within: 26h}}
"""
COUNTED = (
    "channel = 1", "channel = 2", "channel = 3", "status_code in (9, 10)", "status_code = 4", "status_code = 7",
    "finished_at < due_at", "finished_at > due_at", "due_at is null", "paid_online in (1, 2)", "fee_total > 0",
    "is_digitised", "uses_population_data", "reused_count > 0", "from_store_count > 0", "has_result_file",
    "supplement_count = 1", "supplement_count > 1", "channel = 2 and has_result_file",
    "channel = 2 and finished_at <= due_at", "channel = 1 and finished_at <= due_at",
    "status_code = 10 and has_result_file", "is_digitised and has_result_file", "paid_online = 1", "paid_online = 2",
    "fee_total > 0 and paid_online > 0", "has_fee", "has_fee and paid_online > 0", "is_judged", "is_rejected",
)  # fmt: skip
"""What the floor counts: thirty filtered counts."""


def bench_readings(folder: Path) -> Iterator[Figure]:
    """Counted by day from the files, then made into readings and scores, against one scan of the same files."""
    config = _fill(folder)
    catalog = load_catalog(config.catalog.path, indices=config.catalog.indices)
    with open_warehouse(config.store.path) as connection:
        files = ", ".join(map(quoted, sorted((config.store.path / "facts").glob("dossiers-*.parquet"))))
        connection.execute(f"create or replace temp view dossier_facts as select * from read_parquet([{files}])")
        floor = min(_seconds(lambda: connection.rows(_floor())) for _attempt in range(3))
        counting = min(_seconds(lambda: _count(connection, catalog)) for _attempt in range(2))
    everything = min(_make(folder, config, catalog) for _attempt in range(2))
    months = min(_make(folder, config, catalog, kind="month") for _attempt in range(2))
    detail = (
        f"{counting:.1f} s to count by day, {months:.1f} s for the months of both calendars "
        f"(all periods {everything:.1f} s, {(counting + everything) / floor:.1f}×), raw scan {floor:.2f} s"
    )
    yield Figure("readings and scores of a province", (counting + months) / floor, LIMIT, detail)


def _make(folder: Path, config: Config, catalog: Catalog, *, kind: str | None = None) -> float:
    """Seconds to make and write the readings and scores of all periods, or of those of a kind, in a mart of its own."""
    part = folder / "readings.duckdb"
    part.unlink(missing_ok=True)
    with open_warehouse(config.store.path) as connection:
        units = load_units(REFERENCE)
        counted = count_dossiers(connection, config, catalog)
        begin_mart(connection, part, None, config=config, catalog=catalog, units=units)
        write_boundaries(connection, config=config, units=units)
        start_periods(connection, Reuse.of(None, counted))
        write_periods(connection)
        if kind is not None:
            _keep(connection, kind)
        seconds = _seconds(lambda: _finish(connection, catalog))
        connection.execute("detach mart")
    return seconds


def _keep(connection: Connection, kind: str) -> None:
    for table in ("period_frame", "mart.periods"):
        connection.execute(f"delete from {table} where kind <> '{kind}'")
    for table in ("periods", "period_links"):
        connection.execute(f"delete from {table} where period not in (select period from period_frame)")
    connection.execute("delete from period_parts")


def _finish(connection: Connection, catalog: Catalog) -> None:
    make_readings(connection, catalog)
    connection.execute("checkpoint mart")


def _fill(folder: Path) -> Config:
    """A site whose warehouse has the dossiers, and whose fact files are written."""
    (folder / "inbox").mkdir(parents=True)
    file = folder / "config.yaml"
    file.write_text(CONFIG.format(province=PROVINCE, catalog=REFERENCE.parent / "catalog"), encoding="utf-8")
    config = load_config(file, environ={})
    run(config)
    codes = [unit.unit_code for unit in load_units(REFERENCE).children(PROVINCE, level=Level.COMMUNE)][:COMMUNES]
    script = Path(__file__).with_name("readings.sql").read_text(encoding="utf-8")
    with open_warehouse(config.store.path) as connection:
        connection.execute(script, {"dossiers": DOSSIERS, "codes": codes})
        connection.execute(
            "insert into loads by name select 1 as load_id, 'r' as run_id, 'one_stop' as source_id, "
            "'dossier_sync' as kind, 'x' as origin, 's' as sha256, 1 as size_bytes, $at::timestamp as fetched_at, "
            "$at::timestamp as as_of, $rows as rows_in, $rows as loaded, 0 as unchanged, 0 as superseded, "
            "0 as quarantined, 'loaded' as state, [] as warnings, 1 as duration_s",
            {"at": AS_OF, "rows": DOSSIERS},
        )
    publish(config)
    return config


def _count(connection: Connection, catalog: Catalog) -> None:
    for name, query in daily_queries(catalog.measures).items():
        connection.execute(f"create or replace temp table bench_{name} as {query}")


def _floor() -> str:
    counts = ", ".join(f"count(*) filter (where {condition})" for condition in COUNTED)
    return f"select unit_code, date_trunc('month', received_on), {counts} from dossier_facts group by all"


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
