"""The build: facts → measures → readings → scores → checks → a snapshot. Readable as a list of calls."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import structlog

from etl.dossier_months import refresh_counts
from etl.fact_files import FactFiles, export_facts
from etl.mart_boundaries import write_boundaries
from etl.mart_breakdown import write_breakdown, write_daily
from etl.mart_figures import plain_indicators, write_figures, write_readings
from etl.mart_periods import NEVER, dossiers_as_of, write_periods
from etl.mart_reference import write_catalog, write_sources, write_units
from etl.mart_rules import write_source_rules
from etl.mart_satisfaction import write_satisfaction
from etl.mart_scores import score_indices
from etl.mart_stated import write_stated
from etl.mart_tables import insert_mart
from etl.mart_values import write_values
from etl.month_files import FactRows, Month, unwritten_months, write_months
from ioc.catalog.model import Catalog
from ioc.clock import Clock
from ioc.config import Config
from ioc.failpoints import reach
from ioc.store.engine import CORES, Connection, quoted
from ioc.store.snapshots import FactFile, Manifest, current_manifest, prune, publish_mart, snapshots_folder
from ioc.store.warehouse import read_sql, shorten_log
from ioc.units import Units

log = structlog.get_logger(__name__)
UNDATED = ["plan", "reported_values"]
"""Kinds of sources that are as of the day on which they were taken in, which says nothing of how old figures are."""
MANY_ROWS = 500_000
"""To write more rows than these keeps one core busy while the other makes the figures."""


def build_and_publish(
    connection: Connection, *, config: Config, catalog: Catalog, units: Units, clock: Clock
) -> str | None:
    """Builds the mart of the facts as they are; publishes it unless it equals the snapshot that is served."""
    store = config.store.path
    snapshots_folder(store).mkdir(parents=True, exist_ok=True)
    (store / "facts").mkdir(exist_ok=True)
    part = snapshots_folder(store) / "building.part.duckdb"
    _remove(part)
    connection.execute(f"attach {quoted(part)} as mart")
    try:
        fact_files = _fill(connection, config=config, catalog=catalog, units=units)
        content_hash = _content_hash(connection, catalog, fact_files)
        as_of = connection.row(
            "select coalesce(max(as_of) filter (where not list_contains(?, kind)), max(as_of)) from mart.sources",
            [UNDATED],
        )[0]
        published_at = clock()
        before = current_manifest(store)
        if before is not None and before.content_hash == content_hash:
            log.info("nothing_changed", snapshot=before.snapshot_id)
            return None
        _write_info(connection, config, snapshot_id=content_hash[:8], published_at=published_at, as_of=as_of)
        connection.execute("checkpoint mart")
    finally:
        connection.execute("detach mart")
    reach("mart_built")
    manifest = Manifest(
        content_hash[:8],
        published_at,
        content_hash,
        as_of,
        catalog.fingerprint,
        dossiers=fact_files.dossiers,
        facts=fact_files.others,
    )
    publish_mart(store, part, manifest)
    prune(store, at=published_at)
    log.info("published", snapshot=manifest.snapshot_id)
    return manifest.snapshot_id


def _fill(connection: Connection, *, config: Config, catalog: Catalog, units: Units) -> FactFiles:
    facts = prepare_mart(connection, config=config, catalog=catalog, units=units)
    others = export_facts(connection, facts.folder)
    todo = unwritten_months(connection, facts)
    connection.use_threads(1 if sum(month.versions for month in todo) > MANY_ROWS else CORES)
    with ThreadPoolExecutor(1) as beside:
        dossiers = beside.submit(_write_files, connection.cursor(), facts, todo, config.store.path)
        _make_figures(connection, catalog)
    reach("facts_exported")
    return FactFiles(dossiers.result(), others)


def prepare_mart(connection: Connection, *, config: Config, catalog: Catalog, units: Units) -> FactRows:
    """Everything in the attached mart that figures refer to; dossiers are counted, their files not yet written."""
    connection.execute("use mart")
    connection.execute(read_sql("ioc.store", "mart.sql"))
    connection.execute("use warehouse")
    connection.execute(read_sql("ioc.store", "sql/meaning.sql"))
    write_sources(connection, config)
    write_units(connection, units)
    write_catalog(connection, catalog)
    as_of = dossiers_as_of(connection) or NEVER
    write_source_rules(connection, config)
    facts = refresh_counts(connection, catalog.measures, as_of=as_of, folder=config.store.path / "facts")
    write_boundaries(connection, config=config, units=units, as_of=as_of)
    return facts


def _write_files(connection: Connection, facts: FactRows, todo: Sequence[Month], store: Path) -> dict[str, FactFile]:
    shorten_log(connection, store)
    return write_months(connection, facts, todo)


def _make_figures(connection: Connection, catalog: Catalog) -> None:
    write_periods(connection)
    write_breakdown(connection)
    make_readings(connection, catalog)
    write_daily(connection, catalog)
    write_satisfaction(connection)
    insert_mart(connection, "reconciliations")


def make_readings(connection: Connection, catalog: Catalog) -> None:
    """The readings and scores of the periods in period_frame, of the facts as they were counted."""
    plain = plain_indicators(connection, catalog)
    write_values(connection, catalog, plain)
    write_stated(connection, catalog=catalog)
    score_indices(connection, catalog)
    write_figures(connection, catalog, plain)
    write_readings(connection)
    insert_mart(connection, "scores", order="period, node, unit_code")


def _write_info(
    connection: Connection, config: Config, *, snapshot_id: str, published_at: datetime, as_of: datetime | None
) -> None:
    info = {
        "id": snapshot_id,
        "published_at": published_at.isoformat(),
        "as_of": as_of.isoformat() if as_of else "",
        "simulated": "true" if config.site.simulated else "false",
        "site_name": config.site.name,
        "site_unit": config.site.unit,
    }
    connection.execute(
        "insert into mart.info select unnest($keys), unnest($values)",
        {"keys": list(info), "values": list(info.values())},
    )


def _content_hash(connection: Connection, catalog: Catalog, fact_files: FactFiles) -> str:
    """A hash of everything a reader could see, whatever the order in which it was written."""
    tables = [
        name
        for (name,) in connection.rows("select table_name from duckdb_tables() where database_name = 'mart' order by 1")
        if name not in ("info", "loads")
    ]
    sums = [connection.row(f"select count(*), coalesce(bit_xor(hash(t)), 0) from mart.{name} as t") for name in tables]
    ledger = connection.row("select count(*), coalesce(max(load_id), 0) from mart.loads")
    files = sorted(file.file for found in (fact_files.dossiers, fact_files.others) for file in found.values())
    text = json.dumps([list(zip(tables, sums, strict=True)), ledger, catalog.fingerprint, files])
    return str(connection.row("select md5(?)", [text])[0])


def _remove(part: Path) -> None:
    for path in (part, part.with_name(part.name + ".wal")):
        path.unlink(missing_ok=True)
