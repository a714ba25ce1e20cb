"""Scores an index over published or counted measures, in sets and in exact decimals."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType

import pyarrow as pa

from ioc.catalog.model import Criterion, Index
from ioc.errors import UsageError
from ioc.periods import Period, parse_period
from ioc.store.engine import Connection

TOTAL = "total"
NO_STAND_INS: Mapping[str, Collection[Period]] = MappingProxyType({})

_POINTS = pa.decimal128(9, 2)
_STEPS = pa.list_(pa.struct([("from_rate", pa.decimal128(12, 4)), ("points", _POINTS)]))
_NODES = pa.schema(
    [
        ("index_id", pa.string()),
        ("node", pa.string()),
        ("kind", pa.string()),
        ("parent_node", pa.string()),
        ("series", pa.string()),
        ("max_points", _POINTS),
        ("cap", pa.decimal128(9, 4)),
        ("rounding", pa.string()),
        ("zero", pa.string()),
        ("is_inherited", pa.bool_()),
        ("whole", pa.decimal128(24, 4)),
        ("steps", _STEPS),
        ("published", pa.string()),
    ]
)
_MEASURES = pa.schema(
    [
        ("index_id", pa.string()),
        ("node", pa.string()),
        ("side", pa.string()),
        ("series", pa.string()),
        ("measure", pa.string()),
        ("measure_count", pa.int64()),
    ]
)
_ASKED = pa.schema(
    [
        ("place", pa.int32()),
        ("numerator", pa.decimal128(24, 4)),
        ("denominator", pa.decimal128(24, 4)),
        ("max_points", _POINTS),
        ("cap", pa.decimal128(9, 4)),
        ("rounding", pa.string()),
        ("zero", pa.string()),
        ("steps", _STEPS),
    ]
)
_PLACE = "index_id varchar, boundary varchar, unit_code varchar, period varchar"
_SCORES = f"""
    {_PLACE}, node varchar, kind varchar,
    points decimal(9, 2), max_points decimal(9, 2), basis varchar, published_points decimal(9, 2),
    scorable_points decimal(9, 2), numerator decimal(24, 4), denominator decimal(24, 4), is_estimate boolean
"""
_OWN = f"{_PLACE}, numerator decimal(24, 4), denominator decimal(24, 4), is_estimate boolean"
_RANGES = f"{_PLACE}, node varchar, points_low decimal(9, 2), points_high decimal(9, 2)"


def create_index_tables(connection: Connection, index: Index) -> None:
    """Puts the rules of an index where SQL can join them: scoring_nodes and scoring_measures."""
    load_macros(connection)
    _replace_rows(connection, "scoring_nodes", pa.Table.from_pylist(list(_node_rows(index)), schema=_NODES), index)
    _replace_rows(
        connection, "scoring_measures", pa.Table.from_pylist(list(_measure_rows(index)), schema=_MEASURES), index
    )


def score_index(
    connection: Connection,
    index: Index,
    *,
    stand_ins: Mapping[str, Collection[Period]] = NO_STAND_INS,
    apart: Collection[str] = (),
) -> None:
    """Scores every boundary view, unit and period into `scores_raw`, without the inherited points into `scores_own`.

    `scores_ranges` has the two ends of points that are made of slices of divided units. Reads units(unit_code, level)
    and measure_values(boundary, unit_code, period, series, measure, value, is_estimate, is_shared, least_value,
    most_value); `is_shared` is a current figure that stands for what its unit reported, and counts where a series of
    the index is one of `apart`. `stand_ins` are names in measure_values that are no periods but parts of some, with
    the periods that they are compared with.
    """
    create_index_tables(connection, index)
    _choose_periods(connection, index, stand_ins)
    place = {"index_id": index.id}
    asked = place | {"is_apart": is_apart(index, apart)}
    for table, columns in (("scores_raw", _SCORES), ("scores_own", _OWN), ("scores_ranges", _RANGES)):
        connection.execute(f"create temp table if not exists {table} ({columns})")
        connection.execute(f"delete from {table} where index_id = $index_id", place)
    connection.execute(f"insert into scores_raw by name {_read('score.sql')}", asked)
    connection.execute(f"insert into scores_own by name {_read('own.sql')}", place)
    if connection.row("select count(most_value) from measure_values")[0]:
        connection.execute(f"insert into scores_ranges by name {_read('ranges.sql')}", asked)


def is_apart(index: Index, apart: Collection[str]) -> bool:
    """Whether a unit's points as it reported itself can differ from its current ones."""
    return not set(apart).isdisjoint(index.all_series)


def points_of(
    connection: Connection, criterion: Criterion, *, numerator: Decimal | None, denominator: Decimal | None
) -> Decimal | None:
    """The points of one criterion for one pair of values, by the rule that scores them all."""
    return points_of_all(connection, [(criterion, numerator, denominator)])[0]


def points_of_all(
    connection: Connection, asked: Sequence[tuple[Criterion, Decimal | None, Decimal | None]]
) -> list[Decimal | None]:
    """The points of many criteria, each for its numerator and denominator, in the order they are asked for."""
    rows = [
        {
            "place": place,
            "numerator": _known(numerator),
            "denominator": _known(denominator),
            "max_points": _exactly(criterion.max_points, "0.01"),
            "cap": _exactly(cap_of(criterion), "0.0001"),
            "rounding": criterion.rounding,
            "zero": criterion.zero,
            "steps": _steps(criterion),
        }
        for place, (criterion, numerator, denominator) in enumerate(asked)
    ]
    connection.register("asked_points", pa.Table.from_pylist(rows, schema=_ASKED))
    found = connection.rows(
        "select points_by_rule(numerator, denominator, max_points, cap, rounding, zero, steps) "
        "from asked_points order by place"
    )
    connection.unregister("asked_points")
    return [points for (points,) in found]


def cap_of(criterion: Criterion) -> Decimal:
    """The rate at which full points are reached."""
    return Decimal(1) if criterion.cap is None else criterion.cap


def load_macros(connection: Connection) -> None:
    """Makes `points_by_rule` known to this connection."""
    connection.execute(_read("macros.sql"))


def _node_rows(index: Index) -> Iterator[dict[str, object]]:
    yield _node_row(index, TOTAL, "total", None, index.max_points, published=index.published_total)
    for pillar, groups in index.branches:
        if pillar is not None:
            points = sum((group.max_points for group in groups), Decimal(0))
            yield _node_row(index, pillar.id, "pillar", TOTAL, points, published=None)
    for group in index.groups:
        yield _node_row(index, group.node, "group", group.pillar or TOTAL, group.max_points, published=group.published)
        for criterion in group.criteria:
            row = _node_row(
                index, criterion.node, "criterion", group.node, criterion.max_points, published=criterion.published
            )
            yield row | {
                "series": criterion.series or index.series,
                "cap": _exactly(cap_of(criterion), "0.0001"),
                "rounding": criterion.rounding,
                "zero": criterion.zero,
                "is_inherited": criterion.inherited,
                "whole": criterion.whole,
                "steps": _steps(criterion),
            }


def _node_row(
    index: Index, node: str, kind: str, parent_node: str | None, max_points: Decimal, *, published: str | None
) -> dict[str, object]:
    return {
        "index_id": index.id,
        "node": node,
        "kind": kind,
        "parent_node": parent_node,
        "series": index.series,
        "max_points": _exactly(max_points, "0.01"),
        "is_inherited": False,
        "published": published,
    }


def _measure_rows(index: Index) -> Iterator[dict[str, object]]:
    for group in index.groups:
        for criterion in group.criteria:
            for side, measures in (("numerator", criterion.numerator), ("denominator", criterion.denominator)):
                for measure in measures:
                    yield {
                        "index_id": index.id,
                        "node": criterion.node,
                        "side": side,
                        "series": criterion.series or index.series,
                        "measure": measure,
                        "measure_count": len(measures),
                    }


def _replace_rows(connection: Connection, table: str, rows: pa.Table, index: Index) -> None:
    connection.register("scoring_rows", rows)
    connection.execute(f"create temp table if not exists {table} as select * from scoring_rows limit 0")
    connection.execute(f"delete from {table} where index_id = $index_id", {"index_id": index.id})
    connection.execute(f"insert into {table} by name select * from scoring_rows")
    connection.unregister("scoring_rows")


def _choose_periods(connection: Connection, index: Index, stand_ins: Mapping[str, Collection[Period]]) -> None:
    """scored_periods: those of the pack's kinds that lie within its validity, at least with some days."""
    known = [period for (period,) in connection.rows("select distinct period from measure_values")]
    chosen = [
        name for name in known if any(_is_scored(index, period) for period in stand_ins.get(name) or _parsed(name))
    ]
    connection.execute(
        "create or replace temp table scored_periods as select unnest($periods)::varchar as period",
        {"periods": chosen},
    )


def _parsed(name: str) -> tuple[Period | None]:
    try:
        return (parse_period(name),)
    except UsageError:
        return (None,)


def _is_scored(index: Index, period: Period | None) -> bool:
    """Kinds are those of both calendars; a name that is no period is scored where every kind is."""
    if period is None:
        return not index.periods
    if index.periods and str(period.kind) not in index.periods:
        return False
    return period.end >= index.valid_from and (index.valid_to is None or period.start <= index.valid_to)


def _steps(criterion: Criterion) -> list[dict[str, Decimal]]:
    return [
        {"from_rate": _exactly(step.at, "0.0001"), "points": _exactly(step.points, "0.01")} for step in criterion.steps
    ]


def _known(value: Decimal | None) -> Decimal | None:
    return None if value is None else _exactly(value, "0.0001")


def _exactly(value: Decimal, places: str) -> Decimal:
    """The value with a fixed number of places, as the column wants it; more places would change the rule."""
    exact = value.quantize(Decimal(places))
    if exact != value:
        raise ValueError(f"{value} has more decimals than {places}")
    return exact


def _read(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
