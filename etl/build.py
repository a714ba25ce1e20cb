"""The build: facts → measures → readings → scores → checks → a snapshot. Readable as a list of calls."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from etl.dossier_months import Counted, refresh_counts
from etl.fact_files import FactFiles, export_facts
from etl.mart_boundaries import find_speakers, write_boundaries, write_regions
from etl.mart_breakdown import write_breakdown, write_daily
from etl.mart_figures import plain_indicators, write_figures, write_readings
from etl.mart_periods import NEVER, dossiers_as_of, write_periods
from etl.mart_reference import write_catalog, write_sources, write_units
from etl.mart_reuse import (
    Former,
    Reuse,
    attach_mart,
    close_mart,
    detach_mart,
    find_former,
    footing_of,
    forget_periods,
    ground_of,
    start_periods,
    tell_others,
)
from etl.mart_rules import write_source_rules
from etl.mart_satisfaction import write_satisfaction
from etl.mart_scores import score_indices, write_scores
from etl.mart_stated import write_stated
from etl.mart_tables import insert_mart, mart_sql
from etl.mart_values import gather_days, write_values
from etl.month_files import FactRows, FilePlan, plan_files, write_dossiers
from ioc.catalog.model import Catalog
from ioc.clock import Clock
from ioc.config import Config
from ioc.errors import StoreError
from ioc.failpoints import reach
from ioc.store.engine import CORES, Connection
from ioc.store.snapshots import Footing, Manifest, current_manifest, prune, publish_mart, snapshots_folder
from ioc.store.warehouse import read_sql, shorten_log
from ioc.units import Units

log = structlog.get_logger(__name__)
UNDATED = ["plan", "reported_values"]
"""Kinds of sources that are as of the day on which they were taken in, which says nothing of how old figures are."""
NAMED_ROWS = """
    select periods.period, rows.* exclude (period_no)
    from mart.reading_rows as rows inner join mart.reading_periods as periods using (period_no)
"""
"""Rows without the numbers of their periods, which tell what was built first and nothing else."""
MANY_ROWS = 500_000
"""To write more rows than these keeps one core busy while the other makes the figures."""


@dataclass(frozen=True)
class _Made:
    """What a build has made beside the mart."""

    files: FactFiles
    footing: Footing


def build_and_publish(
    connection: Connection, *, config: Config, catalog: Catalog, units: Units, clock: Clock
) -> str | None:
    """Builds the mart of the facts as they are; publishes it unless it equals the snapshot that is served."""
    store = config.store.path
    snapshots_folder(store).mkdir(parents=True, exist_ok=True)
    (store / "facts").mkdir(exist_ok=True)
    part = snapshots_folder(store) / "building.part.duckdb"
    try:
        made = _make(connection, part, config=config, catalog=catalog, units=units)
        content_hash = _content_hash(connection, catalog, made.files)
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
        close_mart(connection, made.footing)
    finally:
        detach_mart(connection)
    reach("mart_built")
    manifest = Manifest(
        content_hash[:8],
        published_at,
        content_hash,
        as_of,
        catalog.fingerprint,
        dossiers=made.files.dossiers.months,
        came=made.files.dossiers.came,
        went=made.files.dossiers.went,
        facts=made.files.others,
        footing=made.footing,
    )
    publish_mart(store, part, manifest)
    prune(store, at=published_at)
    log.info("published", snapshot=manifest.snapshot_id)
    return manifest.snapshot_id


def _make(connection: Connection, part: Path, *, config: Config, catalog: Catalog, units: Units) -> _Made:
    """The mart, and the files of facts beside it."""
    store = config.store.path
    counted = count_dossiers(connection, config, catalog)
    plan = plan_files(connection, counted.facts)
    connection.use_threads(1 if sum(month.versions for month in plan.months) > MANY_ROWS else CORES)
    with ThreadPoolExecutor(1) as beside:
        files = beside.submit(_write_files, connection.cursor(), counted.facts, plan, config)
        others = tell_others(connection, config, catalog)
        former = find_former(connection, store, counted=counted, others=others)
        fill = partial(_fill, connection, part, counted, others=others, config=config, catalog=catalog, units=units)
        try:
            footing = fill(former)
        except StoreError as error:
            if former is None:
                raise
            # what is served may be broken, and this mends it
            log.warning("made_anew", reason=str(error))
            footing = fill(None)
    reach("facts_exported")
    return _Made(files.result(), footing)


def _fill(
    connection: Connection,
    part: Path,
    counted: Counted,
    former: Former | None,
    *,
    others: str,
    config: Config,
    catalog: Catalog,
    units: Units,
) -> Footing:
    """The mart, begun as a copy of the former one where that stands on the same ground; what it stands on."""
    begin_mart(connection, part, former, config=config, catalog=catalog, units=units)
    ground = ground_of(connection)
    if former is not None and former.footing.ground != ground:
        former = None
        begin_mart(connection, part, former, config=config, catalog=catalog, units=units)
    if former is None:
        write_boundaries(connection, config=config, units=units)
    _make_figures(connection, catalog, Reuse.of(former, counted))
    return footing_of(connection, former, counted=counted, others=others, ground=ground)


def count_dossiers(connection: Connection, config: Config, catalog: Catalog) -> Counted:
    """The dossiers, counted up to the newest load; the relations by day."""
    as_of = dossiers_as_of(connection) or NEVER
    counted = refresh_counts(connection, catalog.measures, as_of=as_of, folder=config.store.path / "facts")
    gather_days(connection, catalog, as_of=as_of)
    return counted


def begin_mart(
    connection: Connection, part: Path, former: Former | None, *, config: Config, catalog: Catalog, units: Units
) -> None:
    """Attaches the mart, with what figures refer to but for boundaries; dossiers must have been counted."""
    attach_mart(connection, part, former)
    connection.execute(read_sql("ioc.store", "sql/meaning.sql"))
    write_sources(connection, config)
    write_catalog(connection, catalog, is_kept=former is not None)
    write_source_rules(connection, config)
    if former is None:
        write_units(connection, units)
        write_regions(connection, units)
    find_speakers(connection, units, as_of=dossiers_as_of(connection) or NEVER)


def _write_files(connection: Connection, facts: FactRows, plan: FilePlan, config: Config) -> FactFiles:
    shorten_log(connection, config.store.path)
    # temporary tables are of one connection alone
    write_source_rules(connection, config)
    return FactFiles(write_dossiers(connection, facts, plan), export_facts(connection, facts.folder))


def _make_figures(connection: Connection, catalog: Catalog, reuse: Reuse) -> None:
    start_periods(connection, reuse)
    write_periods(connection)
    write_breakdown(connection, moved_after=reuse.moved_after)
    make_readings(connection, catalog)
    write_daily(connection, catalog, changed_since=reuse.since)
    write_satisfaction(connection)
    insert_mart(connection, "reconciliations")
    forget_periods(connection)


def make_readings(connection: Connection, catalog: Catalog) -> None:
    """The readings and scores of the periods in period_frame, of the facts as they were counted."""
    plain = plain_indicators(connection, catalog)
    write_values(connection, catalog, plain)
    write_stated(connection, catalog=catalog)
    score_indices(connection, catalog)
    write_figures(connection, catalog, plain)
    write_readings(connection)
    write_scores(connection)


def _write_info(
    connection: Connection, config: Config, *, snapshot_id: str, published_at: datetime, as_of: datetime | None
) -> None:
    begin = connection.row(mart_sql("dossiers_begin"))[0]
    info = {
        "dossiers_begin": begin.isoformat() if begin else "",
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
        if name not in ("info", "loads", "reading_rows", "reading_periods")
    ]
    relations = [*(f"mart.{name}" for name in tables), f"({NAMED_ROWS})"]
    sums = [connection.row(f"select count(*), coalesce(bit_xor(hash(t)), 0) from {name} as t") for name in relations]
    ledger = connection.row("select count(*), coalesce(max(load_id), 0) from mart.loads")
    files = [*fact_files.dossiers.keys, *sorted(file.file for file in fact_files.others.values())]
    text = json.dumps([list(zip(relations, sums, strict=True)), ledger, catalog.fingerprint, files])
    return str(connection.row("select md5(?)", [text])[0])
