"""Points: the published figures are reproduced to the hundredth, and the rules keep their laws."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ioc.catalog.load import load_catalog
from ioc.catalog.model import Criterion, Index
from ioc.catalog.shapes import CriterionShape, IndexShape
from ioc.periods import Period, parse_period
from ioc.scoring.score import load_macros, points_of, score_index
from ioc.store.engine import Connection, open_memory
from tests.scored_values import scored_values

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
PROVINCE, COMMUNE, PERIOD = "25", "21994", "2026"

Values = Mapping[str, Decimal | int | None]
Readings = list[tuple[str, str, str, Decimal]]


@cache
def qd766() -> Index:
    return load_catalog(ROOT / "data" / "catalog", indices=["qd766_portal_2026"]).indices[0]


def criteria() -> dict[str, Criterion]:
    return {criterion.node: criterion for group in qd766().groups for criterion in group.criteria}


@pytest.fixture
def connection() -> Iterator[Connection]:
    opened = open_memory()
    yield opened
    opened.close()


def shared(path: str) -> Path:
    if not (SHARED / path).exists():
        pytest.skip(f"shared/data/{path} is not here: the published figures are not compared")
    return SHARED / path


def of_unit(values: Values, *, unit: str = COMMUNE) -> Readings:
    return [(unit, PERIOD, f"portal_{name}", Decimal(value)) for name, value in values.items() if value is not None]


def score(connection: Connection, readings: Readings, *, provinces: Iterable[str] = (PROVINCE,)) -> None:
    columns = list(zip(*readings, strict=True)) or [(), (), (), ()]
    table = scored_values(
        {
            "unit_code": pa.array(columns[0], pa.string()),
            "period": pa.array(columns[1], pa.string()),
            "series": pa.array(["portal"] * len(readings), pa.string()),
            "measure": pa.array(columns[2], pa.string()),
            "value": pa.array(columns[3], pa.decimal128(24, 4)),
        }
    )
    units = pa.table(
        {"unit_code": pa.array(list(provinces), pa.string()), "level": ["province"] * len(list(provinces))}
    )
    connection.register("measure_values", table)
    connection.register("units", units)
    score_index(connection, qd766())


def node(connection: Connection, name: str, *, unit: str = COMMUNE) -> tuple[Any, ...]:
    return connection.row(
        "select points, basis, published_points, scorable_points from scores_raw "
        "where unit_code = $unit and node = $node",
        {"unit": unit, "node": name},
    )


def points_by_node(connection: Connection) -> dict[tuple[str, str], Decimal | None]:
    return {
        (unit, name): points for unit, name, points in connection.rows("select unit_code, node, points from scores_raw")
    }


# Figures that the portal published, with the parts they follow from.
PUBLISHED = [
    ("3.1", 52, 89, "1.46"),
    ("3.2", 516, 1884, "1.10"),
    ("3.3", 589496, 597894, "6.00"),
    ("3.1", 52, 56, "2.00"),
    ("3.2", 406, 1968, "0.83"),
    ("2.1", 528684, 597918, "17.68"),
    ("4.1", 433356, 597918, "4.35"),
    ("4.2", 145096, 597918, "0.97"),
    ("4.3", 136827, 597918, "0.57"),
    ("4.4", 0, 597918, "0.00"),
    ("4.5b", 325596, 597918, "1.09"),
    ("4.5a", 396, 1300, "0.61"),
    ("4.6", 100, 100, "2.00"),
    ("5.4", 528464, 597918, "5.89"),
    ("5.2", 296, 570, "3.12"),
    ("5.3", 230, 570, "2.42"),
    ("1.1", 0, 89, "0.00"),
    ("1.3", 87, 89, "1.96"),
    ("1.4", 475053, 475053, "6.00"),
    ("2.1", 7368, 8253, "17.86"),
    ("5.4", 7362, 8253, "5.95"),
    ("5.2", 0, 4, "0.00"),
    ("5.4", 5646, 6178, "6.00"),
    ("5.4", 2775, 3443, "5.37"),
]


@pytest.mark.parametrize(("name", "numerator", "denominator", "expected"), PUBLISHED)
def test_a_published_part_follows_from_its_counts(
    connection: Connection, name: str, numerator: int, denominator: int, expected: str
) -> None:
    load_macros(connection)
    points = points_of(connection, criteria()[name], numerator=Decimal(numerator), denominator=Decimal(denominator))
    assert points == Decimal(expected)


GROUP_VECTORS: list[tuple[str, Values, str, str]] = [
    (
        "online, year",
        {
            "partial_count_numerator": 31, "full_count_numerator": 21, "authority_count_numerator": 89,
            "online_dossier_count_numerator": 516, "online_service_total_numerator": 1884,
            "channel_online_sum_numerator": 589_496, "channel_total_sum_numerator": 597_894,
        },
        "CLGQ", "8.56",
    ),
    (
        "online, month",
        {
            "partial_count_numerator": 31, "full_count_numerator": 21, "authority_count_numerator": 56,
            "online_dossier_count_numerator": 406, "online_service_total_numerator": 1968,
            "channel_online_sum_numerator": 150_956, "channel_total_sum_numerator": 152_595,
        },
        "CLGQ", "8.83",
    ),
    ("progress", {"total_on_time_numerator": 528_684, "total_received_numerator": 597_918}, "TDGQ", "17.68"),
    ("progress of a ward", {"total_on_time_numerator": 7_368, "total_received_numerator": 8_253}, "TDGQ", "17.86"),
    (
        "satisfaction of a ward without full marks",
        {
            "dossier_receiving_satisfaction_numerator": 7_362, "dossier_receiving_satisfaction_denominator": 8_253,
            "petition_processing_on_time_numerator": 0, "petition_processing_on_time_denominator": 4,
            "petition_handling_satisfaction_numerator": 0, "petition_handling_satisfaction_denominator": 4,
        },
        "MDHL", "5.95",
    ),
    (
        "satisfaction of a commune without petitions",
        {
            "dossier_receiving_satisfaction_numerator": 2_775, "dossier_receiving_satisfaction_denominator": 3_443,
            "petition_processing_on_time_numerator": 0, "petition_processing_on_time_denominator": 0,
            "petition_handling_satisfaction_numerator": 0, "petition_handling_satisfaction_denominator": 0,
        },
        "MDHL", "17.37",
    ),
    (
        "digitisation",
        {
            "original_result_available_numerator": 433_356, "original_result_available_denominator": 597_918,
            "so_hoa_giay_to_giai_quyet_numerator": 145_096, "so_hoa_giay_to_giai_quyet_denominator": 597_918,
            "reused_digitized_data_numerator": 136_827, "reused_digitized_data_denominator": 597_918,
            "synced_with_dvcqg_personal_storage_numerator": 0,
            "synced_with_dvcqg_personal_storage_denominator": 597_918,
            "citizen_data_connected_dossier_numerator": 325_596, "citizen_data_connected_dossier_denominator": 597_918,
            "citizen_data_connected_formality_numerator": 396, "citizen_data_connected_formality_denominator": 1_300,
            "electronic_certified_copy_ratio": 100,
        },
        "MDSH", "9.59",
    ),
    (
        "publicity",
        {
            "publish_on_time_numerator": 0, "publish_on_time_denominator": 89,
            "public_update_on_time_numerator": 0, "public_update_on_time_denominator": 70,
            "public_content_full_numerator": 87, "public_content_full_denominator": 89,
            "dossier_sync_numerator": 475_053, "dossier_sync_denominator": 475_053,
        },
        "CKMB", "7.96",
    ),
]  # fmt: skip
"""Figures of Phú Thọ and three of its units as the portal published them in September 2026."""


@pytest.mark.parametrize(
    ("values", "group", "points"), [vector[1:] for vector in GROUP_VECTORS], ids=[v[0] for v in GROUP_VECTORS]
)
def test_a_published_group_is_the_sum_of_its_parts(
    connection: Connection, values: Values, group: str, points: str
) -> None:
    score(connection, of_unit(values, unit=PROVINCE))
    assert node(connection, group, unit=PROVINCE)[:2] == (Decimal(points), "computed")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("1.1", None), ("1.4", None), ("2.1", "0"), ("3.2", "0"), ("3.6", "0"), ("4.3", None), ("5.2", "6"), ("5.4", "0")],
)
def test_nothing_to_judge_is_scored_by_each_criterions_own_policy(
    connection: Connection, name: str, expected: str | None
) -> None:
    load_macros(connection)
    points = points_of(connection, criteria()[name], numerator=Decimal(0), denominator=Decimal(0))
    assert points == (None if expected is None else Decimal(expected))


def test_an_unknown_part_has_no_points(connection: Connection) -> None:
    load_macros(connection)
    assert points_of(connection, criteria()["5.2"], numerator=Decimal(1), denominator=None) is None


TRANSPARENCY: Values = {
    "publish_on_time_numerator": 1, "publish_on_time_denominator": 47,
    "public_update_on_time_numerator": 43, "public_update_on_time_denominator": 47,
    "public_content_full_numerator": 47, "public_content_full_denominator": 47,
    "dossier_sync_numerator": 1869, "dossier_sync_denominator": 1869,
}  # fmt: skip
SATISFACTION: Values = {
    "dossier_receiving_satisfaction_numerator": 2540, "dossier_receiving_satisfaction_denominator": 2618,
    "petition_processing_on_time_numerator": 0, "petition_processing_on_time_denominator": 0,
    "petition_handling_satisfaction_numerator": 0, "petition_handling_satisfaction_denominator": 0,
}  # fmt: skip


def test_what_the_province_earned_is_inherited_by_its_units_only(connection: Connection) -> None:
    score(connection, of_unit(TRANSPARENCY) + of_unit(TRANSPARENCY, unit=PROVINCE))
    assert node(connection, "1.1")[:2] == (Decimal("0.13"), "inherited")
    assert node(connection, "1.1", unit=PROVINCE)[:2] == (Decimal("0.13"), "computed")
    assert node(connection, "1.4")[:2] == (Decimal("6.00"), "computed")
    assert node(connection, "CKMB")[:2] == (Decimal("11.79"), "computed")


def test_full_marks_for_nothing_to_judge_are_named_as_such(connection: Connection) -> None:
    score(connection, of_unit(SATISFACTION))
    assert node(connection, "5.2")[:2] == (Decimal("6.00"), "by_rule")
    assert node(connection, "MDHL")[:2] == (Decimal("18.00"), "computed")


def test_a_zero_denominator_adds_nothing_and_leaves_the_group_computed(connection: Connection) -> None:
    nothing = {name: 0 if name.startswith("public_update") else value for name, value in TRANSPARENCY.items()}
    score(connection, of_unit(nothing | {"ckmb_points": Decimal("8.13")}))
    assert node(connection, "1.2")[:2] == (None, "inherited")
    assert node(connection, "CKMB") == (Decimal("8.13"), "computed", Decimal("8.13"), Decimal("18.00"))


def test_a_group_with_an_unpublished_part_takes_the_published_points(connection: Connection) -> None:
    payment: Values = {
        "total_dossier_online_payment_success_numerator": 2352,
        "total_dossier_financial_obligation_numerator": 2489,
        "total_fee_formality_numerator": 42,
        "tttt_points": Decimal("7.34"),
    }
    score(connection, of_unit(payment))
    assert node(connection, "3.6")[:2] == (Decimal("5.67"), "computed")
    assert node(connection, "3.5") == (None, None, None, Decimal("0.00"))
    assert node(connection, "TTTT") == (Decimal("7.34"), "published", Decimal("7.34"), Decimal("10.00"))


def test_a_criterion_without_parts_takes_its_own_published_points(connection: Connection) -> None:
    score(connection, of_unit({"dossier_sync_points": Decimal("5.5"), "dossier_sync_numerator": 3}))
    assert node(connection, "1.4") == (Decimal("5.50"), "published", Decimal("5.50"), Decimal("6.00"))


def test_a_total_with_unknown_groups_is_null_and_says_how_much_could_be_scored(connection: Connection) -> None:
    score(connection, of_unit({**TRANSPARENCY, **SATISFACTION, "total_points": Decimal("75.34")}))
    assert node(connection, "total") == (None, None, Decimal("75.34"), Decimal("36.00"))
    assert node(connection, "TDGQ") == (None, None, None, Decimal("0.00"))


def test_a_group_known_in_part_counts_that_part_as_scorable(connection: Connection) -> None:
    score(connection, of_unit({name: value for name, value in TRANSPARENCY.items() if name.startswith("publi")}))
    assert node(connection, "CKMB") == (None, None, None, Decimal("12.00"))


def test_the_own_score_leaves_out_what_is_inherited(connection: Connection) -> None:
    everything = {name.removeprefix("portal_"): Decimal(1) for name in _all_parts()}
    score(connection, of_unit(everything))
    total, inherited = node(connection, "total")[0], sum(node(connection, name)[0] for name in ("1.1", "1.2", "1.3"))
    row = connection.row("select numerator, denominator from scores_own where unit_code = $unit", {"unit": COMMUNE})
    assert row == (total - inherited, Decimal(88))


def test_scoring_twice_changes_nothing(connection: Connection) -> None:
    score(connection, of_unit(TRANSPARENCY))
    before = connection.rows("select * from scores_raw order by all")
    score_index(connection, qd766())
    assert connection.rows("select * from scores_raw order by all") == before


def _all_parts() -> set[str]:
    return {measure for criterion in criteria().values() for measure in (*criterion.numerator, *criterion.denominator)}


# The published figures of 45 communes.
GOLDEN_PARTS = {
    "pub": ("publish_on_time", "1.1"),
    "upd": ("public_update_on_time", "1.2"),
    "full": ("public_content_full", "1.3"),
    "sync": ("dossier_sync", "1.4"),
    "orig": ("original_result_available", "4.1"),
    "soho": ("so_hoa_giay_to_giai_quyet", "4.2"),
    "reuse": ("reused_digitized_data", "4.3"),
    "store": ("synced_with_dvcqg_personal_storage", "4.4"),
    "cdf": ("citizen_data_connected_formality", "4.5a"),
    "cdd": ("citizen_data_connected_dossier", "4.5b"),
    "pet": ("petition_processing_on_time", "5.2"),
    "pets": ("petition_handling_satisfaction", "5.3"),
    "sat": ("dossier_receiving_satisfaction", "5.4"),
}
GOLDEN_COUNTS = {
    "tdgq_received": "total_received",
    "tdgq_ontime": "total_on_time",
    "pay_ok": "total_dossier_online_payment_success",
    "pay_obl": "total_dossier_financial_obligation",
    "pay_tthc_ok": "total_dossier_online_formality_payment_success",
    "fee_tthc": "total_fee_formality",
}
GOLDEN_GROUPS = {"CKMB": "CKMB", "TDGQ": "TDGQ", "ONLINE": "CLGQ", "TTTT": "TTTT", "MDSH": "MDSH", "MDHL": "MDHL"}


def golden_rows() -> list[dict[str, str]]:
    with shared("golden/gia_lai_766_2026-10-10.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def golden_readings(row: dict[str, str], *, with_group_points: bool) -> Readings:
    values: dict[str, Decimal | None] = {"electronic_certified_copy_ratio": Decimal(row["copy_ratio"])}
    for column, (metric, _node) in GOLDEN_PARTS.items():
        values[f"{metric}_numerator"] = Decimal(row[f"{column}_n"])
        values[f"{metric}_denominator"] = Decimal(row[f"{column}_d"])
    for column, metric in GOLDEN_COUNTS.items():
        values[f"{metric}_numerator"] = Decimal(row[column])
    published = GOLDEN_GROUPS if with_group_points else {"ONLINE": "CLGQ", "TTTT": "TTTT"}
    for column, group in published.items():
        values[f"{group.lower()}_points"] = Decimal(row[column])
    return of_unit(values, unit=row["commune_code"])


@pytest.mark.parametrize("with_group_points", [True, False])
def test_45_communes_are_reproduced_to_the_hundredth(connection: Connection, with_group_points: bool) -> None:
    rows = golden_rows()
    assert len(rows) == 45
    score(connection, [item for row in rows for item in golden_readings(row, with_group_points=with_group_points)])
    points = points_by_node(connection)
    expected: dict[tuple[str, str], Decimal] = {}
    for row in rows:
        unit = row["commune_code"]
        expected |= {(unit, name): Decimal(row[f"{column}_s"]) for column, (_, name) in GOLDEN_PARTS.items()}
        expected |= {(unit, group): Decimal(row[column]) for column, group in GOLDEN_GROUPS.items()}
        expected |= {(unit, "4.6"): Decimal(row["copy_s"]), (unit, "total"): Decimal(row["totalScore"])}
        expected[unit, "2.1"] = Decimal(row["TDGQ"])
    assert {key: points[key] for key in expected} == expected


def test_45_communes_say_which_points_are_computed(connection: Connection) -> None:
    score(connection, [item for row in golden_rows() for item in golden_readings(row, with_group_points=True)])
    found = connection.rows("select distinct node, basis from scores_raw where kind <> 'criterion' order by all")
    assert dict(found) == {
        "CKMB": "computed", "TDGQ": "computed", "CLGQ": "published", "TTTT": "published",
        "MDSH": "computed", "MDHL": "computed", "total": "published",
    }  # fmt: skip
    assert len(found) == 7


# The portal's answers for Phú Thọ.
def answer(endpoint: str, period: str) -> dict[str, Any]:
    text = shared(f"portal/{endpoint}.{period}.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text, parse_float=Decimal)["data"]
    return data


GROUP_OF = {
    "transparency": "CKMB", "handling-satisfaction": "MDHL", "dossier-digitized": "MDSH",
    "dvc-progress-tree": "TDGQ", "provide-online-tree": "CLGQ", "formality-online-payment-tree": "TTTT",
}  # fmt: skip
INFORMATIVE = {"PETITION_CLASSIFICATION_TTHC", "PETITION_CLASSIFICATION_STAFF"}


def portal_rows(endpoint: str, period: str) -> list[dict[str, Any]]:
    data = answer(endpoint, period)
    roots = [data[key] for key in ("overview", "parent") if key in data]
    others = [row for key in ("evaluation", "children") for row in data.get(key, [])]
    return list({row["departmentId"]: row for row in [*roots, *others]}.values())


def portal_values(row: dict[str, Any]) -> Values:
    values: dict[str, Decimal | int | None] = {}
    for metric in row.get("metrics", []):
        code = metric["code"].lower()
        values |= {f"{code}_numerator": metric["numerator"], f"{code}_denominator": metric["denominator"]}
        if code == "electronic_certified_copy":
            values["electronic_certified_copy_ratio"] = metric["ratio"]
    for key, value in row.items():
        if isinstance(value, int | Decimal) and not isinstance(value, bool):
            values[re.sub(r"(?<!^)([A-Z])", r"_\1", key).lower() + "_numerator"] = value
    return values


@pytest.mark.parametrize("period", ["year", "month"])
@pytest.mark.parametrize("endpoint", list(GROUP_OF))
def test_every_row_of_the_portals_answers_is_reproduced(connection: Connection, endpoint: str, period: str) -> None:
    rows = [
        row for row in portal_rows(endpoint, period) if endpoint != "provide-online-tree" or "authorityCount" in row
    ]
    readings = [item for row in rows for item in of_unit(portal_values(row), unit=row["departmentId"])]
    score(connection, readings, provinces=[rows[0]["departmentId"]])
    points = points_by_node(connection)
    group = GROUP_OF[endpoint]
    wrong = [
        (row["departmentName"], total, points[row["departmentId"], group])
        for row in rows
        if (total := row.get("totalScore", row.get("score"))) != points[row["departmentId"], group]
    ]
    assert rows and not wrong
    bases = connection.rows("select distinct basis from scores_raw where node = $group", {"group": group})
    assert bases == [("computed",)]


@pytest.mark.parametrize("period", ["year", "month"])
@pytest.mark.parametrize("endpoint", ["transparency", "handling-satisfaction", "dossier-digitized"])
def test_every_metric_of_the_portals_answers_is_reproduced(connection: Connection, endpoint: str, period: str) -> None:
    rows = portal_rows(endpoint, period)
    score(connection, [item for row in rows for item in of_unit(portal_values(row), unit=row["departmentId"])])
    nodes = {criterion.numerator[0]: criterion.node for criterion in criteria().values()}
    points = points_by_node(connection)
    compared = 0
    for row in rows:
        for metric in row["metrics"]:
            name = f"portal_{metric['code'].lower()}"
            node_name = nodes.get(f"{name}_numerator") or nodes.get(f"{name}_ratio")
            if metric["code"] in INFORMATIVE or node_name is None:
                continue
            assert points[row["departmentId"], node_name] == metric["score"], (row["departmentName"], metric)
            compared += 1
    assert compared >= 3 * len(rows)


# Laws.
COUNTS = st.integers(min_value=0, max_value=2_000_000)
NODES = st.sampled_from(sorted(criteria()))


@pytest.fixture(scope="module")
def calculator() -> Iterator[Connection]:
    opened = open_memory()
    load_macros(opened)
    yield opened
    opened.close()


def by_hand(criterion: Criterion, numerator: int, denominator: int) -> Decimal | None:
    """The same points by another way: fractions of whole numbers, rounded by the decimal module."""
    if denominator == 0:
        return {"null": None, "zero": Decimal(0), "full": criterion.max_points}[criterion.zero]
    two_places = Decimal("0.01")
    rate = Decimal(numerator) / Decimal(denominator)
    if criterion.rounding == "percent":
        rate = (rate * 100).quantize(two_places, ROUND_HALF_UP) / 100
        points = criterion.max_points * rate / (criterion.cap or 1)
    else:
        # one division only, so that an exact half stays one
        points = criterion.max_points * numerator / (Decimal(denominator) * (criterion.cap or 1))
    return min(criterion.max_points, points.quantize(two_places, ROUND_HALF_UP))


@settings(max_examples=150, deadline=None)
@given(name=NODES, numerator=COUNTS, denominator=COUNTS)
def test_points_agree_with_an_independent_computation(
    calculator: Connection, name: str, numerator: int, denominator: int
) -> None:
    criterion = criteria()[name]
    points = points_of(calculator, criterion, numerator=Decimal(numerator), denominator=Decimal(denominator))
    assert points == by_hand(criterion, numerator, denominator)
    assert points is None or 0 <= points <= criterion.max_points


@settings(max_examples=100, deadline=None)
@given(name=NODES, numerator=COUNTS, more=COUNTS, denominator=st.integers(min_value=1, max_value=2_000_000))
def test_a_better_rate_never_has_fewer_points(
    calculator: Connection, name: str, numerator: int, more: int, denominator: int
) -> None:
    criterion = criteria()[name]
    below = points_of(calculator, criterion, numerator=Decimal(numerator), denominator=Decimal(denominator))
    above = points_of(calculator, criterion, numerator=Decimal(numerator + more), denominator=Decimal(denominator))
    assert below is not None and above is not None and below <= above


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"),
    [(1, 1600, "0.01"), (1, 1601, "0.00"), (3, 1600, "0.02"), (5, 1600, "0.03")],
)
def test_an_exact_half_is_rounded_up(calculator: Connection, numerator: int, denominator: int, expected: str) -> None:
    # 8/1600 of a point is exactly half a hundredth; doubles get such cases wrong now and then
    assert points_of(
        calculator, criteria()["4.2"], numerator=Decimal(2 * numerator), denominator=Decimal(denominator)
    ) == Decimal(expected)


# Rules by steps, and packs that are fed from several series.
WORDS = {"vi": "x", "en": "x"}
MEETINGS = [{"at": 4, "points": 20}, {"at": 3, "points": 15}, {"at": 2, "points": 10}, {"at": 1, "points": 5}]

SHARES = {"steps": [{"at": 0.8, "points": 20}, {"at": 0.6, "points": 15}], "denominator": "d"}


def item(rule: str, **more: object) -> dict[str, object]:
    """One criterion as YAML has it."""
    return {
        "node": "1", "name": WORDS, "max_points": 20, "rule": rule, "numerator": "n", "rule_text": WORDS,
        "evidence": "local", "legal_source": "x",
    } | more  # fmt: skip


def criterion_of(rule: str, **more: object) -> Criterion:
    return CriterionShape.model_validate(item(rule, **more)).record()


@pytest.mark.parametrize(
    ("rule", "more", "numerator", "denominator", "expected"),
    [
        ("steps", {"steps": MEETINGS}, "5", "1", "20.00"),
        ("steps", {"steps": MEETINGS}, "3", "1", "15.00"),
        ("steps", {"steps": MEETINGS}, "2.9999", "1", "10.00"),
        ("steps", {"steps": MEETINGS}, "0", "1", "0.00"),
        ("steps", SHARES, "8", "10", "20.00"),
        ("steps", SHARES, "799999", "1000000", "15.00"),
        ("steps", SHARES, "5", "10", "0.00"),
        ("yes_no", {}, "1", "1", "20.00"),
        ("yes_no", {}, "0.5", "1", "0.00"),
        ("yes_no", {"denominator": "d"}, "113", "114", "0.00"),
        ("half", {}, "1", "1", "20.00"),
        ("half", {}, "0.5", "1", "10.00"),
        ("half", {}, "0.4999", "1", "0.00"),
        ("half", {"denominator": "d"}, "57", "114", "10.00"),
    ],
)  # fmt: skip
def test_points_come_by_steps(
    calculator: Connection, rule: str, more: dict[str, object], numerator: str, denominator: str, expected: str
) -> None:
    points = points_of(
        calculator, criterion_of(rule, **more), numerator=Decimal(numerator), denominator=Decimal(denominator)
    )
    assert points == Decimal(expected)


@pytest.mark.parametrize(("zero", "expected"), [("null", None), ("zero", Decimal(0)), ("full", Decimal(20))])
def test_steps_of_nothing_follow_the_zero_policy(calculator: Connection, zero: str, expected: Decimal | None) -> None:
    criterion = criterion_of("steps", steps=MEETINGS, denominator="d", zero=zero)
    assert points_of(calculator, criterion, numerator=Decimal(0), denominator=Decimal(0)) == expected
    assert points_of(calculator, criterion, numerator=None, denominator=Decimal(1)) is None


@settings(max_examples=60, deadline=None)
@given(numerator=COUNTS, denominator=st.integers(min_value=1, max_value=2_000_000))
def test_a_step_is_reached_exactly(calculator: Connection, numerator: int, denominator: int) -> None:
    steps = [{"at": "0.8", "points": "20"}, {"at": "0.6667", "points": "15.5"}, {"at": "0.0001", "points": "1"}]
    criterion = criterion_of("steps", steps=steps, denominator="d")
    rate = Fraction(numerator, denominator)
    reached = [Decimal(step["points"]) for step in steps if rate >= Fraction(step["at"])]
    points = points_of(calculator, criterion, numerator=Decimal(numerator), denominator=Decimal(denominator))
    assert points == max(reached, default=Decimal(0))


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        ("steps", {}),
        ("linear", {"steps": MEETINGS}),
        ("steps", {"steps": MEETINGS[::-1]}),
        ("steps", {"steps": MEETINGS[1:]}),
        ("half", {"max_points": 0.01}),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(rule: str, more: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"steps|cao đến thấp|chia đôi"):
        criterion_of(rule, **more)


def mixed_pack(**more: object) -> Index:
    """Twenty points for a number that was reported, eighty for a rate of dossiers."""
    criteria = [
        item("steps", node="A", steps=MEETINGS, numerator="meetings"),
        item("linear", node="B", max_points=80, series="dossiers", numerator="online", denominator="received"),
    ]
    group = {"node": "G", "name": WORDS, "max_points": 100, "criteria": criteria}
    pack = {
        "id": "mixed", "name": WORDS, "version": "1", "valid_from": "2026-01-01", "series": "reported",
        "max_points": 100, "legal_source": WORDS, "evidence": "local", "groups": [group],
    }  # fmt: skip
    return IndexShape.model_validate(pack | more).record()


def score_mixed(
    connection: Connection,
    rows: list[tuple[str, str, str, int]],
    stand_ins: Mapping[str, list[Period]] | None = None,
    **more: object,
) -> list[tuple[Any, ...]]:
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = ("period", "series", "measure", "value")
    table = scored_values({"unit_code": [COMMUNE] * len(rows)} | dict(zip(names, columns, strict=True)))
    connection.register("measure_values", table)
    connection.register("units", pa.table({"unit_code": [PROVINCE], "level": ["province"]}))
    score_index(connection, mixed_pack(**more), stand_ins=stand_ins or {})
    return connection.rows(
        "select period, node, points, scorable_points from scores_raw order by period, length(node) desc, node"
    )


ONLINE = [("2026", "dossiers", "online", 50), ("2026", "dossiers", "received", 100)]


def test_each_criterion_is_fed_from_its_own_series(connection: Connection) -> None:
    others = [("2026", "portal", "meetings", 4), ("2026", "reported", "online", 100)]
    found = score_mixed(connection, [("2026", "reported", "meetings", 3), *ONLINE, *others])
    assert {node: points for _period, node, points, _scorable in found} == {
        "total": Decimal("55.00"), "G": Decimal("55.00"), "A": Decimal("15.00"), "B": Decimal("40.00"),
    }  # fmt: skip


def test_what_nobody_reported_leaves_the_total_open(connection: Connection) -> None:
    found = score_mixed(connection, ONLINE)
    assert found[0] == ("2026", "total", None, Decimal("80.00"))


def test_only_periods_of_the_packs_validity_and_kinds_are_scored(connection: Connection) -> None:
    rows = [
        (period, series, measure, value)
        for period in ("2025-12", "2025", "2026", "2026-01", "2027")
        for _period, series, measure, value in ONLINE
    ]
    assert {row[0] for row in score_mixed(connection, rows)} == {"2026", "2026-01", "2027"}
    assert {row[0] for row in score_mixed(connection, rows, periods=["year"])} == {"2026", "2027"}
    assert {row[0] for row in score_mixed(connection, rows, valid_to="2026-12-31")} == {"2026", "2026-01"}


def test_an_index_is_scored_in_both_calendars_and_parts_by_what_they_stand_for(connection: Connection) -> None:
    part = "~2026-01-01..2026-10-20"
    rows = [
        (period, series, measure, value)
        for period in ("2026", "vpcp:2026", "vpcp:2026-08", part)
        for _period, series, measure, value in ONLINE
    ]

    def scored(name: str) -> set[str]:
        stand_ins = {part: [parse_period(name)]}
        return {row[0] for row in score_mixed(connection, rows, stand_ins=stand_ins, periods=["year"])}

    assert scored("2027") == {"2026", "vpcp:2026", part}
    assert scored("vpcp:2027") == {"2026", "vpcp:2026", part}
    assert scored("2027-Q4") == {"2026", "vpcp:2026"}


def test_two_packs_stand_side_by_side_on_the_same_facts(connection: Connection) -> None:
    score(connection, of_unit({"total_on_time_numerator": 7368, "total_received_numerator": 8253}))
    before = connection.rows("select * from scores_raw order by all")
    table = scored_values({"unit_code": [COMMUNE], "period": ["2026"], "series": ["x"], "measure": ["x"], "value": [1]})
    connection.register("measure_values", table)
    score_index(connection, mixed_pack())
    kept = connection.rows("select * from scores_raw where index_id <> 'mixed' order by all")
    assert kept == before


def test_a_current_figure_stands_for_the_reported_one_only_where_reports_stand_apart(connection: Connection) -> None:
    """Dossiers are kept apart; the number that was reported is the same in both views."""
    values = [
        ("current", False, "reported", "meetings", 3),
        ("reported", True, "reported", "meetings", 3),
        ("current", False, "dossiers", "online", 50),
        ("current", False, "dossiers", "received", 100),
        ("reported", False, "dossiers", "online", 20),
        ("reported", False, "dossiers", "received", 20),
    ]
    names = ("boundary", "is_shared", "series", "measure", "value")
    columns = dict(zip(names, map(list, zip(*values, strict=True)), strict=True))
    many = len(values)
    connection.register(
        "measure_values", scored_values({"unit_code": [COMMUNE] * many, "period": ["2026"] * many, **columns})
    )
    connection.register("units", pa.table({"unit_code": [PROVINCE], "level": ["province"]}))

    def totals(*apart: str) -> dict[str, Decimal | None]:
        score_index(connection, mixed_pack(), apart=apart)
        return dict(connection.rows("select boundary, points from scores_raw where kind = 'total'"))

    assert totals("dossiers") == {"current": Decimal("55.00"), "reported": Decimal("95.00")}
    # what is not kept apart is not scored twice, and half of it would be no score
    assert totals("forms") == {"current": Decimal("55.00"), "reported": None}


cases = st.tuples(st.integers(0, 40), st.integers(0, 40))
"""Cases within and outside a numerator."""


@settings(max_examples=60, deadline=None)
@given(
    whole=cases,
    divided=st.lists(cases, min_size=1, max_size=3),
    rule=st.sampled_from(
        [
            {"rule": "linear", "zero": "zero"},
            {"rule": "linear", "zero": "full"},
            {"rule": "linear", "zero": "null"},
            {"rule": "capped", "cap": 0.8, "zero": "zero"},
            {"rule": "steps", "zero": "zero", "steps": [{"at": 0.7, "points": 80}, {"at": 0.3, "points": 20}]},
        ]
    ),
    data=st.data(),
)
def test_points_lie_between_their_ends_however_divided_units_are_spread(
    whole: tuple[int, int], divided: list[tuple[int, int]], rule: dict[str, Any], data: st.DataObject
) -> None:
    """Of each divided unit any cases may be there: the unit with just these is scored beside the estimated one."""
    there = [(data.draw(st.integers(0, inside)), data.draw(st.integers(0, outside))) for inside, outside in divided]
    least = (whole[0], sum(whole))
    most = (least[0] + sum(one[0] for one in divided), least[1] + sum(map(sum, divided)))
    spread = (least[0] + sum(one[0] for one in there), least[1] + sum(map(sum, there)))
    criterion = item(**rule, node="A", max_points=80, numerator="inside", denominator="all")
    other = item("linear", node="B", max_points=20, numerator="inside", denominator="all", zero="zero")
    groups = [
        {"node": f"G{one['node']}", "name": WORDS, "max_points": one["max_points"], "criteria": [one]}
        for one in (criterion, other)
    ]
    pack = mixed_pack(groups=groups)
    rows = [("estimated", *row) for row in zip(("inside", "all"), spread, least, most, strict=True)]
    rows += [("spread", measure, value, None, None) for measure, value in zip(("inside", "all"), spread, strict=True)]
    table = scored_values(
        {
            "unit_code": [row[0] for row in rows],
            "period": ["2026"] * len(rows),
            "series": ["reported"] * len(rows),
            "measure": [row[1] for row in rows],
            "value": [row[2] for row in rows],
            "is_estimate": [row[0] == "estimated" for row in rows],
            "least_value": pa.array([row[3] for row in rows], pa.int64()),
            "most_value": pa.array([row[4] for row in rows], pa.int64()),
        }
    )
    with_ranges = open_memory()
    with_ranges.register("measure_values", table)
    with_ranges.register("units", pa.table({"unit_code": [PROVINCE], "level": ["province"]}))
    score_index(with_ranges, pack)
    points = dict(with_ranges.rows("select node, points from scores_raw where unit_code = 'spread'"))
    ends = {node: (low, high) for node, low, high in with_ranges.rows(
        "select node, points_low, points_high from scores_ranges where unit_code = 'estimated'"
    )}  # fmt: skip
    ranged = with_ranges.rows("select unit_code from scores_ranges where unit_code <> 'estimated'")
    with_ranges.close()
    assert ranged == []
    # where nothing may be there and that has no points, nobody knows the ends
    assert ("A" in ends) == (rule["zero"] != "null" or least[1] > 0)
    assert ends.keys() >= {"B", "GB"}
    for node, (low, high) in ends.items():
        assert low <= points[node] <= high, node
