"""The build: facts → measures → readings → scores → checks → a snapshot. Readable as a list of calls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import structlog

from ioc.catalog import compile as compiled
from ioc.catalog.model import Catalog, Index, Indicator
from ioc.clock import Clock
from ioc.config import Config
from ioc.failpoints import reach
from ioc.periods import Period, months_between, parse_period, quarter_of, year_of, year_to_date
from ioc.scoring.score import score_index
from ioc.store.engine import Connection
from ioc.store.files import settle
from ioc.store.measures import measure_dossiers
from ioc.store.snapshots import FactFile, Manifest, current_manifest, prune, publish_mart, snapshots_folder
from ioc.store.warehouse import read_sql
from ioc.units import Units

log = structlog.get_logger(__name__)
SERIES_KINDS = {"dossiers": "dossier_sync", "certificates": "certificates"}
"""Which kind of source tells the age of a series; the portal's figures tell their own."""
OLDEST_YEARS = 6
"""How far back readings are built: an absurd early date in a row must not make thousands of periods."""
DAILY_DAYS = 730
QUARANTINE_SHOWN = 5000
RULES_VERSION = "1"
"""Changes when dossier_facts.sql says something else, so that fact files are written anew."""


def build_and_publish(
    connection: Connection, *, config: Config, catalog: Catalog, units: Units, clock: Clock
) -> str | None:
    """Builds the mart of the facts as they are; publishes it unless it equals the snapshot that is served."""
    store = config.store.path
    snapshots_folder(store).mkdir(parents=True, exist_ok=True)
    (store / "facts").mkdir(exist_ok=True)
    part = snapshots_folder(store) / "building.part.duckdb"
    _remove(part)
    connection.execute(f"attach '{_quoted(part)}' as mart")
    try:
        fact_files = _fill(connection, config=config, catalog=catalog, units=units)
        content_hash = _content_hash(connection, catalog)
        as_of = connection.row("select max(as_of) from mart.sources")[0]
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
    manifest = Manifest(content_hash[:8], published_at, content_hash, as_of, catalog.fingerprint, fact_files)
    publish_mart(store, part, manifest)
    prune(store, at=published_at)
    log.info("published", snapshot=manifest.snapshot_id)
    return manifest.snapshot_id


def _fill(connection: Connection, *, config: Config, catalog: Catalog, units: Units) -> dict[str, FactFile]:
    connection.execute("use mart")
    connection.execute(read_sql("ioc.store", "mart.sql"))
    connection.execute("use warehouse")
    connection.execute(read_sql("ioc.store", "sql/meaning.sql"))
    _write_sources(connection, config)
    _write_units(connection, units)
    _write_catalog(connection, catalog)
    connection.execute(
        f"create or replace temp table dossier_facts as {read_sql('ioc.store', 'sql/dossier_facts.sql')}"
    )
    fact_files = _export_facts(connection, config.store.path / "facts")
    reach("facts_exported")
    _write_periods(connection)
    _measure(connection, catalog)
    connection.execute("create or replace temp view units as select * from mart.units")
    for index in catalog.indices:
        score_index(connection, index)
    connection.execute(f"create or replace temp table score_values as {_mart_sql('score_values')}")
    # screens ask for one period at a time: its rows lie together
    _insert(connection, "readings", order="period, indicator, unit_code")
    _insert(connection, "scores", order="period, node, unit_code")
    _insert(connection, "reconciliations")
    return fact_files


# -- what the snapshot says of itself -----------------------------------------------------------------------------


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


def _content_hash(connection: Connection, catalog: Catalog) -> str:
    """A hash of everything a reader could see, whatever the order in which it was written."""
    tables = [
        name
        for (name,) in connection.rows("select table_name from duckdb_tables() where database_name = 'mart' order by 1")
        if name not in ("info", "loads")
    ]
    sums = [connection.row(f"select count(*), coalesce(bit_xor(hash(t)), 0) from mart.{name} as t") for name in tables]
    ledger = connection.row("select count(*), coalesce(max(load_id), 0) from mart.loads")
    text = json.dumps([list(zip(tables, sums, strict=True)), ledger, catalog.fingerprint, RULES_VERSION])
    return str(connection.row("select md5(?)", [text])[0])


# -- reference ----------------------------------------------------------------------------------------------------


def _write_sources(connection: Connection, config: Config) -> None:
    promises = [
        (source_id, settings.kind, settings.fresh_within // timedelta(seconds=1), settings.enabled)
        for source_id, settings in config.sources.items()
    ]
    columns = {"source_id": "varchar", "kind": "varchar", "fresh_within_s": "bigint", "enabled": "boolean"}
    _put(connection, "source_promises", columns, promises)
    _insert(connection, "sources")
    connection.execute("insert into mart.loads by name select * exclude (landing) from loads")
    connection.execute(
        "insert into mart.quarantine by name "
        "select q.load_id, q.source_id, loads.origin, q.row_no, q.field, q.reason, q.value "
        "from quarantine as q inner join loads using (load_id) order by q.load_id desc, q.row_no limit ?",
        [QUARANTINE_SHOWN],
    )


def _write_units(connection: Connection, units: Units) -> None:
    columns = _table_columns(connection, "units")
    # former units come with their boundaries; today's figures are asked for today's units
    rows = [tuple(getattr(unit, name) for name in columns) for unit in units.all if not unit.is_former]
    _put(connection, "known_units", columns, rows)
    connection.execute("insert into mart.units by name select * from known_units")
    # units that only the portal names keep its identifier and its figures
    connection.execute(
        """
        insert into mart.units by name
        select
            unit_code, any_value(department_name) as name, any_value(department_name) as short_name,
            case any_value(department_type)
                when 'PROVINCE' then 'province' when 'COMMUNE_PEOPLE_COMMITTEE' then 'commune' else 'department'
            end as level,
            'portal' as kind, any_value(source_unit_code) as electronic_id,
            any_value(department_name) as sort_key, lower(strip_accents(any_value(department_name))) as search_key
        from facts.portals
        where unit_code not in (select unit_code from mart.units)
        group by unit_code
        """
    )
    connection.execute(
        """
        create or replace temp table rollup as
        select unit_code, unit_code as ancestor_code from mart.units where valid_to is null
        union all
        select unit_code, parent_code from mart.units
        where valid_to is null and parent_code is not null and level in ('commune', 'department')
        """
    )


def _write_catalog(connection: Connection, catalog: Catalog) -> None:
    _put(
        connection,
        "catalog_measures",
        dict.fromkeys(("measure", "fact", "metric", "part"), "varchar"),
        [(measure.id, measure.fact, measure.metric, measure.part) for measure in catalog.measures],
    )
    parts = [
        (indicator.id, series.id, rank, part, measure, float(series.scale))
        for indicator in catalog.indicators
        for rank, series in enumerate(indicator.series, start=1)
        for part, measures in (("n", series.numerator), ("d", series.denominator))
        for measure in measures
    ]
    part_columns = {
        "indicator": "varchar", "series": "varchar", "series_rank": "integer", "part": "varchar", "measure": "varchar",
        "scale": "double",
    }  # fmt: skip
    _put(connection, "indicator_parts", part_columns, parts)
    columns = _table_columns(connection, "indicators") | {"score_index": "varchar", "score_part": "varchar"}
    _put(connection, "catalog_indicators", columns, [_indicator_row(indicator) for indicator in catalog.indicators])
    connection.execute(
        "insert into mart.indicators by name select * exclude (score_index, score_part) from catalog_indicators"
    )
    for index in catalog.indices:
        _write_index(connection, index)


def _indicator_row(indicator: Indicator) -> tuple[object, ...]:
    target = indicator.target
    return (
        indicator.id, indicator.number, indicator.name.vi, indicator.name.en, indicator.group,
        indicator.formula.vi, indicator.formula.en,
        indicator.measure_unit, str(indicator.direction), indicator.decimals,
        float(target.value) if target else None,
        float(target.at_risk_within) if target else None,
        str(indicator.zero),
        str(target.status) if target else None,
        target.source.vi if target else None,
        str(indicator.evidence),
        indicator.score_index, indicator.score_part,
    )  # fmt: skip


def _write_index(connection: Connection, index: Index) -> None:
    nodes: list[tuple[object, ...]] = [
        (index.id, "total", "total", None, 0, index.name.vi, index.name.en, index.max_points, None, None,
         False, None, str(index.evidence), index.legal_source.vi),
    ]  # fmt: skip
    for group in index.groups:
        nodes.append(
            (index.id, group.node, "group", "total", len(nodes), group.name.vi, group.name.en, group.max_points, None,
             None, False, None, str(index.evidence), index.legal_source.vi)
        )  # fmt: skip
        for item in group.criteria:
            nodes.append(
                (index.id, item.node, "criterion", group.node, len(nodes), item.name.vi, item.name.en, item.max_points,
                 item.rule_text.vi, item.rule_text.en, item.inherited, item.indicator, str(item.evidence),
                 item.legal_source)
            )  # fmt: skip
    _put(connection, "nodes", _table_columns(connection, "index_nodes"), nodes)
    connection.execute("insert into mart.index_nodes by name select * from nodes")
    bands = [
        (index.id, band.id, band.name.vi, band.name.en, band.from_points, str(band.evidence)) for band in index.bands
    ]
    _put(connection, "bands", _table_columns(connection, "index_bands"), bands)
    connection.execute("insert into mart.index_bands by name select * from bands")


# -- facts --------------------------------------------------------------------------------------------------------


def _export_facts(connection: Connection, folder: Path) -> dict[str, FactFile]:
    """One Parquet file per month of reception, named by its content; a month that is there already is not written."""
    register = connection.row(
        "select coalesce(bit_xor(md5_number(version_id::varchar)), 0)::varchar from facts.procedures"
    )[0]
    months = connection.rows(
        """
        select
            coalesce(strftime(received_on, '%Y-%m'), 'none') as month,
            count(*),
            md5(bit_xor(md5_number(version_id::varchar))::varchar || count(*)::varchar || $register || $rules)[:20]
        from dossier_facts
        group by month
        order by month
        """,
        {"register": register, "rules": RULES_VERSION},
    )
    files = {}
    for month, rows, content in months:
        name = f"dossiers-{month}-{content}.parquet"
        if not (folder / name).exists():
            _export_month(connection, month=month, path=folder / name)
        files[month] = FactFile(name, rows)
    return files


def _export_month(connection: Connection, *, month: str, path: Path) -> None:
    part = path.with_suffix(".part")
    connection.execute(
        f"""
        copy (
            select * from dossier_facts where coalesce(strftime(received_on, '%Y-%m'), 'none') = '{month}'
            order by unit_code, received_at, dossier_code
        ) to '{_quoted(part)}' (format parquet, compression zstd)
        """
    )
    settle(part, path)


# -- periods ------------------------------------------------------------------------------------------------------


def _write_periods(connection: Connection) -> None:
    first, last, as_of = _data_range(connection)
    frame = {period.id: period for period in _frame(first, last)} if first and last else {}
    for (name,) in connection.rows("select distinct period from facts.portals"):
        frame.setdefault(name, parse_period(name))
    rows = [(period.id, str(period.kind), period.start, period.end) for period in frame.values()]
    _put(connection, "period_frame", _table_columns(connection, "periods"), rows)
    links = [(period.id, period.previous().id, period.same_last_year().id) for period in frame.values()]
    link_columns = dict.fromkeys(("period", "previous_period", "last_year_period"), "varchar")
    _put(connection, "period_links", link_columns, links)
    connection.execute("insert into mart.periods by name select * from period_frame")
    _judge_periods(connection, as_of)


def _data_range(connection: Connection) -> tuple[date | None, date | None, datetime | None]:
    """First and last day that dossiers or registers speak of, and the dossiers' as_of."""
    as_of = _series_as_of(connection, "dossiers")
    first = None
    if as_of is not None:
        first = connection.row(
            "select min(received_on) from dossier_facts where is_received and received_on between ? and ?",
            [date(as_of.year - OLDEST_YEARS, 1, 1), as_of.date()],
        )[0]
    register_day = connection.row("select max(register_as_of) from facts.certificates")[0]
    days = [day for day in (as_of.date() if as_of else None, register_day) if day is not None]
    if first is None and register_day is not None:
        first = register_day.replace(day=1)
    return first, max(days, default=None), as_of


def _series_as_of(connection: Connection, series: str) -> datetime | None:
    found: datetime | None = connection.row(
        "select max(as_of) from loads where kind = ? and state = 'loaded'", [SERIES_KINDS[series]]
    )[0]
    return found


def _frame(first: date, last: date) -> Iterable[Period]:
    for month in months_between(first, last):
        yield month
        yield quarter_of(month.start)
        yield year_of(month.start)
        yield year_to_date(month.end)


def _judge_periods(connection: Connection, as_of: datetime | None) -> None:
    """The periods as of a moment: each is judged at its end or at that moment, whichever is earlier."""
    connection.execute(
        """
        create or replace temp table periods as
        select
            *,
            least(end_date, $as_of::date) as judged_on,
            least(end_date + interval 1 day - interval 1 microsecond, $as_of) as judged_at
        from period_frame
        where start_date <= $as_of::date
        """,
        {"as_of": as_of or datetime(1900, 1, 1)},
    )


# -- measures → values --------------------------------------------------------------------------------------------


def _measure(connection: Connection, catalog: Catalog) -> None:
    as_of = _series_as_of(connection, "dossiers") or datetime(1900, 1, 1)
    measure_dossiers(connection, catalog.measures, as_of=as_of, by_month=True)
    connection.execute(
        "insert into measure_values select unit_code, period, 'dossiers', measure, value "
        f"from ({_mart_sql('procedure_values')})"
    )
    _collect_values(connection)
    _insert_daily(connection, catalog, as_of)
    connection.execute(
        f"insert into mart.breakdown by name select * from (\n{_mart_sql('breakdown')}) order by period, unit_code",
        {"as_of": as_of},
    )
    _measure_registers(connection)
    _insert_portal_values(connection)
    connection.execute(
        "create or replace temp table measure_values as "
        "select unit_code, period, series, measure, value from all_values"
    )


def _collect_values(connection: Connection) -> None:
    """all_values: every measure of every series with the age of its data."""
    connection.execute(
        """
        create or replace temp table all_values as
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = 'dossier_sync'
        )
        select measure_values.*, ages.as_of, ages.fresh_until, false as is_estimate, false as has_source_flag
        from measure_values cross join ages
        """
    )


def _insert_daily(connection: Connection, catalog: Catalog, as_of: datetime) -> None:
    events = compiled.of_kind(catalog.measures, "event")
    connection.execute(
        "create or replace temp table event_names as select unnest($ids)::varchar as measure",
        {"ids": [measure.id for measure in events]},
    )
    query = _mart_sql("daily").format(
        sums=compiled.sum_columns(events), columns=", ".join(f'"{measure.id}"' for measure in events)
    )
    since = as_of.date() - timedelta(days=DAILY_DAYS)
    connection.execute(
        f"insert into mart.daily by name select * from (\n{query}) order by indicator, unit_code, day",
        {"as_of": as_of, "since": since},
    )


def _measure_registers(connection: Connection) -> None:
    as_of = connection.row("select max(register_as_of) from facts.certificates")[0]
    if as_of is None:
        return
    moment = datetime.combine(as_of, datetime.max.time()).replace(microsecond=0)
    _judge_periods(connection, moment)
    connection.execute(
        f"""
        insert into all_values by name
        with ages as (
            select max(as_of) as as_of, max(fresh_until) as fresh_until from mart.sources where kind = 'certificates'
        )
        select
            found.unit_code, found.period, 'certificates' as series, found.measure, found.value,
            ages.as_of, ages.fresh_until, found.is_estimate, false as has_source_flag
        from ({_mart_sql("certificate_values")}) as found cross join ages
        """
    )


def _insert_portal_values(connection: Connection) -> None:
    connection.execute(
        f"""
        insert into all_values by name
        select
            unit_code, period, 'portal' as series, measure, value, as_of, fresh_until,
            false as is_estimate, quality_status is not null as has_source_flag
        from ({_mart_sql("portal_values")})
        """
    )


# -- small things -------------------------------------------------------------------------------------------------


def _insert(connection: Connection, table: str, *, order: str = "all") -> None:
    connection.execute(f"insert into mart.{table} by name select * from (\n{_mart_sql(table)}) order by {order}")


def _put(connection: Connection, table: str, columns: Mapping[str, str], rows: Sequence[tuple[object, ...]]) -> None:
    """A temporary table of a few thousand rows from Python; columns are name → type."""
    declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
    connection.execute(f"create or replace temp table {table} ({declared})")
    if not rows:
        return
    arrow = pa.table({name: pa.array([row[place] for row in rows]) for place, name in enumerate(columns)})
    connection.register("put_rows", arrow)
    connection.execute(f"insert into {table} select * from put_rows")
    connection.unregister("put_rows")


def _table_columns(connection: Connection, table: str) -> dict[str, str]:
    """Names and types of a mart table's columns, in order."""
    return dict(
        connection.rows(
            "select column_name, data_type from duckdb_columns() "
            "where database_name = 'mart' and table_name = ? order by column_index",
            [table],
        )
    )


def _mart_sql(name: str) -> str:
    return read_sql("etl.marts", f"{name}.sql")


def _remove(part: Path) -> None:
    for path in (part, part.with_name(part.name + ".wal")):
        path.unlink(missing_ok=True)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
