"""A small snapshot scored by the real rules: eight communes of one province, ten months and their year."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path

import pyarrow as pa

from etl.mart_reference import write_catalog
from ioc.catalog.load import load_catalog
from ioc.catalog.model import Catalog, Index
from ioc.scoring.score import score_index
from ioc.store.engine import Connection, open_writer
from tests.scored_values import scored_values

PROJECT = Path(__file__).parents[1]
INDEX = "qd766_portal_2026"
PROVINCE = "31"
COMMUNES = tuple(f"1155{number}" for number in range(8))
ADVISED = COMMUNES[3]
IDLE = COMMUNES[7]
"""A commune where nothing happened: no dossier, no petition."""
MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 11))
MONTH = MONTHS[-1]
YEAR = "2026"
RECEIVED = 412

Values = dict[tuple[str, str, str], Decimal]
"""By unit, period and measure."""

SHARES = {
    "portal_total_on_time_numerator": ("portal_total_received_numerator", 64),
    "portal_channel_online_sum_numerator": ("portal_channel_total_sum_numerator", 36),
    "portal_original_result_available_numerator": ("portal_original_result_available_denominator", 74),
    "portal_so_hoa_giay_to_giai_quyet_numerator": ("portal_so_hoa_giay_to_giai_quyet_denominator", 61),
    "portal_reused_digitized_data_numerator": ("portal_reused_digitized_data_denominator", 22),
    "portal_synced_with_dvcqg_personal_storage_numerator": ("portal_synced_with_dvcqg_personal_storage_denominator", 5),
    "portal_citizen_data_connected_dossier_numerator": ("portal_citizen_data_connected_dossier_denominator", 44),
    "portal_dossier_receiving_satisfaction_numerator": ("portal_dossier_receiving_satisfaction_denominator", 88),
    "portal_dossier_sync_numerator": ("portal_dossier_sync_denominator", 100),
    "portal_total_dossier_online_payment_success_numerator": (
        "portal_total_dossier_financial_obligation_numerator",
        47,
    ),
}
"""Numerator, denominator and the percent that it starts from."""
FIXED = {
    "portal_publish_on_time_numerator": 44, "portal_publish_on_time_denominator": 47,
    "portal_public_update_on_time_numerator": 40, "portal_public_update_on_time_denominator": 47,
    "portal_public_content_full_numerator": 47, "portal_public_content_full_denominator": 47,
    "portal_partial_count_numerator": 31, "portal_full_count_numerator": 21, "portal_authority_count_numerator": 89,
    "portal_online_dossier_count_numerator": 61, "portal_online_service_total_numerator": 210,
    "portal_total_fee_dossier_formality_numerator": 30, "portal_total_fee_formality_numerator": 52,
    "portal_total_dossier_online_formality_payment_success_numerator": 17,
    "portal_citizen_data_connected_formality_numerator": 118,
    "portal_citizen_data_connected_formality_denominator": 388,
    "portal_electronic_certified_copy_ratio": 50,
    "portal_petition_processing_on_time_numerator": 5, "portal_petition_processing_on_time_denominator": 7,
    "portal_petition_handling_satisfaction_numerator": 0, "portal_petition_handling_satisfaction_denominator": 0,
}  # fmt: skip


@cache
def catalog() -> Catalog:
    return load_catalog(PROJECT / "data" / "catalog", indices=[INDEX])


def index() -> Index:
    return catalog().indices[0]


def counts() -> Values:
    """Every measure of every commune and period; communes and months differ by a few percent."""
    found: Values = {}
    for place, unit in enumerate(COMMUNES):
        for number, period in enumerate((*MONTHS, YEAR)):
            received = 0 if unit == IDLE else RECEIVED * (10 if period == YEAR else 1)
            for numerator, (denominator, percent) in SHARES.items():
                reached = min(100, percent + 3 * (place - 3) + (number * 7) % 5)
                found[unit, period, denominator] = Decimal(received)
                found[unit, period, numerator] = Decimal(received * reached // 100)
            found |= {(unit, period, measure): Decimal(value) for measure, value in FIXED.items()}
    return found


def as_table(values: Values) -> pa.Table:
    """The counts as scoring reads them."""
    keys = list(values)
    return scored_values(
        {
            "unit_code": [unit for unit, _period, _measure in keys],
            "period": [period for _unit, period, _measure in keys],
            "series": ["portal"] * len(keys),
            "measure": [measure for _unit, _period, measure in keys],
            "value": pa.array(list(values.values()), pa.decimal128(24, 4)),
        }
    )


def score_counts(connection: Connection, values: Values) -> None:
    """Scores counts by the rules, into scores_raw."""
    connection.register("measure_values", as_table(values))
    score_index(connection, index())


def write_advised_mart(path: Path) -> None:
    """Writes the mart; the file must be called mart.duckdb, as the build calls the database that it fills."""
    connection = open_writer(path)
    connection.execute(files("ioc.store").joinpath("mart.sql").read_text(encoding="utf-8"))
    write_catalog(connection, catalog())
    _insert_places(connection)
    score_counts(connection, counts())
    connection.execute(
        """
        insert into scores by name
        select
            raw.* exclude (is_estimate), units.level,
            units.parent_code, []::varchar[] as flags, timestamp '2026-10-31 17:00' as as_of,
            case when points is not null and level = 'commune' then rank() over (
                partition by period, node, level, points is null order by points desc
            ) end as "rank",
            case when points is not null and level = 'commune' then count(points) over (
                partition by period, node, level
            ) end as rank_of
        from scores_raw as raw inner join units using (unit_code)
        """
    )
    connection.close()


def _insert_places(connection: Connection) -> None:
    connection.execute(
        "insert into info values ('site_unit', '31'), ('site_name', 'Hải Phòng'), ('as_of', '2026-10-31T17:00:00')"
    )
    rows = [(PROVINCE, "Thành phố Hải Phòng", "province", None)]
    rows += [(code, f"Phường {place}", "commune", PROVINCE) for place, code in enumerate(COMMUNES, start=1)]
    for code, name, level, parent in rows:
        connection.execute(
            "insert into units by name select $code as unit_code, $name as name, $name as short_name, $level as level, "
            "'phuong' as kind, $parent as parent_code, date '2025-07-01' as valid_from, $name as sort_key, "
            "$name as search_key",
            {"code": code, "name": name, "level": level, "parent": parent},
        )
    for month in range(1, 11):
        connection.execute(
            "insert into periods select $id, 'month', $day::date, last_day($day::date), 'gregorian'",
            {"id": f"2026-{month:02d}", "day": date(2026, month, 1)},
        )
    connection.execute("insert into periods values ('2026', 'year', '2026-01-01', '2026-12-31', 'gregorian')")
