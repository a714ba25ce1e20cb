"""Readings of dossiers for any stretch of days, counted from the snapshot's Parquet facts by the same measures."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from ioc.access import Scope
from ioc.catalog.model import Catalog, Indicator
from ioc.errors import UsageError
from ioc.periods import Period
from ioc.store.asking import read_question
from ioc.store.engine import Connection
from ioc.store.measures import measure_dossiers
from ioc.store.questions import CURRENT, Reading, info
from ioc.store.snapshots import OpenSnapshot
from ioc.store.warehouse import read_sql
from ioc.words import gettext as _

SERIES = "dossiers"
WEEK = timedelta(days=7)


def range_readings(
    snapshot: OpenSnapshot,
    scope: Scope,
    *,
    catalog: Catalog,
    indicator_id: str,
    period: Period,
    without_small: bool = False,
    boundary: str = CURRENT,
) -> list[Reading]:
    """One reading per unit in scope that has a feed, by levels and names, in one view of the boundaries.

    `without_small` leaves rates of few cases without a place. A stretch of days has no past that could hold its state.
    """
    indicator = next((found for found in catalog.indicators if found.id == indicator_id), None)
    if indicator is None or not can_count(indicator, catalog):
        raise UsageError(
            _(
                "{indicator} cannot be counted for {period}: only what is counted from dossiers can be asked for any "
                "stretch of days; ask for a month, quarter or year"
            ).format(indicator=indicator_id, period=period)
        )
    connection = snapshot.connection.cursor()
    as_of = _as_of(connection)
    parts = _parts(indicator)
    _prepare(connection, snapshot, period, as_of, boundary=boundary)
    _measure(connection, catalog, parts, as_of)
    rows = connection.rows(
        read_question("range_readings").format(ranks=read_question("ranks")),
        {
            **_meaning(indicator),
            "indicator": indicator.id,
            "period": period.id,
            "start": period.start,
            "end": period.end,
            "series": SERIES,
            "as_of": as_of,
            "boundary": boundary,
            "is_rate": _is_rate(catalog, indicator, parts),
            "without_small": without_small,
            "is_begun_late": _is_begun_late(connection, period),
            "all_units": scope.detail is None,
            "unit_codes": sorted(scope.detail or ()),
        },
    )
    return [Reading(*row) for row in rows]


def _is_begun_late(connection: Connection, period: Period) -> bool:
    """Whether dossiers are told of only since a day well within the period."""
    begin = info(connection).properties.get("dossiers_begin") or None
    # the rule of etl/marts/figure_periods.sql
    return begin is not None and period.start + WEEK < date.fromisoformat(begin) <= period.end


def _meaning(indicator: Indicator) -> dict[str, object]:
    """What makes a value, a state and a place of an indicator's counts."""
    target = indicator.target
    return {
        "zero_policy": str(indicator.zero),
        "target": float(target.value) if target else None,
        "at_risk_within": float(target.at_risk_within) if target else None,
        "direction": str(indicator.direction),
        "measure_unit": indicator.measure_unit,
    }


def can_count(indicator: Indicator, catalog: Catalog) -> bool:
    """Whether dossiers alone tell the indicator; what the register of procedures tells is counted in the build only."""
    facts = {measure.id: measure.fact for measure in catalog.measures}
    parts = _parts(indicator)
    return bool(parts) and all(facts[measure] == SERIES for _part, measure in parts)


def _measure(connection: Connection, catalog: Catalog, parts: list[tuple[str, str]], as_of: datetime) -> None:
    # `received` tells which units have a feed at all
    asked = {measure for _kind, measure in parts} | {"received"}
    measures = [measure for measure in catalog.measures if measure.id in asked]
    measure_dossiers(connection, measures, as_of=as_of)
    connection.execute(
        "create or replace temp table parts as select unnest($kinds) as part, unnest($measures) as measure",
        {"kinds": [kind for kind, _measure in parts], "measures": [measure for _kind, measure in parts]},
    )
    connection.execute(
        "create or replace temp table additive_measures as select unnest($measures)::varchar as measure",
        {"measures": [measure.id for measure in measures if "units" in measure.adds]},
    )
    connection.execute(read_sql("ioc.store", "sql/meaning.sql"))


def _parts(indicator: Indicator) -> list[tuple[str, str]]:
    for series in indicator.series:
        if series.id == SERIES:
            return [("n", name) for name in series.numerator] + [("d", name) for name in series.denominator]
    return []


def _is_rate(catalog: Catalog, indicator: Indicator, parts: list[tuple[str, str]]) -> bool:
    """Whether it is a share of counted cases, so that chance can be reckoned with."""
    counted = {measure.id for measure in catalog.measures if measure.is_counted}
    return indicator.measure_unit == "percent" and all(measure in counted for _kind, measure in parts)


def last_dossier_day(connection: Connection) -> date | None:
    """The last day that dossiers tell of; None where none have been loaded."""
    found = _last_moment(connection)
    return None if found is None else found.date()


def _as_of(connection: Connection) -> datetime:
    found = _last_moment(connection)
    if found is None:
        raise UsageError(_("no dossiers have been loaded yet; run `ioc run` first"))
    return found


def _last_moment(connection: Connection) -> datetime | None:
    found: datetime | None = connection.row(
        "select max(as_of) from sources where kind in ('dossier_sync', 'sql_view')"
    )[0]
    return found


def _prepare(connection: Connection, snapshot: OpenSnapshot, period: Period, as_of: datetime, *, boundary: str) -> None:
    connection.execute(f"create or replace temp view dossier_facts as {snapshot.dossiers_sql()}")
    connection.execute(
        """
        create or replace temp table periods as
        select $id as period, $start::date as start_date, $end::date as end_date, false as is_in_cells,
            least($end::date, $as_of::date) as judged_on, least($end_moment::timestamp, $as_of::timestamp) as judged_at
        """,
        {
            "id": period.id, "start": period.start, "end": period.end, "as_of": as_of,
            "end_moment": datetime.combine(period.end, time.max),
        },
    )  # fmt: skip
    rollup = read_sql("ioc.store", "sql/range_rollup.sql")
    connection.execute(f"create or replace temp table rollup as {rollup}", {"boundary": boundary})
