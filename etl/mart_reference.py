"""What the mart says of its sources, units, indicators and indices, before any figure."""

from __future__ import annotations

from datetime import timedelta

from etl.mart_tables import insert_mart, mart_columns, put_rows
from etl.sources import kind_of
from ioc.catalog.model import Catalog, Group, Index, Indicator
from ioc.config import Config
from ioc.store.engine import Connection
from ioc.units import Units

QUARANTINE_SHOWN = 5000
CORRECTIONS_SHOWN = 1000


def write_sources(connection: Connection, config: Config) -> None:
    """Each source with the age of its data, the ledger and the newest refused rows."""
    promises = [
        (source_id, kind_of(settings).name, settings.fresh_within // timedelta(seconds=1), settings.enabled)
        for source_id, settings in config.sources.items()
    ]
    columns = {"source_id": "varchar", "kind": "varchar", "fresh_within_s": "bigint", "enabled": "boolean"}
    put_rows(connection, "source_promises", columns, promises)
    insert_mart(connection, "sources")
    connection.execute("insert into mart.loads by name select * exclude (landing) from loads")
    connection.execute(
        "insert into mart.quarantine by name "
        "select q.load_id, q.source_id, loads.origin, q.row_no, q.field, q.reason, q.value "
        "from quarantine_desk as q inner join loads using (load_id) where q.resolved_by is null "
        "order by q.load_id desc, q.row_no limit ?",
        [QUARANTINE_SHOWN],
    )
    connection.execute(
        """
        insert into mart.corrections by name
        select
            c.source_id, loads.origin, c.row_no, c.field, c.old_value, c.new_value, c.reason,
            c.corrected_at, c.corrected_by, c.by_load_id, refused.row_no is null as is_accepted
        from corrections as c
        inner join loads using (load_id)
        left join quarantine as refused on refused.load_id = c.by_load_id and refused.row_no = c.row_no
        order by c.corrected_at desc, c.by_load_id desc, c.row_no, c.field
        limit ?
        """,
        [CORRECTIONS_SHOWN],
    )


def write_units(connection: Connection, units: Units) -> None:
    """Today's units, and those that only the portal names; former ones come with the boundaries."""
    columns = mart_columns(connection, "units")
    rows = [tuple(getattr(unit, name) for name in columns) for unit in units.all if not unit.is_former]
    put_rows(connection, "known_units", columns, rows)
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


def write_catalog(connection: Connection, catalog: Catalog, *, is_kept: bool = False) -> None:
    """Measures, indicators and indices for the queries of the build, and for the screens unless the mart has them."""
    put_rows(
        connection,
        "catalog_measures",
        dict.fromkeys(("measure", "fact", "metric", "part"), "varchar"),
        [(measure.id, measure.fact, measure.metric, measure.part) for measure in catalog.measures],
    )
    counted = {measure.id: measure.is_counted for measure in catalog.measures}
    parts = [
        (indicator.id, series.id, rank, part, measure, float(series.scale), counted[measure])
        for indicator in catalog.indicators
        for rank, series in enumerate(indicator.series, start=1)
        for part, measures in (("n", series.numerator), ("d", series.denominator))
        for measure in measures
    ]
    part_columns = {
        "indicator": "varchar", "series": "varchar", "series_rank": "integer", "part": "varchar", "measure": "varchar",
        "scale": "double", "is_counted": "boolean",
    }  # fmt: skip
    put_rows(connection, "indicator_parts", part_columns, parts)
    columns = mart_columns(connection, "indicators") | {"score_index": "varchar", "score_part": "varchar"}
    put_rows(connection, "catalog_indicators", columns, [_indicator_row(indicator) for indicator in catalog.indicators])
    if is_kept:
        return
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
        str(indicator.evidence), float(indicator.hysteresis), indicator.while_open and str(indicator.while_open),
        target.due if target else None,
        indicator.score_index, indicator.score_part,
    )  # fmt: skip


def _add_group(nodes: list[tuple[object, ...]], index: Index, group: Group) -> None:
    """A group and its criteria, after what is there."""
    nodes.append(
        (index.id, group.node, "group", group.pillar or "total", len(nodes), group.name.vi, group.name.en,
         group.max_points, None, None, False, None, str(index.evidence), index.legal_source.vi, None)
    )  # fmt: skip
    for item in group.criteria:
        nodes.append(
            (index.id, item.node, "criterion", group.node, len(nodes), item.name.vi, item.name.en, item.max_points,
             item.rule_text.vi, item.rule_text.en, item.inherited, item.indicator, str(item.evidence),
             item.legal_source, item.whole)
        )  # fmt: skip


def _write_index(connection: Connection, index: Index) -> None:
    nodes: list[tuple[object, ...]] = [
        (index.id, "total", "total", None, 0, index.name.vi, index.name.en, index.max_points, None, None,
         False, None, str(index.evidence), index.legal_source.vi, None),
    ]  # fmt: skip
    for pillar, groups in index.branches:
        if pillar is not None:
            points = sum(group.max_points for group in groups)
            nodes.append(
                (index.id, pillar.id, "pillar", "total", len(nodes), pillar.name.vi, pillar.name.en, points, None,
                 None, False, None, str(index.evidence), index.legal_source.vi, None)
            )  # fmt: skip
        for group in groups:
            _add_group(nodes, index, group)
    put_rows(connection, "nodes", mart_columns(connection, "index_nodes"), nodes)
    connection.execute("insert into mart.index_nodes by name select * from nodes")
    bands = [
        (index.id, band.id, band.name.vi, band.name.en, band.from_points, str(band.evidence)) for band in index.bands
    ]
    put_rows(connection, "bands", mart_columns(connection, "index_bands"), bands)
    connection.execute("insert into mart.index_bands by name select * from bands")
